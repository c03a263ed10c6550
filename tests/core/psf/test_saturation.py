"""Masks of saturated pixels, with those around them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.core.cutout.plane import ArrayPlane, Box, Plane
from vetter.core.psf.saturation import SaturationMask, has_saturated, mask_saturated

LEVEL = 1000.0


def plane_with(value: float, x: int = 3, y: int = 2) -> ArrayPlane:
    pixels = np.zeros((6, 8))
    pixels[y, x] = value
    return ArrayPlane("image", pixels)


@pytest.mark.parametrize(
    ("value", "bad"), [(950, True), (949, False), (np.inf, True), (np.nan, False), (-950, False)]
)
def test_pixels_from_a_twentieth_below_the_level_are_saturated(value: float, bad: bool) -> None:
    plane = plane_with(value)
    assert has_saturated(plane.read(Box(0, 0, 8, 6)), LEVEL) is bad
    assert SaturationMask("mask", plane, LEVEL).read(Box(3, 2, 1, 1)).tolist() == [[bad]]


@pytest.mark.parametrize("reach", [0, 1, 2])
def test_pixels_within_reach_are_masked_too(reach: int) -> None:
    mask = SaturationMask("mask", plane_with(2000), LEVEL, reach)
    assert mask.shape == (6, 8)
    wanted = np.zeros((6, 8), bool)
    wanted[2 - reach : 3 + reach, 3 - reach : 4 + reach] = True
    np.testing.assert_array_equal(mask.read(Box(0, 0, 8, 6)), wanted)
    # A box reads the same pixels as the whole, with what lies outside of it.
    np.testing.assert_array_equal(mask.read(Box(4, 2, 3, 3)), wanted[2:5, 4:7])


def test_reach_is_one_pixel_unless_told() -> None:
    mask = SaturationMask("mask", plane_with(2000), LEVEL)
    assert mask.read(Box(0, 0, 8, 6)).sum() == 9


def test_mask_of_the_field_stays_masked() -> None:
    own = np.zeros((6, 8), int)
    own[5, 7] = 4
    planes: dict[str, Plane] = {"mask": ArrayPlane("mask", own)}
    mask_saturated(planes, "mask", plane_with(2000), LEVEL, 0)
    mask_saturated(planes, "template_mask", plane_with(2000, 0, 0), LEVEL, 0)
    whole: Any = Box(0, 0, 8, 6)
    assert np.argwhere(planes["mask"].read(whole)).tolist() == [[2, 3], [5, 7]]
    assert np.argwhere(planes["template_mask"].read(whole)).tolist() == [[0, 0]]
    assert (planes["mask"].name, planes["template_mask"].name) == ("mask", "template_mask")
    assert planes["mask"].is_mask


@pytest.mark.parametrize("level", [np.inf, np.nan])
def test_unknown_level_masks_nothing(level: float) -> None:
    planes: dict[str, Plane] = {}
    mask_saturated(planes, "mask", plane_with(1e9), level, 1)
    assert planes == {}
