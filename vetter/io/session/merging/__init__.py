"""Union of sessions of several reviewers; start at `merge`."""
