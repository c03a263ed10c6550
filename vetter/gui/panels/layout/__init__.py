"""Places of the panels and of their pixels on the screen, without widgets."""
