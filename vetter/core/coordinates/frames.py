"""Conversions of RA and Dec (ICRS) to and from WCS axes, also swapped or of another system."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from astropy.wcs import WCS

Floats = npt.NDArray[np.float64]

# Equatorial (J2000) to galactic unit vectors: The Hipparcos and Tycho Catalogues (ESA 1997),
# volume 1, equation 1.5.11.
_TO_GALACTIC = np.array(
    [
        [-0.0548755604162154, -0.8734370902348850, -0.4838350155487132],
        [+0.4941094278755837, -0.4448296299600112, +0.7469822444972189],
        [-0.8676661490190047, -0.1980763734312015, +0.4559837761750669],
    ]
)


def to_axes(wcs: WCS, ra: Any, dec: Any) -> tuple[Floats, Floats]:
    """Return world coordinates (first and second axis of a celestial WCS) of RA and Dec.

    Parameters
    ----------
    wcs : astropy.wcs.WCS
        Two axes: galactic longitude and latitude, or RA and Dec of the system and equinox in
        RADESYS and EQUINOX (FK4, B1950 too). Other axes (ecliptic, helioprojective) give NaN.
    ra, dec : array_like, shape (n,)
        Degrees, ICRS. FK5 at J2000 is treated as ICRS: they differ by 0.02 arcsec.

    Returns
    -------
    (first, second) : ndarray, shape (n,)
        Degrees, in the order of the WCS's axes; NaN where the axes are of another kind.
    """
    lon, lat = _convert(wcs, np.asarray(ra, np.float64), np.asarray(dec, np.float64), back=False)
    return (lat, lon) if wcs.wcs.lng == 1 else (lon, lat)


def from_axes(wcs: WCS, first: Any, second: Any) -> tuple[Floats, Floats]:
    """Return RA and Dec in degrees of world coordinates: the reverse of `to_axes`."""
    lon, lat = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if wcs.wcs.lng == 1:
        lon, lat = lat, lon
    return _convert(wcs, lon, lat, back=True)


def _convert(wcs: WCS, lon: Floats, lat: Floats, back: bool) -> tuple[Floats, Floats]:
    kind = wcs.wcs.lngtyp.strip()
    if kind == "RA":
        return (lon, lat) if _is_icrs(wcs) else _convert_by_astropy(wcs, lon, lat, back)
    if kind != "GLON":
        return np.full_like(lon, np.nan), np.full_like(lat, np.nan)
    return from_galactic(lon, lat) if back else _rotate(_TO_GALACTIC, lon, lat)


def from_galactic(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return RA and Dec (ICRS) of galactic longitudes and latitudes; degrees, of one shape."""
    return _rotate(_TO_GALACTIC.T, lon, lat)


def _rotate(matrix: Floats, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    a, b = np.radians(lon), np.radians(lat)
    vector = np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)])
    x, y, z = matrix @ vector.reshape(3, -1)
    longitude = np.degrees(np.arctan2(y, x)) % 360
    latitude = np.degrees(np.arctan2(z, np.hypot(x, y)))
    return longitude.reshape(lon.shape), latitude.reshape(lat.shape)


def _is_icrs(wcs: WCS) -> bool:
    """Return whether RA and Dec are ICRS or FK5 at J2000; without RADESYS, EQUINOX decides."""
    system, equinox = wcs.wcs.radesys.strip(), float(wcs.wcs.equinox)
    return system == "ICRS" or (
        system in ("FK5", "") and (math.isnan(equinox) or equinox == 2000.0)
    )


def _convert_by_astropy(wcs: WCS, lon: Floats, lat: Floats, back: bool) -> tuple[Floats, Floats]:
    """Convert from ICRS to the frame of a WCS, or back.

    The import of astropy.coordinates takes a second, and few images need it.
    """
    from astropy.coordinates import ICRS, ConvertError, SkyCoord
    from astropy.wcs.utils import wcs_to_celestial_frame

    converted = np.full_like(lon, np.nan), np.full_like(lat, np.nan)
    valid = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90)
    try:
        frame = wcs_to_celestial_frame(wcs)
        source, target = (frame, ICRS()) if back else (ICRS(), frame)
        sky = SkyCoord(lon[valid], lat[valid], unit="deg", frame=source).transform_to(target)
    except (ValueError, ConvertError):
        return converted
    for values, new in zip(converted, (sky.spherical.lon, sky.spherical.lat), strict=True):
        values[valid] = new.degree
    return converted
