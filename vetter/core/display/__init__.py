"""Pixels to colours: interval, stretch, colour map."""
