"""The shifts of all fits over the field."""
