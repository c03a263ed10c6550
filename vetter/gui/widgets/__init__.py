"""Small widgets and styles that know no session."""
