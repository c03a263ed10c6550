"""Cutout files, and folders of cutouts or of triplets as sources."""
