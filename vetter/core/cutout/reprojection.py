"""Reprojection of an image to the grid of another: pixel positions, and values between pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Array, Box
from vetter.errors import suppress_warnings

if TYPE_CHECKING:
    from astropy.wcs import WCS

Floats = npt.NDArray[np.float64]

# Pixels between nodes. Sky projections and distortions are smooth: the error of their cubic spline
# is below a millionth of a pixel.
_NODE_STEP = 8
_MIN_NODES = 6
# Pixels around the needed ones: the reach of the cubic spline's prefilter to 1e-4.
REACH = 8


def is_same_grid(one: WCS, other: WCS, shape: tuple[int, int], tolerance: float) -> bool:
    """Return whether two WCS agree on the pixels of an image, to ``tolerance`` pixels.

    Parameters
    ----------
    one, other : `~astropy.wcs.WCS`
        Celestial WCS with two axes.
    shape : (int, int)
        Rows and columns of the image; nine positions all over it are compared.
    tolerance : float
        Largest distance, pixels of ``other``.
    """
    ny, nx = shape
    y, x = (grid.ravel() for grid in np.meshgrid([0, ny / 2, ny - 1], [0, nx / 2, nx - 1]))
    u, v = _transform(one, other, x, y)
    distance = np.hypot(u - x, v - y)
    return bool(np.nanmax(distance, initial=-1.0) <= tolerance) and not np.isnan(distance).all()


def compute_positions(box: Box, here: WCS, there: WCS) -> tuple[Floats, Floats]:
    """Compute the positions of the pixels of a box in another image.

    Parameters
    ----------
    box : Box
        Box in the image of the WCS ``here``.
    here, there : `~astropy.wcs.WCS`
        Celestial WCS with two axes; their frames may differ.

    Returns
    -------
    x, y : ndarray of float64, shape ``box.shape``
        Columns and rows of the other image, 0-based; NaN outside its projection.
    """
    from scipy.interpolate import RectBivariateSpline

    box_x = np.arange(box.x0, box.x0 + box.nx, dtype=float)
    box_y = np.arange(box.y0, box.y0 + box.ny, dtype=float)
    columns, rows = _make_nodes(box_x), _make_nodes(box_y)
    x, y = np.meshgrid(columns, rows)
    u, v = (a.reshape(x.shape) for a in _transform(here, there, x.ravel(), y.ravel()))
    if not (np.isfinite(u).all() and np.isfinite(v).all()):
        # Partly outside the projection: a spline through NaN would be NaN everywhere.
        x, y = np.meshgrid(box_x, box_y)
        u, v = (a.reshape(x.shape) for a in _transform(here, there, x.ravel(), y.ravel()))
        return u, v
    at = [RectBivariateSpline(rows, columns, values)(box_y, box_x) for values in (u, v)]
    return at[0], at[1]


def _make_nodes(pixels: Floats) -> Floats:
    """Return the spline's nodes along an axis; for a single pixel they extend to the next one."""
    last = max(pixels[-1], pixels[0] + 1)
    return np.linspace(pixels[0], last, max(_MIN_NODES, len(pixels) // _NODE_STEP + 1))


def _transform(here: WCS, there: WCS, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Transform pixels of one image to pixels of the other, NaN outside its projection."""
    from astropy.wcs import NoConvergence

    try:
        if _describe_frame(here) == _describe_frame(there):
            lon, lat = here.all_pix2world(x, y, 0)
            # quiet(): astropy warns if all positions are outside the projection.
            with suppress_warnings():
                u, v = there.all_world2pix(lon, lat, 0, quiet=True)
        else:
            from astropy.wcs.utils import pixel_to_pixel

            u, v = pixel_to_pixel(here, there, x, y)
    except (NoConvergence, ValueError):
        # wcslib raises these for positions outside the projection.
        return np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    return np.asarray(u, float), np.asarray(v, float)


def _describe_frame(wcs: WCS) -> tuple[Any, ...]:
    """Return a key of the coordinate frame: two WCS with equal keys need no change of frame."""
    inner = wcs.wcs
    kinds = tuple(str(ctype)[:4].rstrip("-") for ctype in inner.ctype)
    equinox = float(inner.equinox) if np.isfinite(inner.equinox) else 0.0
    return kinds, inner.radesys or "ICRS", equinox if inner.radesys.startswith("FK") else 0.0


def find_needed_box(x: Floats, y: Floats, shape: tuple[int, int]) -> Box | None:
    """Return the part of an image needed to interpolate positions in it; None if all are outside.

    Parameters
    ----------
    x, y : ndarray
        Columns and rows, 0-based.
    shape : (int, int)
        Rows and columns of the image.
    """
    inside = (x > -1) & (x < shape[1]) & (y > -1) & (y < shape[0])
    if not inside.any():
        return None
    x0, x1 = int(x[inside].min()) - REACH, int(x[inside].max()) + REACH + 1
    y0, y1 = int(y[inside].min()) - REACH, int(y[inside].max()) + REACH + 1
    x0, y0 = max(x0, 0), max(y0, 0)
    return Box(x0, y0, min(x1, shape[1]) - x0, min(y1, shape[0]) - y0)


def interpolate(pixels: Array, x: Floats, y: Floats) -> Array:
    """Interpolate values between pixels with a cubic spline.

    Parameters
    ----------
    pixels : ndarray (ny, nx)
        Floats; NaN where unknown.
    x, y : ndarray
        Columns and rows, 0-based.

    Returns
    -------
    ndarray
        Values with the shape of ``x`` and the dtype of ``pixels``. NaN off the image (beyond the
        outer pixels' centres) and where one of the four pixels around is NaN.
    """
    # errstate: a damaged file may hold numbers near the end of the float range.
    with np.errstate(over="ignore", invalid="ignore"):
        return _interpolate(pixels, x, y)


def _interpolate(pixels: Array, x: Floats, y: Floats) -> Array:
    from scipy.ndimage import map_coordinates

    bad = ~np.isfinite(pixels)
    filled = pixels
    if bad.any():
        if bad.all():
            return np.full(x.shape, np.nan, pixels.dtype)
        # The median is near the neighbours, so that the spline does not ring into good pixels.
        filled = np.where(bad, np.median(pixels[~bad]), pixels)
    coordinates = np.array([y, x])
    out: Array = map_coordinates(
        filled.astype(np.float64), coordinates, order=3, mode="mirror", output=np.float64
    ).astype(pixels.dtype)
    out[~_is_inside(x, y, pixels.shape)] = np.nan
    if bad.any():
        share = map_coordinates(bad.astype(np.float64), coordinates, order=1, mode="nearest")
        out[share > 1e-6] = np.nan
    return out


def sample_nearest(pixels: Array, x: Floats, y: Floats, off: Any) -> Array:
    """Return the value of the pixel that contains each position; ``off`` outside the image."""
    rows, columns = pixels.shape
    with np.errstate(invalid="ignore"):
        i, j = np.floor(y + 0.5), np.floor(x + 0.5)
        inside = (i >= 0) & (i < rows) & (j >= 0) & (j < columns)
    out = np.full(x.shape, off, pixels.dtype)
    out[inside] = pixels[i[inside].astype(int), j[inside].astype(int)]
    return out


def _is_inside(x: Floats, y: Floats, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    # Tolerance for rounding errors of the two WCS, which would exclude the outermost pixels.
    rim = 1e-6
    inside: npt.NDArray[np.bool_] = (
        (x >= -rim) & (x <= shape[1] - 1 + rim) & (y >= -rim) & (y <= shape[0] - 1 + rim)
    )
    return inside
