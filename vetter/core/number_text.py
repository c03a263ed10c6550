"""Numbers as the user reads them: counts, p-values, and round steps for axes and legends."""

from __future__ import annotations

import math


def counted(number: int, one: str, many: str = "") -> str:
    """A number and what it counts: ``1 candidate``, ``12,300 candidates``.

    Parameters
    ----------
    number : int
    one : str
        What one is called; more words may follow, as in ``candidate has no position``.
    many : str
        What any other number of them is called; empty for `one` with an s.

    Returns
    -------
    str
        Thousands are set apart by commas.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def all_of(count: int, noun: str) -> str:
    """``both epochs``, ``all 3 epochs``: more than one, none left out."""
    return f"both {noun}s" if count == 2 else f"all {counted(count, noun)}"


def probability(value: float) -> str:
    """A p-value in words: ``0.41``, ``3e-07``, ``under 1e-300``."""
    if value < 1e-300:
        return "under 1e-300"
    return f"{value:.2g}" if value >= 1e-3 else f"{value:.0e}"


def round_number(value: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten that is not larger; 0 of what is not > 0."""
    if not (math.isfinite(value) and value > 0):
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    first = value / power * (1 + 1e-9)
    return power * (5 if first >= 5 else 2 if first >= 2 else 1)
