"""One image as a source of cutouts: its planes, PSF and candidate list."""
