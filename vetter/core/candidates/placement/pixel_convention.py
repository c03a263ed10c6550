"""Pixel convention of a list: x and y counted from 1 or from 0, as the WCS decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.frames import from_axes, to_axes
from vetter.errors import suppress_warnings

if TYPE_CHECKING:
    from astropy.wcs import WCS

    from vetter.core.coordinates.parent_pixels import ParentPixels

Floats = npt.NDArray[np.float64]

_MAX_SAMPLE = 1000
"""Rows compared: enough for a median, and few enough for an iterative distortion at start-up."""
_MIN_ROWS = 1


@dataclass(frozen=True, slots=True)
class Offsets:
    """Offsets of the listed x, y from the pixels that the WCS gives for the listed ra, dec.

    Attributes
    ----------
    dx, dy : float
        Medians of listed minus computed (0-based) position, pixels; NaN if the WCS gives no
        pixel for any of the listed ra, dec.
    apart : float
        Share of rows that disagree by more than two pixels in the convention that fits better.
    rows : int
        Number of rows compared.
    parent : ParentPixels or None
        The parent whose pixels the list counts; None for pixels of the image itself.
    """

    dx: float
    dy: float
    apart: float
    rows: int
    parent: ParentPixels | None = None

    @property
    def one_based(self) -> bool | None:
        """Whether pixels count from 1; None if the offsets fit neither convention."""
        return _convention(self.dx, self.dy, self.parent)

    @property
    def settles(self) -> bool:
        """Whether most rows agree on a convention."""
        return self.one_based is not None and self.apart <= 0.5


def _convention(dx: float, dy: float, parent: ParentPixels | None) -> bool | None:
    if parent is not None:
        dx, dy = dx - parent.dx, dy - parent.dy
    for convention in (1.0, 0.0):
        if abs(dx - convention) < 0.35 and abs(dy - convention) < 0.35:
            return bool(convention)
    return None


def measure_offsets(
    x: Floats,
    y: Floats,
    ra: Floats,
    dec: Floats,
    wcs: WCS,
    parents: Sequence[ParentPixels] = (),
) -> Offsets | None:
    """Compare listed pixel positions with those of ra, dec through the WCS.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Listed pixels, in either convention.
    ra, dec : ndarray, shape (n,)
        Degrees.
    wcs : `~astropy.wcs.WCS`
    parents : sequence of ParentPixels, optional
        Larger images whose pixels the list might count.

    Returns
    -------
    Offsets or None
        None if no row has both pixels and sky position.
    """
    good = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & np.isfinite(ra) & np.isfinite(dec))
    if len(good) < _MIN_ROWS:
        return None
    sample = good[:: max(1, len(good) // _MAX_SAMPLE)][:_MAX_SAMPLE]
    px, py = sky_to_pixels(wcs, ra[sample], dec[sample])
    off_x, off_y = x[sample] - px, y[sample] - py
    known = np.isfinite(off_x) & np.isfinite(off_y)
    if not known.any():
        # All listed sky positions are outside the hemisphere that the WCS can project.
        has_sky = wcs.has_celestial
        return Offsets(np.nan, np.nan, 1.0, len(sample)) if has_sky else None
    dx, dy = float(np.median(off_x[known])), float(np.median(off_y[known]))
    parent = None
    if _convention(dx, dy, None) is None:
        parent = next((p for p in parents if _convention(dx, dy, p) is not None), None)
    left, down = (0.0, 0.0) if parent is None else (parent.dx, parent.dy)
    is_one_nearer = abs(dx - left - 1) < abs(dx - left) and abs(dy - down - 1) < abs(dy - down)
    base = 1.0 if is_one_nearer else 0.0
    near = np.hypot(off_x[known] - left - base, off_y[known] - down - base) <= 2
    return Offsets(dx, dy, 1.0 - float(near.sum()) / len(sample), len(sample), parent)


def sky_to_pixels(wcs: WCS, ra: Floats, dec: Floats) -> tuple[Floats, Floats]:
    """Return 0-based pixels of RA and Dec in degrees; NaN for positions without a pixel."""
    if not wcs.has_celestial:
        return np.full(len(ra), np.nan), np.full(len(ra), np.nan)
    wcs = wcs if wcs.naxis == 2 else wcs.celestial
    return _transform(wcs.all_world2pix, *to_axes(wcs, ra, dec), quiet=True)


def pixels_to_sky(wcs: WCS, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return RA and Dec in degrees of 0-based pixels; NaN for pixels off the sky."""
    if not wcs.has_celestial:
        return np.full(len(x), np.nan), np.full(len(x), np.nan)
    wcs = wcs if wcs.naxis == 2 else wcs.celestial
    return from_axes(wcs, *_transform(wcs.all_pix2world, x, y))


def _transform(
    function: Any, first: Floats, second: Floats, **options: Any
) -> tuple[Floats, Floats]:
    out = np.full((2, len(first)), np.nan)
    good = np.isfinite(first) & np.isfinite(second)
    if not good.any():
        return out[0], out[1]
    try:
        with suppress_warnings():
            # astropy warns if no position has a solution.
            solved = function(first[good], second[good], 0, **options)
        out[:, good] = np.asarray(solved, np.float64)
    except _no_solution_errors():
        _transform_each(function, first, second, np.flatnonzero(good), out, options)
    return out[0], out[1]


def _transform_each(
    function: Any,
    first: Floats,
    second: Floats,
    rows: npt.NDArray[Any],
    out: Floats,
    options: dict[str, Any],
) -> None:
    """Transform row by row: one position without a solution makes wcslib's whole call fail."""
    if len(rows) > _MAX_SAMPLE * 10:
        return
    for row in rows:
        try:
            answer = function(first[row : row + 1], second[row : row + 1], 0, **options)
        except _no_solution_errors():
            continue
        out[:, row] = [float(answer[0][0]), float(answer[1][0])]


def _no_solution_errors() -> tuple[type[Exception], ...]:
    """Return the errors for positions without a solution; imported only when one is raised."""
    from astropy.wcs import NoConvergence, WcsError

    return WcsError, NoConvergence, ValueError
