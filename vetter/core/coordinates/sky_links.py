"""Addresses of public services at a position, and regions for image viewers."""

from __future__ import annotations

import math

LEGACY_SURVEY = "Legacy Survey"
REGION_RADIUS_ARCSEC = 5.0
REGION_RADIUS_PIXELS = 10.0

_SERVICES = {
    "SIMBAD": (
        "https://simbad.cds.unistra.fr/simbad/sim-coo?Coord={ra}%20{sign}{dec}"
        "&CooFrame=ICRS&CooEpoch=2000&CooEqui=2000&Radius=30&Radius.unit=arcsec"
    ),
    "NED": (
        "https://ned.ipac.caltech.edu/conesearch?search_type=Near%20Position%20Search"
        "&coordinates={ra}d%20{sign}{dec}d&radius=0.5&in_csys=Equatorial&in_equinox=J2000"
    ),
    LEGACY_SURVEY: (
        "https://www.legacysurvey.org/viewer?ra={ra}&dec={number}&layer=ls-dr10&zoom=16"
        "&mark={ra},{number}"
    ),
    "TNS": "https://www.wis-tns.org/search?ra={ra}&decl={number}&radius=5&coords_unit=arcsec",
    "Aladin Lite": ("https://aladin.cds.unistra.fr/AladinLite/?target={ra}%20{sign}{dec}&fov=0.05"),
}
"""Address of each service; a blank and a plus sign are written %20 and %2B."""


def sky_links(ra: float, dec: float) -> dict[str, str]:
    """Return the address of each service at a position.

    Parameters
    ----------
    ra, dec : float
        Degrees, ICRS; RA is taken modulo 360.

    Returns
    -------
    dict
        Name of the service to its address; empty if a value is not finite.

    Examples
    --------
    >>> sky_links(323.382497, -0.878584)["TNS"]
    'https://www.wis-tns.org/search?ra=323.382497&decl=-0.878584&radius=5&coords_unit=arcsec'
    """
    if not (math.isfinite(ra) and math.isfinite(dec)):
        return {}
    parts = {
        "ra": f"{ra % 360:.6f}",
        "dec": f"{abs(dec):.6f}",
        "number": f"{dec:.6f}",
        "sign": "-" if dec < 0 else "%2B",
    }
    return {name: address.format(**parts) for name, address in _SERVICES.items()}


def region_text(ra: float, dec: float, x: float, y: float) -> str:
    """Return a DS9 region: a circle at RA and Dec, else at the pixel; empty without a position.

    Parameters
    ----------
    ra, dec : float
        Degrees, ICRS.
    x, y : float
        Pixels of the image, counted from 0; DS9 counts from 1.

    Examples
    --------
    >>> region_text(float("nan"), float("nan"), 297.4, 27.41)
    'image; circle(298.40,28.41,10)'
    """
    if math.isfinite(ra) and math.isfinite(dec):
        return f'icrs; circle({ra % 360:.6f},{dec:.6f},{REGION_RADIUS_ARCSEC:g}")'
    if math.isfinite(x) and math.isfinite(y):
        return f"image; circle({x + 1:.2f},{y + 1:.2f},{REGION_RADIUS_PIXELS:g})"
    return ""
