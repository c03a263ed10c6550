"""The candidate on screen, in words."""
