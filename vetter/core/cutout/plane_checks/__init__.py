"""Checks of planes by their pixels: what each holds, and whether that fits its role."""
