"""Planes and cutouts; start at `cutout`."""
