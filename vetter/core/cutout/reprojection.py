"""An image put on the pixel grid of another: where its pixels lie, and values between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Array, Box
from vetter.core.library_warnings import quiet

if TYPE_CHECKING:
    from astropy.wcs import WCS

Floats = npt.NDArray[np.float64]

# Sky projections and distortions are smooth: between nodes so far apart their cubic spline is
# off by less than a millionth of a pixel.
_STEP = 8
_FEWEST = 6
# Pixels around those that are hit: the reach of the cubic spline's prefilter to 1e-4.
REACH = 8


def same_grid(one: WCS, other: WCS, shape: tuple[int, int], tolerance: float) -> bool:
    """Whether two WCS put the pixels of an image at the same places, to ``tolerance`` pixels.

    Parameters
    ----------
    one, other : `~astropy.wcs.WCS`
        Celestial, two axes.
    shape : (int, int)
        Rows and columns of the image; nine places all over it are compared.
    tolerance : float
        Pixels of ``other``.
    """
    ny, nx = shape
    y, x = (grid.ravel() for grid in np.meshgrid([0, ny / 2, ny - 1], [0, nx / 2, nx - 1]))
    u, v = _through(one, other, x, y)
    away = np.hypot(u - x, v - y)
    return bool(np.nanmax(away, initial=-1.0) <= tolerance) and not np.isnan(away).all()


def positions(box: Box, here: WCS, there: WCS) -> tuple[Floats, Floats]:
    """Where the pixels of a box lie in another image.

    Parameters
    ----------
    box : Box
        Of the image that ``here`` describes.
    here, there : `~astropy.wcs.WCS`
        Celestial, two axes; their frames may differ.

    Returns
    -------
    x, y : ndarray of float64, shape ``box.shape``
        Columns and rows of the other image, 0-based; NaN where it has no such place.
    """
    from scipy.interpolate import RectBivariateSpline

    wanted_x = np.arange(box.x0, box.x0 + box.nx, dtype=float)
    wanted_y = np.arange(box.y0, box.y0 + box.ny, dtype=float)
    columns, rows = _nodes(wanted_x), _nodes(wanted_y)
    x, y = np.meshgrid(columns, rows)
    u, v = (a.reshape(x.shape) for a in _through(here, there, x.ravel(), y.ravel()))
    if not (np.isfinite(u).all() and np.isfinite(v).all()):
        # Partly beyond what the projection can show: no spline through what is not there.
        x, y = np.meshgrid(wanted_x, wanted_y)
        u, v = (a.reshape(x.shape) for a in _through(here, there, x.ravel(), y.ravel()))
        return u, v
    at = [RectBivariateSpline(rows, columns, values)(wanted_y, wanted_x) for values in (u, v)]
    return at[0], at[1]


def _nodes(wanted: Floats) -> Floats:
    """Places of which a spline is made; a side of one pixel has neighbours in it too."""
    last = max(wanted[-1], wanted[0] + 1)
    return np.linspace(wanted[0], last, max(_FEWEST, len(wanted) // _STEP + 1))


def _through(here: WCS, there: WCS, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Pixels of one image as pixels of the other, NaN where there is no such place."""
    from astropy.wcs import NoConvergence

    try:
        if _frame(here) == _frame(there):
            lon, lat = here.all_pix2world(x, y, 0)
            with quiet():
                # Of a WCS that has no place for any of them.
                u, v = there.all_world2pix(lon, lat, 0, quiet=True)
        else:
            from astropy.wcs.utils import pixel_to_pixel

            u, v = pixel_to_pixel(here, there, x, y)
    except (NoConvergence, ValueError):
        # wcslib's word for a place that the projection does not hold.
        return np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    return np.asarray(u, float), np.asarray(v, float)


def _frame(wcs: WCS) -> tuple[Any, ...]:
    """What the world coordinates are in: two WCS alike in this need no change of frame."""
    inner = wcs.wcs
    kinds = tuple(str(ctype)[:4].rstrip("-") for ctype in inner.ctype)
    equinox = float(inner.equinox) if np.isfinite(inner.equinox) else 0.0
    return kinds, inner.radesys or "ICRS", equinox if inner.radesys.startswith("FK") else 0.0


def touched(x: Floats, y: Floats, shape: tuple[int, int]) -> Box | None:
    """The part of the other image that is wanted for places in it; None where they all miss it.

    Parameters
    ----------
    x, y : ndarray
        Columns and rows, 0-based.
    shape : (int, int)
        Rows and columns of that image.
    """
    inside = (x > -1) & (x < shape[1]) & (y > -1) & (y < shape[0])
    if not inside.any():
        return None
    x0, x1 = int(x[inside].min()) - REACH, int(x[inside].max()) + REACH + 1
    y0, y1 = int(y[inside].min()) - REACH, int(y[inside].max()) + REACH + 1
    x0, y0 = max(x0, 0), max(y0, 0)
    return Box(x0, y0, min(x1, shape[1]) - x0, min(y1, shape[0]) - y0)


def interpolated(pixels: Array, x: Floats, y: Floats) -> Array:
    """Values between pixels, by a cubic spline.

    Parameters
    ----------
    pixels : ndarray (ny, nx)
        Floats; NaN where not known.
    x, y : ndarray
        Columns and rows, 0-based.

    Returns
    -------
    ndarray
        Of the shape of ``x`` and the type of ``pixels``. NaN off the image (beyond the outer
        pixels' centres) and where one of the four pixels around is NaN.
    """
    # Numbers near the end of their range, as a damaged file has them.
    with np.errstate(over="ignore", invalid="ignore"):
        return _interpolated(pixels, x, y)


def _interpolated(pixels: Array, x: Floats, y: Floats) -> Array:
    from scipy.ndimage import map_coordinates

    bad = ~np.isfinite(pixels)
    known = pixels
    if bad.any():
        if bad.all():
            return np.full(x.shape, np.nan, pixels.dtype)
        # A level near the neighbours', so that the spline does not ring into good pixels.
        known = np.where(bad, np.median(pixels[~bad]), pixels)
    places = np.array([y, x])
    out: Array = map_coordinates(
        known.astype(np.float64), places, order=3, mode="mirror", output=np.float64
    ).astype(pixels.dtype)
    out[~_within(x, y, pixels.shape)] = np.nan
    if bad.any():
        near = map_coordinates(bad.astype(np.float64), places, order=1, mode="nearest")
        out[near > 1e-6] = np.nan
    return out


def nearest(pixels: Array, x: Floats, y: Floats, off: Any) -> Array:
    """The value of the pixel that each place lies in; ``off`` where that is off the image."""
    rows, columns = pixels.shape
    with np.errstate(invalid="ignore"):
        i, j = np.floor(y + 0.5), np.floor(x + 0.5)
        inside = (i >= 0) & (i < rows) & (j >= 0) & (j < columns)
    out = np.full(x.shape, off, pixels.dtype)
    out[inside] = pixels[i[inside].astype(int), j[inside].astype(int)]
    return out


def _within(x: Floats, y: Floats, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    # Places come out of two WCS: a rounding error does not take the outermost pixel away.
    rim = 1e-6
    inside: npt.NDArray[np.bool_] = (
        (x >= -rim) & (x <= shape[1] - 1 + rim) & (y >= -rim) & (y <= shape[0] - 1 + rim)
    )
    return inside
