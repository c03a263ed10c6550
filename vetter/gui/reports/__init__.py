"""Reports on reviewers, and the practice before a session."""
