"""WCS whose axes are not RA, then Dec."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.coordinates import FK4, SkyCoord
from astropy.wcs import WCS

from vetter.core.candidates.placement.pixel_convention import pixels_to_sky, sky_to_pixels
from vetter.core.coordinates.frames import from_axes, to_axes
from vetter.core.coordinates.sky import orientation, radec
from vetter.core.coordinates.wcs import sky_to_pixel as one_to_pixel

RA, DEC = 266.4, -28.9


def a_wcs(first: str, second: str, place: tuple[float, float]) -> WCS:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = [first, second]
    wcs.wcs.crval = place
    wcs.wcs.crpix = [31, 21]
    wcs.wcs.cdelt = [-1e-4, 1e-4]
    return wcs


def galactic() -> WCS:
    place = SkyCoord(RA, DEC, unit="deg").galactic
    return a_wcs("GLON-TAN", "GLAT-TAN", (place.l.deg, place.b.deg))


def of_1950(system: str) -> WCS:
    place = SkyCoord(RA, DEC, unit="deg").transform_to(FK4(equinox="B1950"))
    wcs = a_wcs("RA---TAN", "DEC--TAN", (place.ra.deg, place.dec.deg))
    wcs.wcs.radesys = system
    wcs.wcs.equinox = 1950.0
    return wcs


WCSS = {
    "FK4": of_1950("FK4"),
    "equinox alone": of_1950(""),
    "swapped": a_wcs("DEC--TAN", "RA---TAN", (DEC, RA)),
    "galactic": galactic(),
    "plain": a_wcs("RA---TAN", "DEC--TAN", (RA, DEC)),
}


@pytest.mark.parametrize("wcs", WCSS.values(), ids=WCSS)
def test_a_position_is_where_ra_and_dec_are(wcs: WCS) -> None:
    # 0.05 arcsec: galactic coordinates rest on FK5, which is not quite the ICRS.
    assert one_to_pixel(wcs, RA, DEC) == pytest.approx((30, 20), abs=0.15)
    x, y = sky_to_pixels(wcs, np.array([RA, np.nan]), np.array([DEC, 1.0]))
    assert (x[0], y[0]) == pytest.approx((30, 20), abs=0.15)
    assert np.isnan(x[1]) and np.isnan(y[1])
    assert radec(wcs, 30, 20) == pytest.approx((RA, DEC), abs=1.5e-5)


@pytest.mark.parametrize("wcs", WCSS.values(), ids=WCSS)
def test_there_and_back(wcs: WCS) -> None:
    ra, dec = pixels_to_sky(wcs, np.array([3.0, 40.0]), np.array([7.0, 11.0]))
    np.testing.assert_allclose(sky_to_pixels(wcs, ra, dec), [[3, 40], [7, 11]], atol=1e-6)


def test_north_of_a_galactic_image_is_north_of_the_equator() -> None:
    lie = orientation(galactic(), 30, 20)
    place = SkyCoord(RA, DEC + 1e-3, unit="deg")
    towards = galactic().all_world2pix(place.galactic.l.deg, place.galactic.b.deg, 0)
    angle = np.degrees(np.arctan2(towards[1] - 20, towards[0] - 30)) % 360
    assert lie is not None and lie[0] == pytest.approx(angle, abs=1)


def test_other_axes_have_no_ra_and_dec() -> None:
    wcs = a_wcs("ELON-TAN", "ELAT-TAN", (10, 20))
    assert np.isnan(to_axes(wcs, [1.0], [2.0])).all()
    assert np.isnan(from_axes(wcs, [1.0], [2.0])).all()
    assert radec(wcs, 30, 20) is None


@pytest.mark.parametrize(
    ("system", "equinox", "is_icrs"),
    [
        ("ICRS", np.nan, True),
        ("ICRS", 1950.0, True),
        ("FK5", 2000.0, True),
        ("FK5", np.nan, True),
        ("FK5", 1975.0, False),
        ("", 2000.0, True),
        ("", np.nan, True),
        ("", 1950.0, False),
        ("FK4", np.nan, False),
        ("FK4", 2000.0, False),
    ],
)
def test_system_and_equinox_tell_the_icrs(system: str, equinox: float, is_icrs: bool) -> None:
    wcs = a_wcs("RA---TAN", "DEC--TAN", (RA, DEC))
    wcs.wcs.radesys, wcs.wcs.equinox = system, equinox
    lon, lat = to_axes(wcs, [RA], [DEC])
    assert ((lon[0], lat[0]) == (RA, DEC)) is is_icrs
    assert np.hypot(lon[0] - RA, lat[0] - DEC) < 1


def test_pole_has_a_place_in_every_system_and_nothing_beyond_it_has() -> None:
    lon, lat = to_axes(
        of_1950("FK4"), [0.0, 0.0, 0.0, 0.0, np.nan], [90.0, -90.0, 90.5, -91.0, 1.0]
    )
    # Precession by 50 years moves the pole by a third of a degree.
    assert lat[:2] == pytest.approx([89.72, -89.72], abs=0.01)
    assert np.isnan([lon[2:], lat[2:]]).all() and np.isfinite(lon[:2]).all()
    # The galactic pole of 1958, in the J2000 system.
    lon, lat = from_axes(galactic(), [0.0, 123.0], [90.0, 0.0])
    assert (lon[0], lat[0]) == pytest.approx((192.8595, 27.1283), abs=1e-3)
    assert lon.shape == lat.shape == (2,)
