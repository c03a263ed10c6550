"""Field view: the shifts of all fits over the field, as a map and as a plot."""
