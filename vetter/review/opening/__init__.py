"""Inputs, lists and sessions read behind the window."""
