"""Files of any kind: safe opening, unpacking, names, locks and fingerprints."""
