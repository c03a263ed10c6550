"""Columns to show, sort and filter a list, and facts for the candidate's card."""
