"""Grid of thumbnails: many candidates at once, and one verdict for a selection."""
