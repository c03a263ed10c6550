"""Pictures of the panels for files: one candidate, or a sheet of many; start at `png`."""
