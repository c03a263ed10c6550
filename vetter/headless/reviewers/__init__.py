"""Commands for several reviewers of one list: split, merge, agreement."""
