"""Alert packets as candidates with cutouts; start at `open_alerts`."""
