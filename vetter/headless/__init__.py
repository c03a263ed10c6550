"""Commands that open no window; they use core and io alone."""
