"""Pixels of a list are compared with those of its sky positions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.wcs import WCS

from tests.helpers.night_files import turned_wcs
from vetter.core.candidates.placement.pixel_convention import (
    Offsets,
    measure_offsets,
    pixels_to_sky,
    sky_to_pixels,
)
from vetter.core.coordinates.parent_pixels import ParentPixels

SHAPE = (60, 80)
PARENT = ParentPixels(1000.0, 2000.0, "LTV1, LTV2")
NAN = float("nan")


@pytest.mark.parametrize(
    ("dx", "dy", "one_based"),
    [
        (1.0, 1.0, True),
        (0.0, 0.0, False),
        (0.66, 1.34, True),
        (0.64, 1.0, None),
        (1.0, 1.36, None),
        (0.34, -0.34, False),
        (0.36, 0.0, None),
        (0.0, -0.36, None),
        (1.0, 0.0, None),
        (NAN, NAN, None),
    ],
)
def test_a_third_of_a_pixel_tells_the_convention(dx: float, dy: float, one_based: Any) -> None:
    assert Offsets(dx, dy, 0.0, 9).one_based is one_based
    assert Offsets(dx + 1000, dy + 2000, 0.0, 9, PARENT).one_based is one_based
    assert Offsets(dx, dy, 0.5, 9).settles is (one_based is not None)
    assert not Offsets(dx, dy, 0.51, 9).settles


def listed(dx: float, dy: float, count: int = 20) -> tuple[WCS, np.ndarray, np.ndarray, Any, Any]:
    wcs = turned_wcs(SHAPE, 30.0)
    x, y = np.random.default_rng(1).uniform(0, 60, (2, count))
    ra, dec = pixels_to_sky(wcs, x, y)
    return wcs, x + dx, y + dy, ra, dec


@pytest.mark.parametrize(
    ("dx", "dy", "parents", "parent"),
    [
        (0.0, 0.0, (PARENT,), None),
        (1.0, 1.0, (PARENT,), None),
        (1000.0, 2000.0, (PARENT,), PARENT),
        (1001.0, 2001.0, (ParentPixels(5, 5, "other"), PARENT), PARENT),
        (1000.0, 2000.0, (), None),
        (30.0, 0.0, (PARENT,), None),
    ],
)
def test_offsets_are_medians_and_name_the_parent(
    dx: float, dy: float, parents: Any, parent: Any
) -> None:
    wcs, x, y, ra, dec = listed(dx, dy)
    found = measure_offsets(x, y, ra, dec, wcs, parents)
    assert found is not None
    assert (found.dx, found.dy, found.rows) == pytest.approx((dx, dy, 20), abs=1e-6)
    assert found.parent == parent
    fits = dx < 2 or parent is not None
    assert found.apart == (0.0 if fits else 1.0) and found.settles is fits


def test_rows_two_pixels_off_are_apart() -> None:
    wcs, x, y, ra, dec = listed(1.0, 1.0)
    x[:3] += 1.9
    x[3:8] += 2.1
    found = measure_offsets(x, y, ra, dec, wcs)
    assert found is not None and found.one_based and found.apart == pytest.approx(5 / 20)


def test_rows_without_numbers_are_not_compared() -> None:
    wcs, x, y, ra, dec = listed(1.0, 1.0)
    x[0] = y[1] = ra[2] = dec[3] = NAN
    found = measure_offsets(x, y, ra, dec, wcs)
    assert found is not None and (found.rows, found.one_based, found.apart) == (16, True, 0.0)
    assert measure_offsets(np.full(20, NAN), y, ra, dec, wcs) is None
    # The other side of the sky has no pixel.
    far = measure_offsets(x, y, ra + 180, -dec, wcs)
    assert far is not None and np.isnan([far.dx, far.dy]).all()
    assert (far.apart, far.rows, far.settles) == (1.0, 16, False)
    assert measure_offsets(x, y, ra, dec, WCS(naxis=2)) is None


def test_many_rows_are_sampled() -> None:
    found = measure_offsets(*listed(0.0, 0.0, 3500)[1:], turned_wcs(SHAPE, 30.0))
    assert found is not None and (found.rows, found.one_based) == (1000, False)


def test_places_without_a_solution_are_nan_and_the_others_stay() -> None:
    wcs, x, y, ra, dec = listed(0.0, 0.0, 3)
    ra[1], dec[1] = ra[1] + 180, -dec[1]
    px, py = sky_to_pixels(wcs, ra, dec)
    assert np.isnan(px).tolist() == np.isnan(py).tolist() == [False, True, False]
    assert (px[2], py[2]) == pytest.approx((x[2], y[2]))
    # The map of the whole sky ends at an ellipse.
    sky = WCS(naxis=2)
    sky.wcs.ctype, sky.wcs.crpix, sky.wcs.cdelt = ["RA---AIT", "DEC--AIT"], [181, 91], [-1, 1]
    lon, lat = pixels_to_sky(sky, np.array([180.0, 0.0, NAN, 190.0]), np.array([90.0, 0, 0, 90]))
    assert np.isnan(lon).tolist() == [False, True, True, False]
    assert (lon[0] % 360, lat[0]) == pytest.approx((0, 0), abs=1e-9)
    assert lon[3] % 360 == pytest.approx(350, abs=0.5)


def test_plain_axes_have_neither_sky_nor_pixels() -> None:
    one = np.ones(2)
    for function in (sky_to_pixels, pixels_to_sky):
        assert np.isnan(function(WCS(naxis=2), one, one)).all()
