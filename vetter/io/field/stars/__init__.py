"""Stars of a field: its PSF, the PSF kept in a session, and fits of isolated stars."""
