"""Pictures of whole images: block means, both themes, directions, and no end of the window."""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np
import pytest
from astropy.wcs import WCS
from PyQt6.QtCore import QThread

from tests.helpers.fake_source import FakeCache
from tests.helpers.plain_source import PlainField, PlainFields
from vetter.core.cutout.plane import ArrayPlane, Box
from vetter.errors import InputError
from vetter.review.cutouts import field_picture
from vetter.review.cutouts.field_picture import FieldPictures, read_picture

NEVER = threading.Event()


class ImageOf(PlainField):
    """An image in memory."""

    def __init__(self, pixels: np.ndarray[Any, Any], **given: Any) -> None:
        super().__init__(shape=pixels.shape, plane=ArrayPlane("image", pixels), **given)

    @property
    def image_plane(self) -> Any:
        return self.plane


class Damaged(ArrayPlane):
    """An image whose lower half cannot be read."""

    def read(self, box: Box) -> Any:
        if box.y0 < self.shape[0] // 2:
            raise InputError("damaged")
        return super().read(box)


def sky(rows: int, columns: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(1).normal(100, 5, (rows, columns))


def read_from(field: ImageOf) -> field_picture.FieldPicture:
    source = PlainFields(fields=[field])
    picture = read_picture(lambda task: task(source), 0, NEVER)
    assert picture is not None
    return picture


def test_source_is_brighter_than_sky_on_dark_and_darker_on_light() -> None:
    pixels = sky(60, 90)
    pixels[10, 70] = 5000
    picture = read_from(ImageOf(pixels))
    assert picture.dark.shape == picture.light.shape == (60, 90)
    assert picture.dark[10, 70] & 0xFF > np.median(picture.dark & 0xFF) + 60
    assert picture.light[10, 70] & 0xFF < np.median(picture.light & 0xFF) - 60


def test_large_image_is_averaged_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_picture, "SHOWN_SIDE", 32)
    picture = read_from(ImageOf(sky(60, 90)))
    assert picture.dark.shape == (20, 30) and picture.size == (90, 60)


def test_part_of_a_block_at_the_edge_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_picture, "SHOWN_SIDE", 9)
    picture = read_from(ImageOf(sky(61, 89)))
    assert picture.dark.shape == (7, 9) and picture.size == (90, 70)


def test_directions_are_those_of_the_middle() -> None:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval, wcs.wcs.crpix = [150, 2], [45, 30]
    wcs.wcs.cdelt = [-1e-4, 1e-4]
    picture = read_from(ImageOf(sky(60, 90), wcs=wcs))
    assert (picture.north, picture.east) == pytest.approx((90, 180), abs=0.01)


def test_directions_are_those_of_the_middle_near_a_pole_too() -> None:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    # The pole is five columns and ten rows from the middle, which is at (45, 30).
    wcs.wcs.crval, wcs.wcs.crpix = [0, 90], [51, 41]
    wcs.wcs.cdelt = [-1e-4, 1e-4]
    picture = read_from(ImageOf(sky(60, 90), wcs=wcs))
    assert picture.north == pytest.approx(math.degrees(math.atan2(10, 5)), abs=0.5)


class Noted(ArrayPlane):
    """An image that notes which rows are read, and waits for its gate."""

    def __init__(self, pixels: np.ndarray[Any, Any]) -> None:
        super().__init__("image", pixels)
        self.boxes: list[Box] = []
        self.gate, self.begun = threading.Event(), threading.Event()
        self.gate.set()

    def read(self, box: Box) -> Any:
        self.boxes.append(box)
        self.begun.set()
        assert self.gate.wait(60), "the gate stayed shut"
        return super().read(box)


def test_few_rows_in_the_middle_of_each_block_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_picture, "SHOWN_SIDE", 3)
    field = ImageOf(sky(25, 30))
    field.plane = Noted(field.plane.pixels)
    read_from(field)
    # Blocks are of ten rows, the last of five.
    assert field.plane.boxes == [Box(0, 3, 30, 4), Box(0, 13, 30, 4), Box(0, 23, 30, 2)]


def test_closing_ends_the_reading(qtbot: Any) -> None:
    field = ImageOf(sky(60, 90))
    field.plane = Noted(field.plane.pixels)
    field.plane.gate.clear()
    pictures = FieldPictures(FakeCache(PlainFields(fields=[field])))
    pictures.request(0)
    assert field.plane.begun.wait(60)
    threading.Timer(0.02, field.plane.gate.set).start()
    pictures.close()
    assert [thread for thread in pictures.findChildren(QThread) if thread.isRunning()] == []
    assert len(field.plane.boxes) == 1 and pictures.picture(0) is None


def test_damaged_part_stays_blank() -> None:
    field = ImageOf(sky(60, 90))
    field.plane = Damaged("image", field.plane.pixels)
    dark = read_from(field).dark
    assert len(np.unique(dark[:30])) == 1 and len(np.unique(dark[30:])) > 10


def test_unreadable_image_has_directions_but_no_picture() -> None:
    field = ImageOf(sky(60, 90))
    field.plane = None
    picture = read_from(field)
    assert picture.dark is None and picture.light is None


def test_stamps_have_no_picture_of_a_field() -> None:
    source = PlainFields(fields=[PlainField(shape=None)])
    assert read_picture(lambda task: task(source), 0, NEVER) is None


def test_picture_is_read_once_and_reported(qtbot: Any) -> None:
    cache = FakeCache(PlainFields(fields=[ImageOf(sky(60, 90)), ImageOf(sky(30, 20))]))
    pictures = FieldPictures(cache)
    with qtbot.waitSignal(pictures.ready, timeout=30000) as ready:
        pictures.request(1)
    assert ready.args == [1] and pictures.picture(0) is None
    first = pictures.picture(1)
    pictures.request(1)
    pictures.close()
    assert first is not None and pictures.picture(1) is first


def test_failure_is_reported(qtbot: Any) -> None:
    pictures = FieldPictures(FakeCache(PlainFields(fields=[])))
    with qtbot.waitSignal(pictures.failed, timeout=30000):
        pictures.request(3)
    pictures.close()
