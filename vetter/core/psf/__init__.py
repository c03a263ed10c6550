"""Point-spread functions, and the stars to measure them on."""
