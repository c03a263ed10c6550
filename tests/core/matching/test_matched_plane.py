"""Planes of a matched field: image and matched template of any box."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.core.cutout.plane import ArrayPlane, Box, Provenance
from vetter.core.matching.match import FieldMatch, MatchedPlanes
from vetter.core.matching.matched_plane import MatchedBoxes, MatchedPlane

SHAPE = (40, 50)
PIXELS = np.random.default_rng(2).normal(100.0, 10.0, (2, *SHAPE))


class CountedPlane(ArrayPlane):
    """A plane that notes the boxes that are read."""

    def __init__(self, name: str, pixels: Any) -> None:
        super().__init__(name, pixels)
        self.boxes: list[Box] = []

    def read(self, box: Box) -> Any:
        self.boxes.append(box)
        return super().read(box)


class ShiftMatch:
    """A match that takes the template 2 pixels to the right of each pixel."""

    margin = 2
    description = "shifted"

    def apply(self, planes: Any, x0: float, y0: float) -> MatchedPlanes:
        return MatchedPlanes(planes["image"][2:-2, 2:-2], planes["template"][2:-2, 4:])


def make_planes(match: Any = None) -> tuple[dict[str, CountedPlane], MatchedPlane, MatchedPlane]:
    given = {
        name: CountedPlane(name, pixels)
        for name, pixels in zip(("image", "template"), PIXELS, strict=True)
    }
    boxes = MatchedBoxes(given, match or ShiftMatch())
    return given, MatchedPlane("image", boxes), MatchedPlane("convolved", boxes)


def make_kernel(direction: Any) -> FieldMatch:
    kernel = np.zeros((1, 3, 3))
    kernel[0, 1, 1] = 2.0
    background, sky = np.zeros(1), 0.0
    return FieldMatch(kernel, background, sky, SHAPE, direction, 2.0, 20, 1.0, "twice")


def test_box_is_read_with_the_margin_and_given_without() -> None:
    given, image, convolved = make_planes()
    box = Box(10, 8, 7, 5)
    assert np.array_equal(image.read(box), PIXELS[0, 8:13, 10:17])
    assert np.array_equal(convolved.read(box), PIXELS[1, 8:13, 12:19])
    assert given["template"].boxes == [Box(8, 6, 11, 9)]


def test_both_planes_of_a_box_are_matched_once() -> None:
    given, image, convolved = make_planes()
    for box in (Box(10, 8, 7, 5), Box(20, 8, 7, 5)):
        image.read(box)
        convolved.read(box)
    assert len(given["image"].boxes) == 2


@pytest.mark.parametrize("box", [Box(-3, -2, 7, 5), Box(46, 37, 7, 5)], ids=["first", "last"])
def test_pixels_off_the_image_are_unknown(box: Box) -> None:
    _, image, _ = make_planes()
    off = np.isnan(ArrayPlane("image", PIXELS[0]).read(box))
    assert off.any()
    assert np.array_equal(np.isnan(image.read(box)), off)


@pytest.mark.parametrize(("direction", "factor"), [("template", 2.0), ("image", 0.5)], ids=str)
def test_flux_of_the_image_stays_the_unit(direction: str, factor: float) -> None:
    """A kernel of sum 2 makes the template twice as bright, or the image, which is undone."""
    _, image, convolved = make_planes(make_kernel(direction))
    box = Box(10, 8, 7, 5)
    assert image.read(box) == pytest.approx(PIXELS[0, 8:13, 10:17])
    assert convolved.read(box) == pytest.approx(factor * PIXELS[1, 8:13, 10:17])


def test_plane_says_its_match_and_shape() -> None:
    _, image, convolved = make_planes()
    assert image.shape == convolved.shape == SHAPE
    assert convolved.note == "shifted"
    assert convolved.provenance is Provenance.COMPUTED and not convolved.is_mask
