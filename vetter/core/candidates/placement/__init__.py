"""Placement of a list on its image: listed pixels and sky positions, read and compared."""
