"""Commands become keys and menus."""
