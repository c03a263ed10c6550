"""Judgements from fits, of a candidate and of a field; start at `answer`."""
