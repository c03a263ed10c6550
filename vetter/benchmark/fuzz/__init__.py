"""Damaged files for every reader (`--fuzz`)."""
