"""Places on the sky, directions and scales."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from astropy.wcs import WCS

from vetter.core.coordinates.sky import (
    format_sexagesimal,
    orientation,
    pixel_scale,
    radec,
    scale_bar,
)


def tan(dec: float = 20.0, turn: float = 0.0, flip: float = -1.0, ra: float = 10.0) -> WCS:
    """0.2 arcsec pixels; north is turned from up towards the left by `turn` degrees."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix = [ra, dec], [50, 50]
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    scale = 0.2 / 3600
    wcs.wcs.cd = np.array([[flip * c, flip * s], [-s, c]]) * scale
    return wcs


@pytest.mark.parametrize(
    ("ra", "dec", "expected"),
    [
        (0.0, 0.0, ("00:00:00.00", "+00:00:00.0")),
        (65.263625, 33.201361, ("04:21:03.27", "+33:12:04.9")),
        (359.9999999, -0.00001, ("00:00:00.00", "-00:00:00.0")),
        (-15.0, -89.99999999, ("23:00:00.00", "-90:00:00.0")),
        (14.99999999, 59.99999999, ("01:00:00.00", "+60:00:00.0")),
    ],
    ids=["zero", "usual", "just below 360", "negative", "seconds carry"],
)
def test_sexagesimal(ra: float, dec: float, expected: tuple[str, str]) -> None:
    assert format_sexagesimal(ra, dec) == expected


def test_sexagesimal_with_more_digits() -> None:
    assert format_sexagesimal(10.0, -20.5, digits=4) == ("00:40:00.0000", "-20:30:00.000")


def test_what_is_unknown_is_not_written() -> None:
    assert format_sexagesimal(math.nan, 3.0) == ("", "")


def test_the_sky_position_of_a_pixel_counted_from_0() -> None:
    assert radec(tan(), 49, 49) == pytest.approx((10, 20))


def test_a_plain_grid_has_no_sky_position() -> None:
    assert radec(WCS(naxis=2), 3, 4) is None
    assert orientation(WCS(naxis=2), 3, 4) is None
    assert pixel_scale(WCS(naxis=2), 3, 4) is None


@pytest.mark.parametrize(
    ("wcs", "north", "east"),
    [
        (tan(), 90, 180),
        (tan(flip=1), 90, 0),
        (tan(turn=30), 120, 210),
        (tan(dec=89.9), 90, 180),
        (tan(ra=0.0), 90, 180),
    ],
    ids=["usual", "mirrored", "turned", "near the pole", "at 0 h"],
)
def test_north_and_east(wcs: WCS, north: float, east: float) -> None:
    found = orientation(wcs, 49, 49)
    assert found is not None
    assert found[0] == pytest.approx(north, abs=0.01)
    assert (found[1] - east + 180) % 360 - 180 == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("dec", [0.0, 60.0, 89.9])
def test_the_scale_of_a_pixel_does_not_depend_on_declination(dec: float) -> None:
    assert pixel_scale(tan(dec), 49, 49) == pytest.approx(0.2, rel=1e-6)


@pytest.mark.parametrize(
    ("scale", "width", "length", "label"),
    [(0.2, 41, 10, '2"'), (0.25, 80, 20, '5"'), (1.0, 600, 120, "2'"), (60, 400, 60, "1°")],
)
def test_a_scale_bar_has_a_round_length(
    scale: float, width: float, length: float, label: str
) -> None:
    bar = scale_bar(scale, width)
    assert bar is not None
    assert bar[0] == pytest.approx(length) and bar[1] == label


@pytest.mark.parametrize("scale", [0.0, math.nan, -1.0])
def test_without_a_scale_there_is_no_bar(scale: float) -> None:
    assert scale_bar(scale, 100) is None


