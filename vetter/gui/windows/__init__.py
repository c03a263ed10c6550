"""Windows and their contents; `main_window` is the place to start reading."""
