"""Reports for others: TNS, Minor Planet Center, DS9, Zooniverse. Nothing is ever sent."""
