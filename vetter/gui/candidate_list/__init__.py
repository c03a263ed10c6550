"""Candidate list beside the panels, with filter, headings and choice of columns."""
