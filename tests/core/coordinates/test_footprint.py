"""Whether a place of the sky lies on an image."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.wcs import WCS

from tests.helpers.night_files import turned_wcs
from vetter.core.coordinates.footprint import Footprints

SHAPE = (60, 80)


@pytest.mark.parametrize("angle", [0.0, 37.0, 180.0, 270.0])
@pytest.mark.parametrize("flip", [1, -1], ids=["east left", "east right"])
def test_pixels_are_inside_where_the_image_has_them(angle, flip):
    wcs = turned_wcs(SHAPE, angle)
    wcs.wcs.cd = wcs.wcs.cd * np.array([[flip], [1]])
    outline = Footprints([(None, SHAPE), (wcs, SHAPE)])
    rng = np.random.default_rng(1)
    for x, y in zip(rng.uniform(-40, 120, 200), rng.uniform(-40, 100, 200), strict=True):
        ra, dec = wcs.all_pix2world([[x, y]], 0)[0]
        inside = -0.5 < x < 79.5 and -0.5 < y < 59.5
        assert outline.images_containing(float(ra), float(dec)).tolist() == [False, inside], (x, y)


def test_the_other_side_of_the_sky_is_outside():
    outline = Footprints([(turned_wcs(SHAPE, 0), SHAPE)])
    assert outline.images_containing(150, 2).all() and not outline.images_containing(330, -2).any()


def test_without_a_wcs_or_a_place_nothing_is_inside():
    assert not Footprints([(None, SHAPE)]).images_containing(150, 2).any()
    assert not Footprints([(turned_wcs(SHAPE, 0), SHAPE)]).images_containing(np.nan, 2).any()
    outline = Footprints([(turned_wcs(SHAPE, 0), SHAPE)])
    assert not outline.images_containing(np.inf, 2).any()
    assert not outline.images_containing(150, np.nan).any()


@pytest.mark.parametrize(
    ("x", "y", "inside"),
    [
        (-0.45, 30, True),
        (-0.55, 30, False),
        (79.45, 30, True),
        (79.55, 30, False),
        (40, -0.45, True),
        (40, -0.55, False),
        (40, 59.45, True),
        (40, 59.55, False),
    ],
)
def test_image_ends_at_the_edges_of_its_pixels(x, y, inside):
    wcs = turned_wcs(SHAPE, 0)
    ra, dec = wcs.all_pix2world([[x, y]], 0)[0]
    assert Footprints([(wcs, SHAPE)]).images_containing(float(ra), float(dec))[0] == inside


def test_map_of_the_whole_sky_has_no_outline():
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---AIT", "DEC--AIT"]
    wcs.wcs.cdelt = [-1, 1]
    wcs.wcs.crpix = [180, 90]
    assert not Footprints([(wcs, (180, 360))]).images_containing(0, 0).any()


@pytest.mark.parametrize(("distance", "inside"), [(0.45, True), (0.55, False)])
def test_outer_half_of_an_edge_pixel_is_inside(distance, inside):
    wcs = turned_wcs(SHAPE, 20)
    outline = Footprints([(wcs, SHAPE)])
    right, top = 79 + distance, 59 + distance
    for x, y in ((-distance, 30), (right, 30), (40, -distance), (40, top)):
        ra, dec = wcs.all_pix2world([[x, y]], 0)[0]
        assert outline.images_containing(ra, dec).tolist() == [inside], (x, y)


@pytest.mark.parametrize("place", [(0.0, 87.0), (200.0, -88.0), (100.0, 45.0)])
def test_wide_image_contains_its_pixels_and_a_pole(place):
    wcs = turned_wcs(SHAPE, 70)
    wcs.wcs.cd = wcs.wcs.cd * 2000
    wcs.wcs.crval = place
    outline = Footprints([(wcs, SHAPE)])
    for x, y in ((1, 1), (78, 1), (1, 58), (78, 58), (-3, -3), (83, 30), (40, -3), (40, 63)):
        ra, dec = wcs.all_pix2world([[x, y]], 0)[0]
        assert outline.images_containing(ra, dec).tolist() == [0 < x < 79 and 0 < y < 59], (x, y)
    pole = np.sign(place[1]) * 90
    assert outline.images_containing(0.0, pole).tolist() == [abs(place[1]) > 80]
