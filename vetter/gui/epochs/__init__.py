"""Epochs of the current object: the same place on all images of the night."""
