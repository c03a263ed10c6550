"""The commands without a window, on core and io alone."""
