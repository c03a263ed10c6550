"""Decisions of reviewers on candidates; start at `ledger`."""
