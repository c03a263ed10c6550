"""Numbers as text for the user: counts and p-values; round numbers for axes and legends."""

from __future__ import annotations

import math


def format_count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``1 candidate``, ``12,300 candidates``.

    Parameters
    ----------
    number : int
    one : str
        Noun after 1; more words may follow, as in ``candidate has no position``.
    many : str
        Noun after any other number; empty for `one` with an s.

    Returns
    -------
    str
        Commas separate the thousands.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def format_all(count: int, noun: str) -> str:
    """Return ``both epochs`` or ``all 3 epochs``, for a count above 1."""
    return f"both {noun}s" if count == 2 else f"all {format_count(count, noun)}"


def format_p_value(value: float) -> str:
    """Return a p-value as text: ``0.41``, ``3e-07``, ``under 1e-300``."""
    if value < 1e-300:
        return "under 1e-300"
    return f"{value:.2g}" if value >= 1e-3 else f"{value:.0e}"


def round_down(value: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten up to `value`; 0 unless value > 0."""
    if not (math.isfinite(value) and value > 0):
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    first = value / power * (1 + 1e-9)
    return power * (5 if first >= 5 else 2 if first >= 2 else 1)


AB_ZERO_NJY = 31.4
"""AB magnitude of 1 nJy: 2.5 lg(3631 Jy / 1 nJy) = 31.40."""


def ab_text(flux: float) -> str:
    """Return the AB magnitude of a flux in nJy: ``23.37 AB``; empty for zero and NaN.

    A negative flux has none: the magnitude is that of its amount, and the text says so.
    """
    if not math.isfinite(flux) or flux == 0:
        return ""
    magnitude = AB_ZERO_NJY - 2.5 * math.log10(abs(flux))
    return f"{magnitude:.2f} AB" + ("" if flux > 0 else " of |flux|")
