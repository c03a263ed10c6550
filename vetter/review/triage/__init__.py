"""What is known of candidates before they are looked at, read behind the window."""
