"""Keys and menus made from the command table."""
