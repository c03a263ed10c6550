"""What a choice of columns would make of a list, before it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.keys import make_keys
from vetter.core.candidates.positions import Positions, find_positions
from vetter.core.decisions.carry_over import RADIUS_ARCSEC, RADIUS_PIXELS, separation

if TYPE_CHECKING:
    from astropy.wcs import WCS

SHOWN = 8
# As many as the convention of pixels is told from when the list is read.
_SAMPLE = 1000


@dataclass(frozen=True, eq=False)
class ColumnPreview:
    """The first rows as they would be, and what is to be said about all.

    Attributes
    ----------
    keys : list of str
    x, y, ra, dec : ndarray of float64
        0-based pixels and degrees of the same rows; NaN unknown.
    roles : Roles
        With the pixel convention that holds.
    problem : str
        Why the choice cannot be taken; else empty.
    notes, cautions : tuple of str
        What the WCS says, and what contradicts it.
    verdicts, carried : int
        Candidates with a verdict, tag or comment, and how many of them keep it by key and place.
    """

    keys: list[str]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    ra: npt.NDArray[np.float64]
    dec: npt.NDArray[np.float64]
    roles: Roles
    problem: str
    notes: tuple[str, ...]
    cautions: tuple[str, ...]
    verdicts: int
    carried: int


def preview(
    candidates: CandidateList,
    roles: Roles,
    one_based: bool | None,
    wcs: WCS | None,
    units: Mapping[str, str],
    decided: npt.NDArray[np.intp],
) -> ColumnPreview:
    """Try a choice of columns on a list that is open.

    Parameters
    ----------
    candidates : CandidateList
        As it is read now.
    roles : Roles
        The choice; its ``one_based`` counts where neither ``one_based`` nor the WCS tells.
    one_based : bool or None
        The user's word on the pixel convention; None: find out.
    wcs : `~astropy.wcs.WCS` or None
        The image's.
    units : mapping
        Of the columns, as text.
    decided : ndarray of int
        Rows with a verdict, tag or comment.
    """
    table, count = candidates.table, len(candidates)
    sample = np.arange(0, count, max(1, count // _SAMPLE))
    rows = np.unique(np.concatenate([np.arange(min(SHOWN, count)), sample, decided]))
    places = find_positions(table[rows], roles, units, wcs, one_based)
    same_key = roles.key == candidates.roles.key
    keys = candidates.keys if same_key else make_keys(table, roles.key)[0]
    first = slice(0, min(SHOWN, count))
    carried = sum(
        str(keys[row]) == candidates.key(row)
        and _stays(candidates, row, places, int(np.searchsorted(rows, row)))
        for row in decided.tolist()
    )
    return ColumnPreview(
        [str(key) for key in keys[first]],
        places.x[first],
        places.y[first],
        places.ra[first],
        places.dec[first],
        places.roles,
        problem_of(roles, wcs is not None),
        places.notes,
        places.cautions,
        len(decided),
        carried,
    )


def problem_of(roles: Roles, has_wcs: bool) -> str:
    """Why columns cannot place the candidates; empty where they can."""
    for one, other, word in (("x", "y", "x and y"), ("ra", "dec", "RA and Dec")):
        if (getattr(roles, one) is None) != (getattr(roles, other) is None):
            return f"{word} go together: choose both, or neither"
    if roles.x is None and roles.ra is None:
        return "positions are wanted: x and y, or RA and Dec"
    if roles.x is None and not has_wcs:
        return "the image has no WCS: x and y are wanted"
    return ""


def _stays(candidates: CandidateList, row: int, places: Positions, at: int) -> bool:
    """Whether a candidate is where it was, as verdicts carry over."""
    ra, dec = float(candidates.ra[row]), float(candidates.dec[row])
    apart = separation(ra, dec, float(places.ra[at]), float(places.dec[at]))
    if np.isfinite(apart):
        return apart <= RADIUS_ARCSEC
    gap = np.hypot(candidates.x[row] - places.x[at], candidates.y[row] - places.y[at])
    return bool(gap <= RADIUS_PIXELS)
