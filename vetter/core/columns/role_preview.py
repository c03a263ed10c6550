"""Preview of a list with another choice of columns, before the choice is applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.keys import make_keys
from vetter.core.candidates.placement.listed_pixels import AxisOrigin, ImageFrame
from vetter.core.candidates.placement.positions import Positions, find_positions
from vetter.core.decisions.carry_over import RADIUS_ARCSEC, RADIUS_PIXELS, separation

PREVIEW_ROWS = 8
"""Rows in the preview."""
_SAMPLE = 1000
"""Rows that decide the pixel convention, as many as when the list is read."""


@dataclass(frozen=True, eq=False)
class ColumnPreview:
    """First rows with the chosen columns, and notes on all rows.

    Attributes
    ----------
    keys : list of str
        Keys of the first rows.
    x, y, ra, dec : ndarray of float64
        0-based pixels and degrees of the same rows; NaN unknown.
    roles : Roles
        Chosen columns, with the pixel convention that holds.
    problem : str
        Reason that the choice cannot be applied; else empty.
    axis_origin : AxisOrigin or None
        Evidence for the pixel convention; None without x and y.
    notes, cautions : tuple of str
        Conclusions from the WCS, and contradictions to the WCS.
    verdicts, carried : int
        Number of candidates with a verdict, tag or comment; number of these that keep it because
        key and position agree.
    """

    keys: list[str]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    ra: npt.NDArray[np.float64]
    dec: npt.NDArray[np.float64]
    roles: Roles
    problem: str
    axis_origin: AxisOrigin | None
    notes: tuple[str, ...]
    cautions: tuple[str, ...]
    verdicts: int
    carried: int


def preview_roles(
    candidates: CandidateList,
    roles: Roles,
    one_based: bool | None,
    image: ImageFrame,
    units: Mapping[str, str],
    decided: npt.NDArray[np.intp],
) -> ColumnPreview:
    """Try a choice of columns on a list that is open.

    Parameters
    ----------
    candidates : CandidateList
        The list with its present columns.
    roles : Roles
        The choice; its ``one_based`` holds if neither the argument ``one_based`` nor the WCS
        decides.
    one_based : bool or None
        The user's choice of the pixel convention; None: by WCS and names.
    image : ImageFrame
        The image that the candidates are on.
    units : mapping
        Units of the columns, as text.
    decided : ndarray of int
        Rows with a verdict, tag or comment.
    """
    table, count = candidates.table, len(candidates)
    sample = np.arange(0, count, max(1, count // _SAMPLE))
    rows = np.unique(np.concatenate([np.arange(min(PREVIEW_ROWS, count)), sample, decided]))
    positions = find_positions(
        table[rows], roles, units, image, one_based, candidates.sentinels, rows
    )
    same_key = roles.key == candidates.roles.key
    keys = candidates.keys if same_key else make_keys(table, roles.key)[0]
    first = slice(0, min(PREVIEW_ROWS, count))
    carried = sum(
        str(keys[row]) == candidates.key(row)
        and _has_same_position(candidates, row, positions, int(np.searchsorted(rows, row)))
        for row in decided.tolist()
    )
    return ColumnPreview(
        [str(key) for key in keys[first]],
        positions.x[first],
        positions.y[first],
        positions.ra[first],
        positions.dec[first],
        positions.roles,
        find_problem(roles, image.wcs is not None),
        positions.axis_origin,
        _of_sample(positions.notes, len(rows), count),
        _of_sample(positions.cautions, len(rows), count),
        len(decided),
        carried,
    )


def _of_sample(texts: tuple[str, ...], rows: int, count: int) -> tuple[str, ...]:
    if rows == count:
        return texts
    return tuple(f"{text} (in a sample of {rows:,} rows)" for text in texts)


def find_problem(roles: Roles, has_wcs: bool) -> str:
    """Return the reason that columns give no positions on the image; empty if they do."""
    for one, other, word in (("x", "y", "x and y"), ("ra", "dec", "RA and Dec")):
        if (getattr(roles, one) is None) != (getattr(roles, other) is None):
            return f"{word} go together: choose both, or neither"
    if roles.x is None and roles.ra is None:
        return "positions are missing: choose x and y, or RA and Dec"
    if roles.x is None and not has_wcs:
        return "the image has no WCS: choose x and y"
    return ""


def _has_same_position(
    candidates: CandidateList, row: int, positions: Positions, index: int
) -> bool:
    """Return whether a candidate keeps its position within the radii of the carry-over."""
    ra, dec = float(candidates.ra[row]), float(candidates.dec[row])
    angle = separation(ra, dec, float(positions.ra[index]), float(positions.dec[index]))
    if np.isfinite(angle):
        return angle <= RADIUS_ARCSEC
    dx, dy = candidates.x[row] - positions.x[index], candidates.y[row] - positions.y[index]
    return bool(np.hypot(dx, dy) <= RADIUS_PIXELS)
