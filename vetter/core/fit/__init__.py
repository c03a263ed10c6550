"""The fit and its numerics; start at `adjust`."""
