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
