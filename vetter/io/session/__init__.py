"""The session file; start at `session_file`."""
