"""Points of the field view: the listed candidates with their fits, and the stars of the field."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vetter.core.judgement.star_calibration import StarCalibration
from vetter.review.fits.fits import Fits
from vetter.review.session import Session

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


@dataclass(eq=False)
class Points:
    """Arrays that all canvases show: the listed candidates, and the stars of the field.

    ``rows`` (n,) are rows of the candidate list; ``places`` (n, 2) x and y in the image,
    ``shifts`` (n, 2) dx and dy in pixels, ``scales`` (n,), NaN if unknown; ``states`` (n,) codes
    of the fit table; ``bound`` (n,): the shift ended on its bound; ``decided`` (n,).
    ``brightness``, ``chi2`` and ``snr`` (n,) are flux of the template's star, chi2 per degree of
    freedom and surviving S/N, NaN if unknown; ``calibration`` holds the stars' fits, None if
    unknown.
    """

    rows: Rows = field(default_factory=lambda: np.empty(0, np.intp))
    places: Array = field(default_factory=lambda: np.empty((0, 2)))
    shifts: Array = field(default_factory=lambda: np.empty((0, 2)))
    scales: Array = field(default_factory=lambda: np.empty(0))
    states: npt.NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    bound: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    decided: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    brightness: Array = field(default_factory=lambda: np.empty(0))
    chi2: Array = field(default_factory=lambda: np.empty(0))
    snr: Array = field(default_factory=lambda: np.empty(0))
    calibration: StarCalibration | None = None

    @property
    def stars(self) -> Array:
        """The stars (m, 4): x, y, dx, dy in pixels."""
        stars = self.calibration
        if stars is None:
            return np.empty((0, 4))
        return np.column_stack([stars.x, stars.y, stars.dx, stars.dy])


def collect_points(session: Session, fits: Fits) -> Points:
    """Return the points of the current image: its listed candidates and its stars."""
    field = shown_field(session)
    rows = np.asarray(session.queue.order, np.intp)
    rows = rows[session.source.on_field(rows, field)]
    listed, table = session.candidates, fits.table
    return Points(
        rows,
        np.column_stack([listed.x[rows], listed.y[rows]]),
        table.shifts[rows],
        table.values("scale")[rows],
        table.codes[rows],
        table.at_bound[rows],
        session.codes[rows] != 0,
        table.brightness[rows],
        table.values("chi2_after")[rows],
        table.prior_snr[rows],
        fits.calibration(field),
    )


def shown_field(session: Session) -> int:
    """Return the index of the field with the current candidate."""
    return session.source.field_of(session.current_row) if session.current_row >= 0 else 0


def is_inside_polygon(places: Array, corners: Array) -> npt.NDArray[np.bool_]:
    """Return a mask of positions (n, 2) inside a polygon (m, 2): even-odd, edges counted once."""
    order = np.argsort(places[:, 1], kind="stable")
    x, y = places[order, 0], places[order, 1]
    inside = np.zeros(len(places), bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 != y2:
            # Only points between the edge's ends: a lasso has a hundred short edges.
            first, last = np.searchsorted(y, (min(y1, y2), max(y1, y2)))
            part = slice(first, last)
            inside[part] ^= x[part] < x1 + (y[part] - y1) / (y2 - y1) * (x2 - x1)
    result = np.empty_like(inside)
    result[order] = inside
    return result
