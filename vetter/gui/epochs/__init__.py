"""One object on all images of the night."""
