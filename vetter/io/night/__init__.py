"""Several images of a night, named by a field file (TOML); start at `open_night`."""
