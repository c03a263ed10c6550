"""The windows, and what goes on in them; start at `main_window`."""
