"""Whatever the user names, opened; start at `open_input`."""
