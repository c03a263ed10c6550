"""Which file is which plane, by the pixels alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from vetter.core.cutout.plane_checks.plane_content import PlaneContent
from vetter.core.cutout.plane_checks.plane_roles import roles_by_content


def stars() -> np.ndarray:
    y, x = np.mgrid[:160, :160]
    places = [(row, column) for row in range(20, 160, 40) for column in range(20, 160, 40)]
    return sum(200 * np.exp(-((x - column) ** 2 + (y - row) ** 2) / 5) for row, column in places)


def sky(seed: int) -> np.ndarray:
    """Noise about 100, with stars at the same places."""
    return np.random.default_rng(seed).normal(100, 5, (160, 160)) + stars()


@cache
def contents() -> dict[str, PlaneContent]:
    image, template = sky(1), sky(2)
    convolved = gaussian_filter(template, 1.0)
    blurred = image - stars() + gaussian_filter(stars(), 1.0)
    mask = np.zeros((160, 160))
    mask[::7, ::7] = 4
    err = np.random.default_rng(3).normal(5, 0.2, (160, 160))
    planes = {
        "image": image,
        "template": template,
        "convolved": convolved,
        "diff": image - template,
        "blurred": blurred,
        "matched": blurred - convolved,
        "opposite": template - image,
        "mask": mask,
        "mask2": mask + 0,
        "err": err,
        "other": sky(4),
        "blank": np.full((160, 160), np.nan),
        "large err": 16 * err,
        "negative err": err - 5.5,
        "rough err": np.abs(np.random.default_rng(4).normal(5, 2, (160, 160))),
    }
    return {name: PlaneContent([pixels]) for name, pixels in planes.items()}


def roles(*files: str, **known: str) -> dict[str, str]:
    return roles_by_content({file: contents()[file] for file in files}, known)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (("other",), {"image": "other"}),
        (("image", "diff"), {"image": "image", "diff": "diff"}),
        (("diff", "image"), {"image": "image", "diff": "diff"}),
        (("image", "template"), {}),
        (("diff", "opposite"), {}),
        (
            ("template", "diff", "image"),
            {"image": "image", "template": "template", "diff": "diff"},
        ),
        (("image", "template", "other"), {}),
        (("image", "diff", "other"), {}),
        (
            ("convolved", "template", "matched", "blurred"),
            {
                "image": "blurred",
                "diff": "matched",
                "template": "template",
                "convolved": "convolved",
            },
        ),
        (("image", "template", "diff", "other"), {}),
        (("mask",), {"mask": "mask"}),
        (("image", "mask"), {"image": "image", "mask": "mask"}),
        (("image", "err"), {"image": "image", "err": "err"}),
        (("mask", "err", "image"), {"image": "image", "err": "err", "mask": "mask"}),
        # Two of one kind tell nothing.
        (("mask", "mask2"), {}),
        (("image", "large err"), {}),
        (("image", "negative err"), {}),
        (("image", "rough err"), {}),
        ((), {}),
    ],
)
def test_pixels_tell_the_planes(files: tuple[str, ...], found: dict[str, str]) -> None:
    assert roles(*files) == found


@pytest.mark.parametrize(
    ("files", "known", "found"),
    [
        (("image", "diff"), {"image": "image"}, {"image": "image", "diff": "diff"}),
        # The names contradict the pixels: nothing is added.
        (("image", "diff"), {"template": "image"}, {"template": "image"}),
        (("mask", "image"), {"mask": "mask"}, {"mask": "mask", "image": "image"}),
        (("mask", "mask2", "image"), {"mask": "mask"}, {"mask": "mask"}),
        (("image",), {"image": "image"}, {"image": "image"}),
    ],
)
def test_names_that_tell_are_kept(
    files: tuple[str, ...], known: dict[str, str], found: dict[str, str]
) -> None:
    assert roles(*files, **known) == found


def waves(level: float, noise: float, side: int = 60) -> np.ndarray:
    """As many pixels above the level as below; half the size of the wave is the noise."""
    size = noise / 1.4826
    return level + size * (np.arange(float(side * side)).reshape(side, side) % 3 - 1)


def told(**planes: np.ndarray) -> dict[str, str]:
    contents = {name: PlaneContent([pixels]) for name, pixels in planes.items()}
    return roles_by_content(contents, {})


@pytest.mark.parametrize(
    ("level", "noise", "sky_noise", "is_err"),
    [
        (5, 1.4, 5, True),
        (5, 1.6, 5, False),
        (0.5, 0.1, 0.5, True),
        (-5, 0.1, 5, False),
        (5, 0.1, 1.6, False),
        (5, 0.1, 1.7, True),
        (5, 0.1, 14.9, True),
        (5, 0.1, 15.1, False),
        (5, 0.1, 0.0, False),
    ],
)
def test_errors_are_smooth_and_as_large_as_the_noise(
    level: float, noise: float, sky_noise: float, is_err: bool
) -> None:
    err, sky = waves(level, noise), waves(100, sky_noise)
    assert (told(sky=sky, err=err).get("err") == "err") is is_err
    err[30, 30] = -0.01
    assert "err" not in told(sky=sky, err=err)


def starry(level: float, seed: int, *stars: int) -> np.ndarray:
    """Noise of sigma 5, with bright stars at some of nine places."""
    y, x = np.mgrid[:120, :120]
    pixels = np.random.default_rng(seed).normal(level, 5, (120, 120))
    for star in stars:
        row, column = 20 + 40 * (star // 3), 20 + 40 * (star % 3)
        pixels += 200 * np.exp(-((x - column) ** 2 + (y - row) ** 2) / 5)
    return pixels


@pytest.mark.parametrize(
    ("stars", "seen", "level", "is_difference"),
    [
        (3, 0, 0.0, True),
        (3, 1, 0.0, True),
        (3, 2, 0.0, False),
        (2, 0, 0.0, False),
        (9, 3, 0.0, True),
        (9, 4, 0.0, False),
        (9, 0, 4.5, True),
        (9, 0, -4.5, True),
        (9, 0, 5.5, False),
        (9, 0, -5.5, False),
    ],
)
@pytest.mark.parametrize("unit", [1.0, 0.05])
def test_difference_is_about_zero_and_lacks_most_stars(
    stars: int, seen: int, level: float, is_difference: bool, unit: float
) -> None:
    image, diff = starry(100, 1, *range(stars)), starry(level, 2, *range(seen))
    found = told(one=unit * image, other=unit * diff)
    assert found == ({"image": "one", "diff": "other"} if is_difference else {})


def test_more_than_four_planes_of_the_sky_are_not_told_apart() -> None:
    assert roles("image", "diff", "template", "other", "convolved") == {}
