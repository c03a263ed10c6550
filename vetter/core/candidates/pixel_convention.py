"""Whether a list's x and y count pixels from 1 or from 0: the WCS decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.frames import from_axes, to_axes
from vetter.core.library_warnings import quiet

if TYPE_CHECKING:
    from astropy.wcs import WCS

Floats = npt.NDArray[np.float64]

# Enough for a median, few enough that an iterative distortion costs nothing at start.
_SAMPLE = 1000
_FEWEST = 1


@dataclass(frozen=True, slots=True)
class Offsets:
    """How far the listed x, y lie from where the WCS puts the listed ra, dec.

    Attributes
    ----------
    dx, dy : float
        Medians of listed minus computed (0-based) position, pixels; NaN where the WCS puts none
        of the listed ra, dec anywhere.
    apart : float
        Share of rows that disagree by more than two pixels, after the convention
        that fits better has been taken.
    rows : int
        How many rows were compared.
    """

    dx: float
    dy: float
    apart: float
    rows: int

    @property
    def one_based(self) -> bool | None:
        """True or False where the WCS tells the two apart, None where it does not."""
        for convention in (1.0, 0.0):
            if abs(self.dx - convention) < 0.35 and abs(self.dy - convention) < 0.35:
                return bool(convention)
        return None


def offsets(x: Floats, y: Floats, ra: Floats, dec: Floats, wcs: WCS) -> Offsets | None:
    """Compare listed pixel positions with those of ra, dec through the WCS.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        As listed, in pixels.
    ra, dec : ndarray, shape (n,)
        Degrees.
    wcs : `~astropy.wcs.WCS`

    Returns
    -------
    Offsets or None
        None where no row has both.
    """
    good = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & np.isfinite(ra) & np.isfinite(dec))
    if len(good) < _FEWEST:
        return None
    sample = good[:: max(1, len(good) // _SAMPLE)][:_SAMPLE]
    px, py = sky_to_pixel(wcs, ra[sample], dec[sample])
    off_x, off_y = x[sample] - px, y[sample] - py
    known = np.isfinite(off_x) & np.isfinite(off_y)
    if not known.any():
        # Nothing of the sky that the list names is on this side of the image's.
        has_sky = wcs.has_celestial
        return Offsets(np.nan, np.nan, 1.0, len(sample)) if has_sky else None
    dx, dy = float(np.median(off_x[known])), float(np.median(off_y[known]))
    base = 1.0 if abs(dx - 1) < abs(dx) and abs(dy - 1) < abs(dy) else 0.0
    near = np.hypot(off_x[known] - base, off_y[known] - base) <= 2
    return Offsets(dx, dy, 1.0 - float(near.sum()) / len(sample), len(sample))


def sky_to_pixel(wcs: WCS, ra: Floats, dec: Floats) -> tuple[Floats, Floats]:
    """0-based pixel positions of RA and Dec in degrees; NaN where there is none."""
    if not wcs.has_celestial:
        return np.full(len(ra), np.nan), np.full(len(ra), np.nan)
    wcs = wcs if wcs.naxis == 2 else wcs.celestial
    return _transform(wcs.all_world2pix, *to_axes(wcs, ra, dec), quiet=True)


def pixel_to_sky(wcs: WCS, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """RA and Dec in degrees of 0-based pixel positions; NaN where there is none."""
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
        with quiet():
            # Of a WCS that has no place for any of them.
            found = function(first[good], second[good], 0, **options)
        out[:, good] = np.asarray(found, np.float64)
    except _no_solution():
        _one_by_one(function, first, second, np.flatnonzero(good), out, options)
    return out[0], out[1]


def _one_by_one(
    function: Any,
    first: Floats,
    second: Floats,
    rows: npt.NDArray[Any],
    out: Floats,
    options: dict[str, Any],
) -> None:
    """A single position without a solution spoils wcslib's whole call: find which."""
    if len(rows) > _SAMPLE * 10:
        return
    for row in rows:
        try:
            answer = function(first[row : row + 1], second[row : row + 1], 0, **options)
        except _no_solution():
            continue
        out[:, row] = [float(answer[0][0]), float(answer[1][0])]


def _no_solution() -> tuple[type[Exception], ...]:
    """What wcslib raises of a position that has no place; asked for only when something is."""
    from astropy.wcs import NoConvergence, WcsError

    return WcsError, NoConvergence, ValueError
