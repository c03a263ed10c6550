"""Sizes of cutouts: the steps of the keys that make a cutout smaller or larger."""

from __future__ import annotations

RADIUS_RANGE = (4.0, 250.0)
"""Smallest and largest radius that the keys reach, in pixels."""
_FACTOR = 1.25


def next_radius(radius: float, steps: int, own: float) -> float:
    """Return the radius one step up (1) or down (-1); one up and one down cancel each other.

    The steps are a geometric series through the list's own radius, the same from everywhere.

    Parameters
    ----------
    radius : float
        The present radius, in pixels.
    steps : int
        1 for the next larger radius, -1 for the next smaller.
    own : float
        The list's own radius, in pixels.

    Examples
    --------
    >>> next_radius(next_radius(20, 1, own=20), -1, own=20)
    20
    """
    low, high = RADIUS_RANGE
    series = {own, *(float(round(own * _FACTOR**power)) for power in range(-40, 41))}
    low, high = min(low, own), max(high, own)
    ladder = sorted({low, high, *(size for size in series if low <= size <= high)})
    if steps > 0:
        return next((size for size in ladder if size > radius), radius)
    return next((size for size in reversed(ladder) if size < radius), radius)
