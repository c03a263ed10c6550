from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.wcs import WCS

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
