"""Vetting of transient candidates by key, with a fit that explains the dipoles."""

__version__ = "0.1.0"
