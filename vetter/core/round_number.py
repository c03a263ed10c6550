"""Round numbers for the steps of an axis and the lengths in a key."""

from __future__ import annotations

import math


def round_number(value: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten that is not larger; 0 of what is not > 0."""
    if not (math.isfinite(value) and value > 0):
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    first = value / power * (1 + 1e-9)
    return power * (5 if first >= 5 else 2 if first >= 2 else 1)
