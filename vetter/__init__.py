"""vetter: look at transient candidates, decide by key, and let a fit explain the dipoles."""

__version__ = "0.1.0"
