"""Noise of each pixel of a difference, measured or checked on the difference itself."""
