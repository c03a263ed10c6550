"""Boxes of pixels, and planes in memory."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.plane import ArrayPlane, Box, make_blank

PIXELS = np.arange(12).reshape(3, 4)


@pytest.mark.parametrize(
    ("x", "y", "radius", "box"),
    [
        (10.0, 20.0, 2, (8, 18, 5, 5)),
        (10.49, 20.49, 2, (8, 18, 5, 5)),
        (10.5, 20.5, 2, (9, 19, 5, 5)),
        (9.5, 19.5, 2, (8, 18, 5, 5)),
        (10.0, 20.0, 2.1, (7, 17, 7, 7)),
        (0.0, -0.6, 0, (0, -1, 1, 1)),
    ],
)
def test_box_is_around_the_pixel_that_contains_the_position(
    x: float, y: float, radius: float, box: tuple[int, int, int, int]
) -> None:
    assert Box.around(x, y, radius) == box
    assert Box.around(x, y, radius).shape == (box[3], box[2])


@pytest.mark.parametrize(
    ("box", "image", "inside"),
    [
        (Box(0, 0, 4, 3), (0, 3, 0, 4), (0, 3, 0, 4)),
        (Box(1, 1, 2, 1), (1, 2, 1, 3), (0, 1, 0, 2)),
        (Box(-1, -2, 3, 4), (0, 2, 0, 2), (2, 4, 1, 3)),
        (Box(3, 2, 5, 5), (2, 3, 3, 4), (0, 1, 0, 1)),
        (Box(4, 0, 2, 2), None, None),
        (Box(0, 3, 2, 2), None, None),
        (Box(-2, 0, 2, 2), None, None),
        (Box(0, -2, 2, 2), None, None),
        (Box(0, 0, 0, 2), None, None),
    ],
)
def test_box_overlaps_the_image(
    box: Box, image: tuple[int, ...] | None, inside: tuple[int, ...] | None
) -> None:
    found = box.overlap((3, 4))
    if image is None or inside is None:
        assert found is None
    else:
        ends = [(s.start, s.stop) for part in found or () for s in part]
        assert [n for pair in ends for n in pair] == [*image, *inside]


@pytest.mark.parametrize(
    ("dtype", "box", "wanted", "kind"),
    [
        (float, Box(1, 1, 2, 2), [[5, 6], [9, 10]], "f"),
        (np.float32, Box(3, 2, 2, 2), [[11, np.nan], [np.nan, np.nan]], "f"),
        (int, Box(1, 1, 2, 2), [[5, 6], [9, 10]], "i"),
        (int, Box(3, 0, 2, 1), [[3, np.nan]], "f"),
        (int, Box(0, 2, 1, 2), [[8], [np.nan]], "f"),
        (int, Box(9, 9, 1, 1), [[np.nan]], "f"),
        (np.uint8, Box(-1, 0, 2, 1), [[np.nan, 0]], "f"),
        (bool, Box(-1, 0, 3, 1), [[True, False, True]], "b"),
        (bool, Box(9, 9, 1, 1), [[True]], "b"),
    ],
)
def test_plane_is_unknown_off_its_pixels(
    dtype: type, box: Box, wanted: list[list[float]], kind: str
) -> None:
    plane = ArrayPlane("image", PIXELS.astype(dtype))
    found = plane.read(box)
    np.testing.assert_array_equal(found, wanted)
    assert found.dtype.kind == kind and plane.shape == (3, 4) and plane.is_mask is (kind == "b")
    assert dtype is not np.float32 or found.dtype == np.float32


def test_blank_pixels_are_unknown_or_bad_or_zero() -> None:
    assert np.isnan(make_blank((1, 2), np.dtype("f4"))).all()
    assert make_blank((1, 2), np.dtype(bool)).all()
    assert not make_blank((1, 2), np.dtype("i2")).any()
