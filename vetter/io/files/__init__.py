"""Any file: opened safely, unpacked, named, locked, fingerprinted."""
