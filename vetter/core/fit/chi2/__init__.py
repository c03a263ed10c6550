"""chi2 of a shift from moments: pixels, splines, background, and steps to the least chi2."""
