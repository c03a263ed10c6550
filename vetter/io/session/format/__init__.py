"""The format of a session file, its versions and checks; start at `tables`."""
