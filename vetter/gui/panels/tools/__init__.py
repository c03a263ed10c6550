"""Drawings over the pixels of the panels, and tools for reading them."""
