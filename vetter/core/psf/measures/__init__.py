"""Measures of one candidate: radial profile, curve of growth, cut along a line, aperture flux."""
