"""The pixels: the row of panels and its controls."""
