"""The list as it was read: rows, keys, positions, roles of columns."""
