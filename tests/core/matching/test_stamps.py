"""Stars of image and template that a kernel is measured on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vetter.core.cutout.plane import ArrayPlane
from vetter.core.matching.stamps import (
    Side,
    Sky,
    Stamps,
    find_sources,
    measure_shape,
    measure_skies,
    read_positions,
    read_stamps,
    spread_stars,
)
from vetter.core.psf.models import Gaussian

SIDE = 81
STAR = 40, 40


def plane(name: str, flux: float, sky: float = 0.0, **star: Any) -> ArrayPlane:
    """A plane of noise 1 with a star of FWHM 4 px in its middle."""
    rng = np.random.default_rng(4 + (name == "template"))
    x, y = star.get("place", STAR)
    pixels = sky + rng.normal(0.0, 1.0, (SIDE, SIDE))
    return ArrayPlane(name, pixels + flux * Gaussian(4.0).render((SIDE, SIDE), x, y))


def planes(image: float, template: float, **star: Any) -> tuple[ArrayPlane, ArrayPlane]:
    return plane("image", image, 100.0, **star), plane("template", template, **star)


def skies(pair: tuple[ArrayPlane, ArrayPlane]) -> tuple[Sky, Sky]:
    found = measure_skies(pair, None)
    assert isinstance(found, tuple)
    return found


def read(pair: tuple[ArrayPlane, ArrayPlane], mask: Any = None, half: int = 10) -> Stamps:
    flags = None if mask is None else ArrayPlane("mask", mask)
    return read_stamps(pair, flags, np.array([[40.4, 39.6]]), half, skies(pair))


@pytest.mark.parametrize(
    "given",
    [
        [(1.0, 2.0), (np.nan, 3.0), (4.0, np.inf), (5.0, 6.0)],
        SimpleNamespace(x=[1.0, np.nan, 4.0, 5.0], y=[2.0, 3.0, np.inf, 6.0]),
    ],
)
def test_positions_are_those_that_are_known(given: Any) -> None:
    assert read_positions(given).tolist() == [[1.0, 2.0], [5.0, 6.0]]
    assert read_positions([]).shape == (0, 2)


def test_sky_is_measured_in_boxes_without_sources() -> None:
    image, template = skies(planes(1e4, 1e4))
    # Two boxes of 32 px fit along each axis of 81 px.
    assert image.x.tolist() == [15.5, 64.5] * 2 and image.y.tolist() == [15.5] * 2 + [64.5] * 2
    assert image.levels == pytest.approx(np.full(4, 100.0), abs=0.3)
    assert template.levels == pytest.approx(np.zeros(4), abs=0.3)
    assert (image.noise, template.noise) == pytest.approx((1.0, 1.0), abs=0.06)


@pytest.mark.parametrize(("count", "known"), [(449, True), (450, False)])
@pytest.mark.parametrize("is_masked", [True, False], ids=["bad", "unknown"])
def test_box_of_sky_has_most_of_its_pixels(count: int, is_masked: bool, known: bool) -> None:
    """A field of one box, 30 x 30 pixels."""
    pixels, lost = np.random.default_rng(1).normal(size=900), np.arange(900) < count
    pixels[lost] = 0.0 if is_masked else np.nan
    image = ArrayPlane("image", pixels.reshape(30, 30))
    mask = ArrayPlane("mask", lost.reshape(30, 30)) if is_masked else None
    found = measure_skies((image, ArrayPlane("template", image.pixels)), mask)
    if known:
        assert found[0].noise == pytest.approx(1.0, abs=0.15)
    else:
        assert found == "image: no part of the field has known pixels"


def test_plane_without_noise_cannot_be_weighed() -> None:
    flat = ArrayPlane("image", np.ones((40, 40))), ArrayPlane("template", np.ones((40, 40)))
    assert measure_skies(flat, None) == (
        "image: its pixels have no noise, so nothing can be weighed"
    )


def test_source_is_found_where_both_planes_have_it() -> None:
    pair = planes(2e3, 2e3)
    assert find_sources(pair, None, 4.0, skies(pair)).tolist() == [[40.0, 40.0]]
    alone = planes(2e3, 0.0)
    assert not len(find_sources(alone, None, 4.0, skies(alone)))
    mask = np.zeros((SIDE, SIDE), bool)
    mask[36:45, 36:45] = True
    flags = ArrayPlane("mask", mask)
    assert not len(find_sources(pair, flags, 4.0, skies(pair)))


@pytest.mark.parametrize(("apart", "count"), [(4, 1), (6, 2)])
@pytest.mark.parametrize("turned", [False, True], ids=["along x", "along y"])
def test_source_nearer_than_the_fwhm_to_a_brighter_one_is_left_out(
    turned: bool, apart: int, count: int
) -> None:
    pair = []
    for name in ("image", "template"):
        pixels = plane(name, 0.0).pixels
        for flux, x in ((4e3, 40), (3e3, 40 + apart)):
            pixels = pixels + flux * Gaussian(2.0).render((SIDE, SIDE), x, 40)
        pair.append(ArrayPlane(name, pixels.T if turned else pixels))
    both = (pair[0], pair[1])
    found = find_sources(both, None, 4.0, skies(both))
    wanted = [[40.0, 40.0], [40.0, 40.0 + apart] if turned else [40.0 + apart, 40.0]]
    assert found.tolist() == wanted[:count]


def test_flat_parts_of_a_plane_have_no_say_in_its_noise() -> None:
    rng = np.random.default_rng(3)
    pixels = rng.normal(0.0, 1.0, (96, 96))
    pixels[:, :64] = 0.0
    image, _ = skies((ArrayPlane("image", pixels), ArrayPlane("template", pixels)))
    assert image.noise == pytest.approx(1.0, abs=0.1)


def test_stamp_is_less_the_sky_and_about_the_nearest_pixel() -> None:
    pair = planes(1e4, 5e3)
    found = read(pair)
    within = Gaussian(4.0).render((21, 21), 10.0, 10.0)
    aperture = np.hypot(*np.mgrid[-10:11, -10:11]) <= 4
    assert (found.x.tolist(), found.y.tolist(), found.half) == ([40.0], [40.0], 10)
    for side, flux, sky in ((found.image, 1e4, 100.0), (found.template, 5e3, 0.0)):
        assert side.sky == pytest.approx(sky, abs=0.3)
        # What lies within 4 px, two fifths of the half side.
        assert side.flux[0] == pytest.approx(flux * within[aperture].sum(), abs=30.0)
        assert side.pixels.shape == side.known.shape == (1, 21, 21) and side.known.all()
        peak = flux * Gaussian(4.0).render((1, 1), 0.0, 0.0)[0, 0]
        assert side.pixels[0, 10, 10] == pytest.approx(peak, abs=4.0)


@pytest.mark.parametrize(("image", "template", "usable"), [(120, 120, True), (120, 60, False)])
def test_star_is_bright_in_both(image: float, template: float, usable: bool) -> None:
    """Twelve times the noise of the pixels within 4 px, of which there are 49, is 84."""
    assert len(read(planes(image, template)).x) == usable
    assert len(read(planes(template, image)).x) == usable


@pytest.mark.parametrize(
    ("place", "usable"), [((40, 42), False), ((38, 38), False), ((40, 43), True), ((37, 40), True)]
)
def test_core_of_a_star_is_known(place: tuple[int, int], usable: bool) -> None:
    mask = np.zeros((SIDE, SIDE), bool)
    mask[place] = True
    found = read(planes(1e4, 1e4), mask)
    assert len(found.x) == usable
    if usable:
        row, column = place[0] - 30, place[1] - 30
        for side in (found.image, found.template):
            assert np.argwhere(~side.known[0]).tolist() == [[row, column]]


@pytest.mark.parametrize(("count", "usable"), [(132, True), (133, False)])
def test_three_tenths_of_a_stamp_may_be_unknown(count: int, usable: bool) -> None:
    """Of 441 pixels, 132 are less than three tenths."""
    mask = np.zeros((SIDE, SIDE), bool)
    stamp = np.zeros((21, 21), bool)
    stamp.flat[:count] = True
    # The upper rows, clear of the core in the middle.
    mask[30:51, 30:51] = stamp
    assert len(read(planes(1e4, 1e4), mask).x) == usable


@pytest.mark.parametrize(("pixels", "usable"), [(2, True), (3, False)])
def test_plateau_is_saturation(pixels: int, usable: bool) -> None:
    pair = planes(1e4, 1e4)
    image = pair[0].pixels.copy()
    image[40, 40 : 40 + pixels] = image.max() + 1000.0
    assert len(read((ArrayPlane("image", image), pair[1])).x) == usable


def side_of(flux: list[float]) -> Side:
    count = len(flux)
    return Side(
        np.zeros((count, 3, 3)), np.ones((count, 3, 3), bool), 0.0, 1.0, np.array(flux, float)
    )


def test_stars_come_from_all_cells_in_turn() -> None:
    """In a field of 100 x 200 pixels a cell has 10 x 20; the fainter side of a star counts."""
    x, y = np.array([5.0, 19.0, 21.0, 5.0, 199.0]), np.array([5.0, 9.0, 5.0, 11.0, 99.0])
    image, template = side_of([90, 80, 70, 60, 50]), side_of([99, 99, 10, 99, 99])
    stamps = Stamps(x, y, 1, image, template)
    # Stars 0 and 1 share a cell: the second comes after the others' first ones.
    assert spread_stars(stamps, (100, 200), 5).tolist() == [0, 3, 4, 2, 1]
    assert spread_stars(stamps, (100, 200), 2).tolist() == [0, 3]
    chosen = stamps.choose(np.array([3, 0]))
    assert (chosen.x.tolist(), chosen.y.tolist()) == ([5.0, 5.0], [11.0, 5.0])
    assert (chosen.image.flux.tolist(), chosen.template.flux.tolist()) == ([60, 90], [99, 99])
    assert chosen.half == 1 and len(chosen.image.known) == 2


@pytest.mark.parametrize(("sx", "sy", "angle"), [(1.5, 1.5, 0.0), (2.0, 1.2, 0.0), (2.0, 1.2, 0.6)])
def test_shape_is_the_moments_of_the_median_star(sx: float, sy: float, angle: float) -> None:
    half = 15
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(float)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    wanted = turn @ np.diag([sx**2, sy**2]) @ turn.T
    inverse = np.linalg.inv(wanted)
    power = inverse[0, 0] * x * x + 2 * inverse[0, 1] * x * y + inverse[1, 1] * y * y
    star = np.exp(-0.5 * power)
    # One of three is no star, and each has a level of its own.
    pixels = np.array([1e3 * star + 5.0, 2e3 * star + 10.0, np.zeros_like(star)])
    side = Side(pixels, pixels > -1, 0.0, 1.0, np.array([1e3, 2e3, 1.0]))
    assert measure_shape(side, half) == pytest.approx(wanted, abs=0.01)
