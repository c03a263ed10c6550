"""Light curve of the current candidate's object, as a plot in a dock."""
