"""Knowledge about a list before it is looked at: what was judged before, and failed images."""
