"""Earlier verdicts at the places of a list's candidates, as their counts and as a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.carry_over import Floats, unit_vectors
from vetter.core.decisions.decision import Verdict

DEFAULT_RADIUS = 1.5
"""Arcseconds within which two detections are of one object."""

_DONE = {
    Verdict.ACCEPT: "accepted",
    Verdict.REJECT: "rejected",
    Verdict.MAYBE: "maybe",
    Verdict.LATER: "put off",
    Verdict.NONE: "listed",
}
_ORDER = (Verdict.ACCEPT, Verdict.REJECT, Verdict.MAYBE, Verdict.LATER, Verdict.NONE)


class EarlierVerdict(NamedTuple):
    """Verdict on an object, in an earlier session or a given list.

    Attributes
    ----------
    ra, dec : float
        Degrees.
    verdict : Verdict
        None for an object that is only listed, as in a catalogue of known variables.
    at : str
        UTC in ISO 8601; '' if unknown.
    reviewer : str
        '' for a given list.
    origin : str
        Name of the session or list.
    name : str
        Name of the object there; '' without one.
    """

    ra: float
    dec: float
    verdict: Verdict
    at: str = ""
    reviewer: str = ""
    origin: str = ""
    name: str = ""


class Sighting(NamedTuple):
    """Earlier verdict near a candidate, ``distance`` arcseconds away."""

    verdict: EarlierVerdict
    distance: float


@dataclass(frozen=True, eq=False)
class EarlierVerdicts:
    """Earlier verdicts near the candidates of a list, the latest first.

    Attributes
    ----------
    verdicts : sequence of EarlierVerdict
    rows : ndarray of int, shape (n,)
        Rows of the list, rising; a row comes once for each verdict near it.
    indices : ndarray of int, shape (n,)
        Places in ``verdicts``.
    distances : ndarray of float64, shape (n,)
        Arcseconds.
    """

    verdicts: Sequence[EarlierVerdict]
    rows: npt.NDArray[np.intp]
    indices: npt.NDArray[np.intp]
    distances: Floats

    def of(self, row: int) -> list[Sighting]:
        """Return the verdicts near a candidate, the latest first."""
        first, last = np.searchsorted(self.rows, (row, row + 1))
        return [
            Sighting(self.verdicts[index], distance)
            for index, distance in zip(
                self.indices[first:last].tolist(), self.distances[first:last].tolist(), strict=True
            )
        ]

    def seen_rows(self) -> npt.NDArray[np.intp]:
        """Return the rows with an earlier verdict near, rising."""
        return np.unique(self.rows)


NOTHING = EarlierVerdicts((), np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0))
"""No earlier verdicts."""


def match_earlier(
    verdicts: Sequence[EarlierVerdict],
    ra: Floats,
    dec: Floats,
    radius: float = DEFAULT_RADIUS,
    first_row: int = 0,
) -> EarlierVerdicts:
    """Return the earlier verdicts within a radius of each candidate.

    Parameters
    ----------
    verdicts : sequence of EarlierVerdict
    ra, dec : ndarray of float64, shape (rows,)
        Degrees; a candidate without a position has no earlier verdicts.
    radius : float
        Arcseconds, inclusive.
    first_row : int
        Row of the first position.
    """
    known = [v for v in verdicts if math.isfinite(v.ra) and math.isfinite(v.dec)]
    here = np.flatnonzero(np.isfinite(ra) & np.isfinite(dec))
    if not known or not len(here):
        return NOTHING
    from scipy.spatial import cKDTree  # only with earlier sessions: not at every start

    places = np.array([(v.ra, v.dec) for v in known])
    old = cKDTree(unit_vectors(places[:, 0], places[:, 1]))
    new = cKDTree(unit_vectors(ra[here], dec[here]))
    # A hair more, so that rounding does not part positions exactly the radius away.
    chord = 2 * math.sin(math.radians(radius / 3600) / 2) * (1 + 1e-9) + 1e-15
    pairs = new.sparse_distance_matrix(old, chord, output_type="ndarray")
    latest = np.argsort(np.argsort([v.at for v in known], kind="stable"))
    order = np.lexsort((-latest[pairs["j"]], pairs["i"]))
    pairs = pairs[order]
    arcsec = np.degrees(2 * np.arcsin(np.minimum(pairs["v"] / 2, 1.0))) * 3600
    rows = here[pairs["i"]] + first_row
    return EarlierVerdicts(known, rows, np.asarray(pairs["j"], np.intp), arcsec)


def join_earlier(one: EarlierVerdicts, two: EarlierVerdicts) -> EarlierVerdicts:
    """Return the verdicts near a list's first rows and near the rows that follow, as one."""
    shift = len(one.verdicts)
    return EarlierVerdicts(
        [*one.verdicts, *two.verdicts],
        np.concatenate([one.rows, two.rows]),
        np.concatenate([one.indices, two.indices + shift]),
        np.concatenate([one.distances, two.distances]),
    )


def describe(sightings: Sequence[Sighting], reviewer: str = "") -> str:
    """Return earlier verdicts as a sentence, as ``rejected 3 times since 2026-05-02``.

    Parameters
    ----------
    sightings : sequence of Sighting
        The latest first; '' is returned for none.
    reviewer : str
        Verdicts of another reviewer are named as theirs.

    Examples
    --------
    >>> night = EarlierVerdict(10.0, 5.0, Verdict.REJECT, "2026-05-02T01:00:00.000Z", "ann", "may")
    >>> describe([Sighting(night, 0.2)], "ann")
    'rejected once, on 2026-05-02'
    >>> describe([Sighting(night, 0.2)] * 2, "bob")
    'rejected 2 times since 2026-05-02 (by ann)'
    """
    parts = []
    for verdict in _ORDER:
        same = [s.verdict for s in sightings if s.verdict.verdict is verdict]
        if same:
            parts.append(_describe_same(_DONE[verdict], same))
    others = dict.fromkeys(
        s.verdict.reviewer for s in sightings if s.verdict.reviewer not in ("", reviewer)
    )
    names = f" (by {', '.join(others)})" if others else ""
    return "; ".join(parts) + names


def _describe_same(done: str, same: Sequence[EarlierVerdict]) -> str:
    if done == "listed":
        places = dict.fromkeys(
            f"{v.name} ({v.origin})" if v.name and v.origin else v.name or v.origin for v in same
        )
        return f"known: {', '.join(places)}"
    dates = sorted(v.at[:10] for v in same if v.at)
    if len(same) > 1:
        since = f" since {dates[0]}" if dates else ""
        return f"{done} {len(same)} times{since}"
    return f"{done} once, on {dates[0]}" if dates else f"{done} ({same[0].origin or 'listed'})"


def last_verdict(sightings: Sequence[Sighting]) -> Verdict:
    """Return the latest verdict on an object; none if it is only listed."""
    given = (s.verdict.verdict for s in sightings if s.verdict.verdict is not Verdict.NONE)
    return next(given, Verdict.NONE)
