"""What the fits say about a candidate and a field."""
