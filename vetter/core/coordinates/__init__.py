"""Coordinates: positions on the sky and in pixels, WCS and times."""
