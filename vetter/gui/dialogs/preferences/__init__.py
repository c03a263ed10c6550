"""Preferences of the user: theme, keys, tags, columns, memory, services, layouts."""
