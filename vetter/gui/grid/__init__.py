"""Many candidates at once."""
