"""Sky position of a pixel, and the image's orientation and scale there, by unit vectors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.frames import from_axes

if TYPE_CHECKING:
    from astropy.wcs import WCS

Floats = npt.NDArray[np.float64]

# Lengths of a scale bar in arcseconds: 1, 2 and 5 times powers of ten, then round angles to 5 deg.
_BAR_ARCSEC = (
    *(step * 10.0**power for power in range(-3, 1) for step in (1, 2, 5)),
    *(10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 18000.0),
)


def format_sexagesimal(ra: float, dec: float, digits: int = 2) -> tuple[str, str]:
    """Return RA in hours and Dec in degrees as ``04:21:03.27`` and ``+33:12:04.9``.

    Parameters
    ----------
    ra, dec : float
        Degrees; RA is taken modulo 360.
    digits : int
        Decimals of the seconds of RA; Dec gets one less, since a second of RA is 15 arcsec.

    Returns
    -------
    (str, str)
        Both empty if a value is not finite. Seconds that round up to 60 are carried.
    """
    if not (math.isfinite(ra) and math.isfinite(dec)):
        return "", ""
    hours = _colon_text((ra % 360) / 15, digits, wrap=24)
    degrees = _colon_text(abs(dec), max(digits - 1, 0))
    sign = "-" if dec < 0 else "+"
    return hours, sign + degrees


def _colon_text(value: float, digits: int, wrap: int | None = None) -> str:
    unit = 10**digits
    ticks = math.floor(value * 3600 * unit + 0.5)
    if wrap is not None:
        ticks %= wrap * 3600 * unit
    seconds, part = divmod(ticks, unit)
    minutes, seconds = divmod(seconds, 60)
    whole, minutes = divmod(minutes, 60)
    tail = f".{part:0{digits}d}" if digits else ""
    return f"{whole:02d}:{minutes:02d}:{seconds:02d}{tail}"


def radec(wcs: WCS, x: float, y: float) -> tuple[float, float] | None:
    """Return RA and Dec (degrees) of a 0-based pixel; None if the WCS gives no sky position."""
    if not _is_celestial(wcs):
        return None
    sky = _to_sky(wcs, [[x, y]])
    return None if sky is None else (float(sky[0, 0]) % 360, float(sky[0, 1]))


def _is_celestial(wcs: WCS) -> bool:
    return bool(wcs.naxis == 2 and wcs.wcs.lng >= 0 and wcs.wcs.lat >= 0)


def _to_sky(wcs: WCS, pixels: list[list[float]]) -> Floats | None:
    """Return RA and Dec in degrees, shape (n, 2), of 0-based pixels; None off the sky."""
    from astropy.wcs import WcsError

    try:
        world = wcs.all_pix2world(pixels, 0)
        sky: Floats = np.stack(from_axes(wcs, world[:, 0], world[:, 1]), axis=1)
    except WcsError:
        return None
    return sky if np.isfinite(sky).all() else None


def pixel_scale(wcs: WCS, x: float, y: float) -> float | None:
    """Return arcseconds per pixel at a 0-based pixel: the root of the pixel's area, or None."""
    directions = orientation(wcs, x, y)
    return None if directions is None else directions[2]


def orientation(wcs: WCS, x: float, y: float) -> tuple[float, float, float] | None:
    """Return the directions of north and east at a pixel, and its scale.

    Unit vectors on the sky are differenced over one pixel. RA's jump at 0 h and the
    convergence of the meridians at the poles therefore do not matter.

    Parameters
    ----------
    wcs : astropy.wcs.WCS
        Distortion is taken into account.
    x, y : float
        0-based pixel.

    Returns
    -------
    (north, east, scale) or None
        North and east in degrees from +x (to the right) towards +y (up), in [0, 360); 90 and
        180 for an image with north up and east to the left. Scale in arcsec per pixel.
        None if the WCS gives no sky position here.
    """
    if not _is_celestial(wcs):
        return None
    half = 0.5
    pixels = [[x, y], [x + half, y], [x - half, y], [x, y + half], [x, y - half]]
    sky = _to_sky(wcs, pixels)
    if sky is None:
        return None
    lon, lat = np.radians(sky).T
    space = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    towards_east = np.array([-math.sin(lon[0]), math.cos(lon[0]), 0.0])
    towards_north = np.cross(space[0], towards_east)
    along_x, along_y = space[1] - space[2], space[3] - space[4]
    # Rows: east, north; columns: change per pixel of x, of y.
    jacobian = np.array(
        [
            [along_x @ towards_east, along_y @ towards_east],
            [along_x @ towards_north, along_y @ towards_north],
        ]
    )
    area = abs(float(np.linalg.det(jacobian)))
    if not area > 0:
        return None
    to_pixels = np.linalg.inv(jacobian)
    east, north = to_pixels[:, 0], to_pixels[:, 1]
    return _angle(north), _angle(east), math.degrees(math.sqrt(area)) * 3600


def _angle(direction: Floats) -> float:
    return math.degrees(math.atan2(direction[1], direction[0])) % 360


def scale_bar(scale: float, width: float) -> tuple[float, str] | None:
    """Return a scale bar of a round angle, at most 28% of the view's width.

    Parameters
    ----------
    scale : float
        Arcseconds per pixel.
    width : float
        Pixels across the view.

    Returns
    -------
    (length, label) or None
        Length in pixels and its angle: ``5"``, ``2'`` or ``1°``. None if no length fits.
    """
    if not (math.isfinite(scale) and scale > 0 and width > 0):
        return None
    fitting = [length for length in _BAR_ARCSEC if length <= 0.28 * width * scale]
    if not fitting:
        return None
    length = fitting[-1]
    if length >= 3600:
        label = f"{length / 3600:g}°"
    elif length >= 60:
        label = f"{length / 60:g}'"
    else:
        label = f'{length:g}"'
    return length / scale, label
