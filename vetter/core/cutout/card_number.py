"""The number in a header card, whatever else the card may hold."""

from __future__ import annotations

import math
from typing import Any


def card_number(value: Any) -> float | None:
    """Return the value of a card as a finite float; None for any other value.

    A number in quotes counts; T, F, complex numbers, NaN and infinities do not.
    """
    if value is None or isinstance(value, (bool, complex)):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
