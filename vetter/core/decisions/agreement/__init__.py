"""Agreement of reviewers, their records, and one opinion out of many; start at `ratings`."""
