"""Row of panels with the pixels, and its controls."""
