"""Cropping and padding about the same central pixel."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.crop import recentre


def centred(rows: int, columns: int) -> np.ndarray:
    pixels = np.zeros((rows, columns))
    pixels[rows // 2, columns // 2] = 7
    return pixels


@pytest.mark.parametrize("shape", [(5, 5), (9, 9), (5, 11), (11, 3)])
def test_the_central_pixel_stays_central(shape):
    made = recentre(centred(7, 7), shape)
    assert made.shape == shape
    assert made[shape[0] // 2, shape[1] // 2] == 7


def test_what_is_added_is_nan():
    made = recentre(centred(3, 3), (5, 5))
    assert np.isnan(made[0]).all()
    assert np.isfinite(made[1:4, 1:4]).all()


def test_the_same_shape_is_the_same_array():
    pixels = centred(3, 3)
    assert recentre(pixels, (3, 3)) is pixels


def test_odd_and_even_have_no_common_centre():
    with pytest.raises(ValueError, match="no common centre"):
        recentre(centred(3, 3), (4, 3))
