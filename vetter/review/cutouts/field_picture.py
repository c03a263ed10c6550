"""Pictures of whole images, small and read behind the window, for the map of the field."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.coordinates.sky import orientation
from vetter.core.cutout.plane import Box
from vetter.core.display.rendering import Picture, render
from vetter.core.display.style import DisplayStyle
from vetter.errors import InputError
from vetter.review.cutouts.surround import average_blocks
from vetter.review.threads.background import Background

if TYPE_CHECKING:
    from vetter.core.cutout_source import CutoutSource, ImageField
    from vetter.review.cutouts.cutout_cache import CutoutCache

Pixels = npt.NDArray[np.float32]

SHOWN_SIDE = 1024
"""Largest side of a picture; larger images are averaged in blocks."""
MAX_ROWS = 4
"""Largest number of rows read of each row of blocks: the others would take as long again."""
PAUSE_SECONDS = 0.001
"""Pause after each row of blocks, in which the window has the interpreter."""
_DIM, _PALE = (22, 180), (252, 105)
"""Greys of the sky and of the brightest source behind marks, on dark and on light ground."""


class FieldPicture(NamedTuple):
    """Picture of an image, faint enough for marks over it, and its directions.

    Attributes
    ----------
    dark, light : ndarray, shape (ny, nx), uint32, or None
        0xffRRGGBB for the dark and the light theme, first row lowest; None if the image cannot be
        read.
    size : (float, float)
        Width and height of the picture in pixels of the image, which may exceed the image by less
        than a block.
    north, east : float or None
        Directions at the middle, degrees from +x towards +y; None without a WCS.
    """

    dark: Picture | None
    light: Picture | None
    size: tuple[float, float]
    north: float | None
    east: float | None


class FieldPictures(QObject):
    """Pictures of a source's images, each read once, when it is requested.

    Parameters
    ----------
    cache : CutoutCache
        Its source is read, in turn with its builder.
    """

    ready = pyqtSignal(int)
    """Index of an image whose picture has been read."""

    failed = pyqtSignal(str)
    """Reason why the last requested picture has not been read."""

    def __init__(self, cache: CutoutCache, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cache = cache
        self._pictures: dict[int, FieldPicture | None] = {}
        self._requested: int | None = None
        self._background = Background(self)
        self._background.done.connect(self._on_done)
        self._background.failed.connect(self.failed)

    def picture(self, number: int) -> FieldPicture | None:
        """Return the picture of an image; None if it is not read, or has no pixels."""
        return self._pictures.get(number)

    def request(self, number: int) -> None:
        """Read the picture of an image, in place of another that is being read."""
        if number not in self._pictures and number != self._requested:
            self._requested = number
            self._background.start(partial(_read_numbered, self._cache.read, number))

    def close(self) -> None:
        """Stop reading."""
        self._background.close()

    def _on_done(self, result: tuple[int, FieldPicture | None]) -> None:
        number, picture = result
        self._pictures[number] = picture
        self.ready.emit(number)


Read = Callable[[Callable[["CutoutSource"], Any]], Any]


def _read_numbered(
    read: Read, number: int, stop: threading.Event
) -> tuple[int, FieldPicture | None]:
    return number, read_picture(read, number, stop)


def read_picture(read: Read, number: int, stop: threading.Event) -> FieldPicture | None:
    """Read the picture of an image, a few rows at a time.

    Parameters
    ----------
    read : callable
        Calls a function with the source; see `CutoutCache.read`.
    number : int
        Index of the image in the source's ``fields``.
    stop : Event
        Ends the reading when it is set; what is read by then is not shown.

    Returns
    -------
    FieldPicture or None
        None if each candidate came with its own pixels.
    """
    field: ImageField = read(lambda source: source.fields[number])
    if field.shape is None:
        return None
    rows, columns = field.shape
    found = None if field.wcs is None else orientation(field.wcs, columns / 2, rows / 2)
    north, east = (None, None) if found is None else found[:2]
    block = math.ceil(max(rows, columns) / SHOWN_SIDE)
    pixels = _read_blocks(read, field, block, stop)
    size = (math.ceil(columns / block) * block, math.ceil(rows / block) * block)
    if not np.isfinite(pixels).any():
        return FieldPicture(None, None, size, north, east)
    tones = render({"image": pixels}, DisplayStyle())[0]["image"] & 0xFF
    dark, light = (_grey_table(*ends)[tones] for ends in (_DIM, _PALE))
    return FieldPicture(dark, light, size, north, east)


def _read_blocks(read: Read, field: ImageField, block: int, stop: threading.Event) -> Pixels:
    """Return the means of blocks of an image, NaN where it cannot be read.

    Parameters
    ----------
    block : int
        Side of a block, of which at most `MAX_ROWS` rows are read.
    """
    assert field.shape is not None
    rows, columns = field.shape
    shape = math.ceil(rows / block), math.ceil(columns / block)
    pixels: Pixels = np.full(shape, np.nan, np.float32)
    count = min(block, MAX_ROWS)
    for line in range(shape[0]):
        if stop.wait(PAUSE_SECONDS):
            break
        first = min(line * block + (block - count) // 2, rows - 1)
        box = Box(0, first, columns, min(count, rows - first))
        try:
            strip = read(partial(_read_strip, field, box))
        except InputError:
            # A damaged part of the image stays blank here; the panels show the reason.
            continue
        pixels[line] = average_blocks(strip, block)[0]
    return pixels


def _read_strip(field: ImageField, box: Box, _source: CutoutSource) -> npt.NDArray[Any]:
    plane = field.with_planes().image_plane
    if plane is None:
        raise InputError("no image")
    return plane.read(box)


def _grey_table(first: int, last: int) -> npt.NDArray[np.uint32]:
    """Return the colour 0xffRRGGBB of each tone from 0 to 255, between two greys."""
    greys = np.rint(np.linspace(first, last, 256)).astype(np.uint32)
    return greys * np.uint32(0x010101) + np.uint32(0xFF000000)
