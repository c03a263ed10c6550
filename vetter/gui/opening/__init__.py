"""Choice of the input to open: first page, dialogs, drops and the strip of progress."""
