"""Small widgets and styles, independent of a session."""
