"""Conversion of pixels to colours: interval, stretch, colour map."""
