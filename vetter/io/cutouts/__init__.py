"""Cutout files; folders of cutouts, and folders of stamp triplets, as sources."""
