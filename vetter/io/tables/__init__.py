"""Candidate lists in any table format; start at `candidates.read_candidates`."""
