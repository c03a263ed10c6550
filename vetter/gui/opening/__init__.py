"""Choosing what to open; the first page."""
