"""Simulated scenes of known truth, and the share of wrong answers of the fit on each kind."""
