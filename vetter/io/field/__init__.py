"""One image: its planes, its PSF and its list as a source."""
