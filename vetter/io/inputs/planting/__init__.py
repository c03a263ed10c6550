"""Test rows in an opened source: artificial sources, repeats and known objects."""
