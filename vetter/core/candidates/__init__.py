"""Candidate lists as read: rows, keys, positions, roles of columns."""
