"""A p-value as one reads it."""

from __future__ import annotations


def probability(value: float) -> str:
    """A p-value in words: ``0.41``, ``3e-07``, ``under 1e-300``."""
    if value < 1e-300:
        return "under 1e-300"
    return f"{value:.2g}" if value >= 1e-3 else f"{value:.0e}"
