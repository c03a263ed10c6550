"""Reading and writing FITS itself."""
