"""Noise of planes, and the range of the candidate's own pixels."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.display.plane_noise import PlaneNoise, measure_noise


def waves(level: float = 100.0, size: float = 1.0, side: int = 60) -> np.ndarray:
    """As many pixels a size above the level as below; the others have the level."""
    return level + size * (np.arange(float(side * side)).reshape(side, side) % 3 - 1)


@pytest.mark.parametrize(
    ("fwhm", "reach"), [(1.0, 2), (1.5, 3), (4.0, 8), (8.0, 16), (9.0, 16), (0.0, 8), (np.nan, 8)]
)
def test_own_pixels_are_within_two_widths(fwhm: float, reach: int) -> None:
    for distance, is_own in ((reach, True), (reach + 1, False)):
        for row, column in ((30 + distance, 29), (30, 29 - distance)):
            plane = waves()
            plane[row, column] = 150
            noise = measure_noise({"image": plane}, (29.0, 30.0), fwhm)["image"]
            assert (noise.highest == 150) is is_own
            plane[row, column] = 50
            noise = measure_noise({"image": plane}, (29.0, 30.0), fwhm)["image"]
            assert (noise.lowest == 50) is is_own


def test_own_pixels_are_in_a_circle() -> None:
    plane = waves()
    plane[36, 35] = 150  # 6 and 6 pixels away: 8.5
    assert measure_noise({"image": plane}, (29.0, 30.0), 4.0)["image"].highest < 150
    plane[35, 34] = 150  # 7.1
    assert measure_noise({"image": plane}, (29.0, 30.0), 4.0)["image"].highest == 150


@pytest.mark.parametrize(
    ("position", "own"),
    [
        (None, (29.5, 29.5)),
        ((3.0, 50.0), (3, 50)),
        ((-5.0, 30.0), (0, 30)),
        ((57.0, 30.0), (59, 30)),
        ((30.0, 57.0), (30, 59)),
        ((30.0, 3.0), (30, 0)),
        ((-14.0, 30.0), None),
        ((30.0, -14.0), None),
        ((-90.0, 30.0), None),
        ((30.0, 90.0), None),
        ((np.nan, 30.0), None),
    ],
)
def test_candidate_off_the_plane_has_the_level(
    position: tuple[float, float] | None, own: tuple[float, float] | None
) -> None:
    plane = waves()
    if own is not None:
        plane[int(own[1]), int(own[0])] = 150
    noise = measure_noise({"image": plane}, position)["image"]
    assert noise.highest == (100 if own is None else 150)
    assert noise.lowest == (100 if own is None else 99)


def test_level_and_sigma_are_of_the_sky_below_the_sources() -> None:
    plane = waves(size=2)
    plane[:20] += 500
    noise = measure_noise({"image": plane})["image"]
    # Of the pixels before the middle one, two in three are 2 below the level.
    assert noise.level == 100 and noise.sigma == pytest.approx(2 * np.sqrt(2 / 3), rel=1e-3)


@pytest.mark.parametrize(
    ("level", "size", "zero"),
    [(100, 1, 100), (-100, 1, -100), (1, 1, 0), (100, 100, 0), (100, 101, 0)],
)
def test_picture_is_far_from_zero_on_one_side(level: float, size: float, zero: float) -> None:
    assert measure_noise({"diff": waves(level, size)})["diff"].zero == zero


@pytest.mark.parametrize(("err", "limited"), [(20.0, True), (100.0, False), (0.0, False)])
def test_scatter_of_an_object_is_no_noise(err: float, limited: bool) -> None:
    rng = np.random.default_rng(1)
    ramp = rng.normal(0, 5, (60, 60)) + np.linspace(0, 1000, 60)[:, None]
    planes = {"image": ramp, "err": np.full((60, 60), err)}
    alone = measure_noise({"image": ramp})["image"].sigma
    sigma = measure_noise(planes)["image"].sigma
    assert alone > 200
    assert sigma == pytest.approx(20 if limited else alone)


def test_noise_of_neighbours_bounds_too_small_an_err() -> None:
    rng = np.random.default_rng(1)
    ramp = rng.normal(0, 5, (60, 60)) + np.linspace(0, 1000, 60)[:, None]
    planes = {"image": ramp, "err": np.full((60, 60), 0.1)}
    assert measure_noise(planes)["image"].sigma == pytest.approx(5, rel=0.1)
    narrow = {"image": ramp[:, :2], "err": np.full((60, 2), 0.1)}
    assert measure_noise(narrow)["image"].sigma > 0


def test_masked_pixels_do_not_count_while_others_are_left() -> None:
    plane, mask = waves(), np.zeros((60, 60), bool)
    plane[30, 30], mask[30, 30] = 900, True
    assert measure_noise({"image": plane, "mask": mask})["image"].highest == 101
    assert measure_noise({"image": plane, "mask": mask.astype(int)})["image"].highest == 900
    assert measure_noise({"image": plane, "mask": mask[:9]})["image"].highest == 900
    assert measure_noise({"image": plane, "mask": ~mask})["image"].highest == 900
    every = np.ones((60, 60), bool)
    assert measure_noise({"image": plane, "mask": every})["image"].highest == 900


def test_planes_without_numbers_are_left_out() -> None:
    planes = {
        "image": np.full((9, 9), np.nan),
        "mask": np.ones((9, 9), bool),
        "flat": np.ones((9, 9)),
    }
    found = measure_noise(planes)
    assert list(found) == ["flat"] and found["flat"] == PlaneNoise(1, 0, 1, 1)
    assert not found["flat"].is_usable


@pytest.mark.parametrize(
    ("level", "sigma", "usable"),
    [
        (1e9, 1.1, True),
        (1e9, 1e-9 * 1e9, False),
        (1e9, 0.9, False),
        (0, 1e-290, False),
        (0, 1.1e-290, True),
        (0, 0.9e150, True),
        (0, 1e150, False),
    ],
)
def test_noise_is_usable_within_the_range_of_floats(
    level: float, sigma: float, usable: bool
) -> None:
    assert PlaneNoise(level, sigma, 0, 0).is_usable is usable
    assert PlaneNoise(-level, sigma, 0, 0).is_usable is usable


@pytest.mark.parametrize(("odd", "zero"), [(0.0, 100), (0.5, 100), (-0.5, 0)])
def test_picture_has_no_value_on_the_other_side_of_zero(odd: float, zero: float) -> None:
    plane = waves()
    plane[0, 0] = odd
    assert measure_noise({"diff": plane})["diff"].zero == zero
    assert measure_noise({"diff": -plane})["diff"].zero == -zero


@pytest.mark.parametrize(
    ("dx", "dy", "is_own"),
    [(8, 0, True), (-8, 0, True), (0, 8, True), (0, -8, True), (9, 0, False), (0, -9, False)],
)
def test_candidate_is_in_the_middle_by_default(dx: int, dy: int, is_own: bool) -> None:
    plane = waves(side=61)
    plane[30 + dy, 30 + dx] = 150
    assert (measure_noise({"image": plane})["image"].highest == 150) is is_own


@pytest.mark.parametrize(
    ("values", "level", "sigma"),
    [
        # 1 sigma is that of the pixels before the middle one.
        ([1, 3], 3, 2),
        ([1, 3, 5], 3, 2),
        ([0] * 20 + [0.5] * 40 + [0.7] * 40, 0.5, 0.5 * np.sqrt(0.4)),
        # Seven in ten pixels have the same value, and three are higher by 1: their scatter.
        ([5] * 70 + [6] * 30, 5, np.sqrt(0.7 * 0.3)),
        # Ten pixels are left without the sources, and are measured once more; nine are too few.
        ([0, 0, 0, 0, 1, 1, 2, 2, 2, 2] + [1000] * 4, 1, np.sqrt(4 / 5)),
        ([0, 0, 0, 1, 1, 2, 2, 2, 2] + [1000] * 4, 2, np.sqrt(14 / 6)),
    ],
    ids=["two", "three", "skewed", "integers", "ten left", "nine left"],
)
def test_sky_of_a_few_pixels(values: list[float], level: float, sigma: float) -> None:
    noise = measure_noise({"image": np.array([values], float)})["image"]
    assert (noise.level, noise.sigma) == (level, pytest.approx(sigma))