def test_directions_and_scale_of_a_real_field_with_distortion(real_data: Path) -> None:
    """Against astropy's own offsets on the sphere."""
    from astropy import units
    from astropy.coordinates import SkyCoord
    from astropy.io import fits

    wcs = WCS(fits.getheader(real_data / "decam_field" / "science.fits"))
    x, y = 61.2, 182.4
    place = SkyCoord(*radec(wcs, x, y), unit="deg")
    found = orientation(wcs, x, y)
    assert found is not None
    for angle, turn in zip(found[:2], (0, 90), strict=True):
        moved = place.directional_offset_by(turn * units.deg, 1 * units.arcsec)
        x1, y1 = wcs.all_world2pix([[moved.ra.deg, moved.dec.deg]], 0)[0]
        assert math.degrees(math.atan2(y1 - y, x1 - x)) % 360 == pytest.approx(angle, abs=0.05)
    assert pixel_scale(wcs, x, y) == pytest.approx(0.263, abs=0.003)


@pytest.mark.parametrize(
    ("digits", "ra", "dec"),
    [
        (0, "04:21:03", "+33:12:05"),
        (1, "04:21:03.3", "+33:12:05"),
        (3, "04:21:03.270", "+33:12:04.90"),
    ],
)
def test_sexagesimal_has_as_many_digits(digits: int, ra: str, dec: str) -> None:
    assert format_sexagesimal(65.263625, 33.201361, digits) == (ra, dec)
    assert format_sexagesimal(3.0, math.inf) == ("", "")


@pytest.mark.parametrize(
    ("width", "label"),
    [
        (0.0035, None),
        (0.0036, '0.001"'),
        (0.0072, '0.002"'),
        (0.018, '0.005"'),
        (3.5, '0.5"'),
        (3.6, '1"'),
        (35.6, '5"'),
        (35.8, '10"'),
        (71.4, '10"'),
        (71.5, '20"'),
        (107.1, '20"'),
        (107.2, '30"'),
        (214, '30"'),
        (215, "1'"),
        (428, "1'"),
        (429, "2'"),
        (1071, "2'"),
        (1072, "5'"),
        (2142, "5'"),
        (2143, "10'"),
        (4285, "10'"),
        (4286, "20'"),
        (6428, "20'"),
        (6429, "30'"),
        (12857, "30'"),
        (12858, "1°"),
        (64285, "2°"),
        (64286, "5°"),
        (1e9, "5°"),
    ],
)
def test_bar_is_at_most_28_hundredths_of_the_view(width: float, label: str | None) -> None:
    bar = scale_bar(1.0, width)
    assert (bar is None) == (label is None)
    assert bar is None or (bar[1] == label and bar[0] <= 0.28 * width)


def test_bar_of_no_view_is_none() -> None:
    assert scale_bar(1.0, 0) is None and scale_bar(math.inf, 100) is None


def test_pixel_off_the_projection_has_no_sky() -> None:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---AIT", "DEC--AIT"]
    wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cdelt = [0, 0], [50, 50], [-5, 5]
    assert radec(wcs, 49, 49) == pytest.approx((0, 0))
    assert radec(wcs, 0, 0) is None and orientation(wcs, 0, 0) is None


def test_area_of_a_pixel_is_that_of_its_sides() -> None:
    wcs = tan()
    wcs.wcs.cd = wcs.wcs.cd * [[4], [1]]
    assert pixel_scale(wcs, 49, 49) == pytest.approx(0.4, rel=1e-6)
    found = orientation(wcs, 49, 49)
    assert found is not None and found[:2] == pytest.approx((90, 180), abs=1e-3)


def test_right_ascension_is_from_zero_to_360() -> None:
    assert radec(tan(ra=0.0), 48, 49) == pytest.approx(
        (0.2 / 3600 / math.cos(math.radians(20)), 20)
    )
    west = radec(tan(ra=0.0), 50, 49)
    assert west is not None and 359.9 < west[0] < 360


def test_cube_has_no_sky_position_of_a_pixel() -> None:
    cube = WCS(naxis=3)
    cube.wcs.ctype = ["RA---TAN", "DEC--TAN", "FREQ"]
    assert radec(cube, 0.0, 0.0) is None
