"""Opening of the inputs that the user names; start at `open_input`."""
