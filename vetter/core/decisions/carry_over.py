"""Carry-over of verdicts from an earlier list to the candidates of the present list.

A key alone is not trusted, since a running number names another object after each new
extraction: key and position have to agree. Other verdicts are at most offered.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.decision import Decision, Opinion

RADIUS_PIXELS = 2.0
"""Largest distance at which two positions agree, if not both have RA and Dec."""
RADIUS_ARCSEC = 1.5
"""Largest angle at which two positions with RA and Dec agree."""

Floats = npt.NDArray[np.float64]


class PositionedList(Protocol):
    """Candidate list as decisions need it: keys, names and positions.

    ``x``, ``y`` are 0-based pixels and ``ra``, ``dec`` degrees, shape (rows,); NaN: unknown.
    """

    @property
    def keys(self) -> Any:
        """Unique keys, shape (rows,)."""

    @property
    def x(self) -> Floats:
        """Pixel columns, 0-based, shape (rows,)."""

    @property
    def y(self) -> Floats:
        """Pixel rows, 0-based, shape (rows,)."""

    @property
    def ra(self) -> Floats:
        """Right ascensions in degrees, shape (rows,)."""

    @property
    def dec(self) -> Floats:
        """Declinations in degrees, shape (rows,)."""

    def __len__(self) -> int: ...

    def row_of(self, key: str) -> int:
        """Return the row of a key; raise KeyError if no candidate has it."""

    def name(self, row: int) -> str:
        """Return the text that names a candidate on screen."""


class Offer(NamedTuple):
    """Opinion from an earlier list that may belong to a candidate of the present list.

    ``distance`` is in ``unit`` ('arcsec' or 'px'); NaN and '' if the keys agree but the two
    positions cannot be compared.
    """

    old_key: str
    row: int
    distance: float
    unit: str
    opinion: Opinion


def separation(ra1: float, dec1: float, ra2: float, dec2: float) -> float:
    """Return the angle between two directions in arcsec (haversine, exact for small angles).

    Parameters
    ----------
    ra1, dec1, ra2, dec2 : float
        Degrees. NaN gives NaN.
    """
    phi1, phi2 = math.radians(dec1), math.radians(dec2)
    half = math.sin((phi2 - phi1) / 2) ** 2
    half += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(ra2 - ra1) / 2) ** 2
    # In this order `min` returns NaN for NaN.
    return math.degrees(2 * math.asin(min(math.sqrt(half), 1.0))) * 3600


def has_same_position(decision: Decision, x: float, y: float, ra: float, dec: float) -> bool | None:
    """Return whether a candidate is where the decision's candidate was; None if unknown.

    Sky positions are compared if both have them (1.5 arcsec), else pixels (2 px). If neither
    has any position, they agree.

    Parameters
    ----------
    decision : Decision
    x, y, ra, dec : float
        The candidate's present position: 0-based pixels, degrees; NaN: unknown.
    """
    # x == x is False only for NaN, and faster than math.isnan over 100,000 events.
    there_sky, here_sky = decision.ra == decision.ra, ra == ra
    if there_sky and here_sky:
        if decision.ra == ra and decision.dec == dec:
            return True
        return separation(decision.ra, decision.dec, ra, dec) <= RADIUS_ARCSEC
    there_px, here_px = decision.x == decision.x, x == x
    if there_px and here_px:
        return math.hypot(decision.x - x, decision.y - y) <= RADIUS_PIXELS
    if not (there_sky or there_px or here_sky or here_px):
        return True
    return None


def nearest_offers(strays: Sequence[Decision], candidates: PositionedList) -> list[Offer]:
    """Return the nearest candidate within the radius of each stray decision, as offers.

    Parameters
    ----------
    strays : sequence of Decision
        Last decisions on candidates that the list does not hold with this key and position.
    candidates : CandidateList

    Returns
    -------
    list of Offer
        Nearest first; at most one per candidate and per stray.
    """
    sky = [d for d in strays if math.isfinite(d.ra) and math.isfinite(d.dec)]
    flat = [d for d in strays if math.isfinite(d.x) and math.isfinite(d.y)]
    ranked: list[tuple[float, Offer]] = []
    if sky:
        old = unit_vectors(np.array([d.ra for d in sky]), np.array([d.dec for d in sky]))
        new = unit_vectors(candidates.ra, candidates.dec)
        chord = 2 * math.sin(math.radians(RADIUS_ARCSEC / 3600) / 2)
        for index, row, distance in _nearest(old, new, chord):
            arcsec = math.degrees(2 * math.asin(distance / 2)) * 3600
            offer = Offer(sky[index].key, row, arcsec, "arcsec", sky[index].opinion)
            ranked.append((arcsec / RADIUS_ARCSEC, offer))
    has_sky = np.isfinite(candidates.ra) & np.isfinite(candidates.dec)
    old = np.array([(d.x, d.y) for d in flat]).reshape(-1, 2)
    new = np.column_stack([candidates.x, candidates.y])
    for index, row, distance in _nearest(old, new, RADIUS_PIXELS):
        if math.isfinite(flat[index].ra) and has_sky[row]:
            continue  # sky positions were compared above, and decide
        offer = Offer(flat[index].key, row, distance, "px", flat[index].opinion)
        ranked.append((distance / RADIUS_PIXELS, offer))
    ranked.sort(key=lambda pair: pair[0])
    return _keep_first_of_each([offer for _, offer in ranked])


def _keep_first_of_each(offers: Sequence[Offer]) -> list[Offer]:
    rows: set[int] = set()
    keys: set[str] = set()
    kept = []
    for offer in offers:
        if offer.row not in rows and offer.old_key not in keys:
            rows.add(offer.row)
            keys.add(offer.old_key)
            kept.append(offer)
    return kept


def unit_vectors(ra: Floats, dec: Floats) -> Floats:
    """Return directions, shape (n, 3), of positions in degrees, shape (n,)."""
    lon, lat = np.radians(ra), np.radians(dec)
    vectors = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return np.asarray(vectors, np.float64)


def _nearest(old: Floats, new: Floats, radius: float) -> list[tuple[int, int, float]]:
    """Return (index in old, row in new, distance) of the nearest within ``radius``, inclusive."""
    rows = np.flatnonzero(np.isfinite(new).all(axis=1))
    if not len(old) or not len(rows):
        return []
    from scipy.spatial import KDTree  # needed only if a list has changed: not at every start

    # The tree's bound is exclusive.
    bound = np.nextafter(radius, np.inf)
    matches = KDTree(new[rows]).query(old, distance_upper_bound=bound)
    distances, nearest = np.atleast_1d(matches[0]), np.atleast_1d(matches[1])
    return [
        (index, int(rows[match]), float(distance))
        for index, (distance, match) in enumerate(zip(distances, nearest, strict=True))
        if np.isfinite(distance)
    ]
