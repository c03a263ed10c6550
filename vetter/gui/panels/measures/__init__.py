"""Measures of the current candidate, as plots and numbers in a dock."""
