"""Fits made ahead: their process, order and results; start at `fits`."""
