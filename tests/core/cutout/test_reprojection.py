from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.wcs import WCS, DistortionLookupTable

from vetter.core.cutout.plane import Box
from vetter.core.cutout.reprojection import (
    compute_positions,
    find_needed_box,
    interpolate,
    is_same_grid,
    sample_nearest,
)

BOX = Box(30, 40, 41, 41)


def tan(angle: float = 0.0, scale: float = 1.0, shift: float = 0.0, galactic: bool = False) -> WCS:
    """TAN around the same place of the sky, turned by ``angle`` degrees."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["GLON-TAN", "GLAT-TAN"] if galactic else ["RA---TAN", "DEC--TAN"]
    # 30, +20 degrees in ICRS is 143.2769, -40.4148 galactic, to a ten-thousandth.
    wcs.wcs.crval = (143.2769, -40.4148) if galactic else (30.0, 20.0)
    wcs.wcs.crpix = 64.5 + shift, 64.5
    turn = np.radians(angle)
    size = scale / 3600
    wcs.wcs.cd = size * np.array([[-np.cos(turn), np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    wcs.wcs.set()
    return wcs


def sip() -> WCS:
    header = tan().to_header()
    header["CTYPE1"], header["CTYPE2"] = "RA---TAN-SIP", "DEC--TAN-SIP"
    header.update(A_ORDER=2, B_ORDER=2, A_2_0=3e-5, B_0_2=-2e-5, A_1_1=1e-5)
    return WCS(header)


@pytest.mark.parametrize("there", [tan(30), tan(0, 0.4), tan(0, 1, 7.3), tan(-80, 1.7), sip()])
def test_places_agree_with_the_two_wcs_at_every_pixel(there: WCS) -> None:
    x, y = compute_positions(BOX, tan(), there)
    rows, columns = np.mgrid[40:81, 30:71]
    lon, lat = tan().all_pix2world(columns.ravel(), rows.ravel(), 0)
    u, v = there.all_world2pix(lon, lat, 0)
    np.testing.assert_allclose(x.ravel(), u, atol=2e-4)
    np.testing.assert_allclose(y.ravel(), v, atol=2e-4)


def test_a_single_pixel_has_a_place() -> None:
    x, y = compute_positions(Box(50, 60, 1, 1), tan(), tan(30))
    lon, lat = tan().all_pix2world(50, 60, 0)
    u, v = tan(30).all_world2pix(lon, lat, 0)
    np.testing.assert_allclose([x[0, 0], y[0, 0]], [u, v], atol=1e-6)


def test_frames_are_told_apart() -> None:
    from astropy.wcs.utils import pixel_to_pixel

    x, y = compute_positions(BOX, tan(), tan(galactic=True))
    u, v = pixel_to_pixel(tan(), tan(galactic=True), 50.0, 60.0)
    assert abs(x[20, 20] - u) < 1e-6 and abs(y[20, 20] - v) < 1e-6


def test_places_that_a_projection_cannot_show_are_nan() -> None:
    away = tan()
    away.wcs.crval = 210.0, -20.0
    away.wcs.set()
    x, y = compute_positions(BOX, tan(), away)
    assert not np.isfinite(x).any() and not np.isfinite(y).any()
    assert find_needed_box(x, y, (128, 128)) is None


@pytest.mark.parametrize("edge", [(-1.0, 5.0), (5.0, -1.0), (20.0, 5.0), (5.0, 10.0)])
def test_places_a_pixel_beyond_an_edge_need_no_pixels(edge: tuple[float, float]) -> None:
    x, y = np.array([edge[0]]), np.array([edge[1]])
    assert find_needed_box(x, y, (10, 20)) is None
    # Just inside, the edge's pixels still count.
    near = x + np.sign(5.0 - x) * 1e-6, y + np.sign(5.0 - y) * 1e-6
    assert find_needed_box(*near, (10, 20)) is not None


@pytest.mark.parametrize(("shift", "same"), [(0.0, True), (0.4, True), (1.3, False)])
def test_grids_within_a_tolerance_are_the_same(shift: float, same: bool) -> None:
    assert is_same_grid(tan(), tan(shift=shift), (128, 128), 1.0) is same


@pytest.mark.parametrize("x", [0, 30, 59])
@pytest.mark.parametrize("y", [0, 20, 39])
def test_grids_are_compared_at_nine_positions(x: int, y: int) -> None:
    bump = np.zeros((40, 60), np.float32)
    bump[y, x] = 1.5
    one = tan()
    one.cpdis1 = DistortionLookupTable(bump, (1, 1), (1, 1), (1, 1))
    assert not is_same_grid(one, tan(), (40, 60), 1.0)
    assert is_same_grid(one, tan(), (40, 60), 1.6)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("FK5", 2000.0), ("FK5", 1975.0)),
        (("FK4", 1975.0), ("FK5", 1975.0)),
        (("FK4", 1950.0), ("FK4", 1975.0)),
        (("ICRS", 2000.0), ("FK4", 1950.0)),
        (("ICRS", 2000.0), ("ICRS", 1950.0)),
    ],
)
def test_systems_and_equinoxes_are_told_apart(
    one: tuple[str, float], other: tuple[str, float]
) -> None:
    from astropy.wcs.utils import pixel_to_pixel

    here, there = tan(scale=60), tan(scale=60)
    (here.wcs.radesys, here.wcs.equinox), (there.wcs.radesys, there.wcs.equinox) = one, other
    x, y = compute_positions(BOX, here, there)
    u, v = map(float, pixel_to_pixel(here, there, 50.0, 60.0))
    assert (x[20, 20], y[20, 20]) == pytest.approx((u, v), abs=1e-6)
    assert (np.hypot(u - 50, v - 60) > 1e-3) == (one[0] != "ICRS" or other[0] != "ICRS")


def star(x: Any, y: Any) -> Any:
    return 100.0 + 1000.0 * np.exp(-((x - 31.3) ** 2 + (y - 28.6) ** 2) / (2 * 1.8**2))


def test_a_star_is_found_between_pixels() -> None:
    rows, columns = np.mgrid[:60, :60].astype(float)
    x, y = columns + 0.37, rows - 0.21
    values = interpolate(star(columns, rows), x, y)
    inside = np.isfinite(values)
    assert inside[1:, :-1].all() and not inside[0].any() and not inside[:, -1].any()
    np.testing.assert_allclose(values[inside], star(x, y)[inside], atol=2.0)


def test_a_bad_pixel_takes_its_neighbourhood_and_no_more() -> None:
    rows, columns = np.mgrid[:60, :60].astype(float)
    pixels = star(columns, rows)
    pixels[10, 12] = np.nan
    values = interpolate(pixels, columns + 0.5, rows)
    gone = np.argwhere(np.isnan(values[:, :-1]))
    np.testing.assert_array_equal(gone, [[10, 11], [10, 12]])


def test_a_single_precision_plane_stays_so() -> None:
    pixels = np.ones((20, 20), np.float32)
    assert interpolate(pixels, np.full((3, 3), 5.5), np.full((3, 3), 5.5)).dtype == np.float32


def test_masks_are_of_the_nearest_pixel() -> None:
    mask = np.zeros((10, 10), bool)
    mask[4, 5] = True
    x, y = np.array([4.6, 5.4, 5.6, -0.6]), np.array([4.4, 3.6, 4.0, 4.0])
    np.testing.assert_array_equal(sample_nearest(mask, x, y, True), [True, True, False, True])


def test_spline_beyond_largest_float32_is_infinite_without_warning() -> None:
    pixels = np.full((20, 20), 3.4e38, np.float32)
    pixels[:, :10] *= -1
    values = interpolate(pixels, np.array([10.7, 16.0]), np.array([6.0, 6.0]))
    assert values[0] == np.inf and values[1] == pytest.approx(3.4e38, rel=1e-3)


@pytest.mark.parametrize(
    ("x", "y", "box"),
    [
        ([20.5], [30.2], (12, 22, 17, 17)),
        ([20.0, 25.9], [30.0, 31.0], (12, 22, 22, 18)),
        ([3.0], [2.0], (0, 0, 12, 11)),
        ([97.0], [58.0], (89, 50, 11, 10)),
        ([-0.5], [59.5], (0, 51, 9, 9)),
        ([99.9], [-0.9], (91, 0, 9, 9)),
        ([20.0, 300.0, np.nan], [30.0, 30.0, 30.0], (12, 22, 17, 17)),
    ],
)
def test_box_is_eight_pixels_around_what_is_needed(
    x: list[float], y: list[float], box: tuple[int, int, int, int]
) -> None:
    found = find_needed_box(np.array(x), np.array(y), (60, 100))
    assert found == Box(*box)


@pytest.mark.parametrize(
    ("x", "y"), [(-1.0, 5.0), (100.0, 5.0), (5.0, -1.0), (5.0, 60.0), (np.nan, 5.0)]
)
def test_nothing_is_needed_off_the_image(x: float, y: float) -> None:
    assert find_needed_box(np.array([x]), np.array([y]), (60, 100)) is None


@pytest.mark.parametrize(
    ("x", "y", "value"),
    [
        (-0.5, -0.5, 0),
        (3.49, 0, 3),
        (3.49, 2.49, 11),
        (-0.51, 0, -9),
        (3.5, 0, -9),
        (0, -0.51, -9),
        (0, 2.5, -9),
        (1.5, 0.5, 6),
    ],
)
def test_nearest_pixel_contains_the_position(x: float, y: float, value: int) -> None:
    pixels = np.arange(12).reshape(3, 4)
    assert sample_nearest(pixels, np.array([x]), np.array([y]), -9) == [value]


@pytest.mark.parametrize(
    ("x", "y", "known"),
    [
        (0, 0, True),
        (-1e-7, 19 + 1e-7, True),
        (29 + 1e-7, -1e-7, True),
        (-1e-5, 5, False),
        (29 + 1e-5, 5, False),
        (5, -1e-5, False),
        (5, 19 + 1e-5, False),
    ],
)
def test_outer_pixels_count_up_to_their_centres(x: float, y: float, known: bool) -> None:
    value = interpolate(np.full((20, 30), 7.0), np.array([float(x)]), np.array([float(y)]))
    assert np.isfinite(value[0]) == known
    assert not known or value[0] == pytest.approx(7)


def test_plane_without_a_value_has_none_anywhere() -> None:
    values = interpolate(np.full((9, 9), np.nan, np.float32), np.full((2, 3), 4.0), np.ones((2, 3)))
    assert values.shape == (2, 3) and values.dtype == np.float32 and np.isnan(values).all()
