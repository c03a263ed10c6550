"""Status bar with its counts of verdicts and answers; start at `status_bar`."""
