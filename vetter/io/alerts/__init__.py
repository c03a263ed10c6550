"""Alert packets as a list of candidates with cutouts; the entry is `open_alerts`."""
