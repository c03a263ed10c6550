"""The history as a plot."""
