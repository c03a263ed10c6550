"""Artificial sources, repeats and known objects mixed into a list, and the report on a reviewer."""
