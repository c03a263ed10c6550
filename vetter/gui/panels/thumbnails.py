"""Small pictures of many candidates, made from the frames that the cutout cache builds.

A picture can be turned by quarter turns, and mirrored, to match another one's orientation.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QTransform

from vetter.core.cutout_source import SkyPosition
from vetter.core.display.rendering import Picture
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.cutouts.rendered_cutout import RenderedCutout, Target

SIZE = 96
"""Side of a small picture, screen units."""
MAX_PICTURES = 1500
"""Largest number of pictures in memory; at 96 pixels they take 55 MB."""

SkyOrientation = tuple[float, float]
"""Directions of north and east on a picture, degrees from +x (right) towards +y (up)."""


class Thumbnails(QObject):
    """Small images by row, or by place without a candidate; requested images arrive later.

    Parameters
    ----------
    cache : CutoutCache
        Builds the frames, in the background.
    plane : str
        The plane that is shown.
    patient : bool
        Whether pictures with earlier looks are shown until the cache has made new ones, so that
        the panels' paint never waits for them.
    """

    picture_ready = pyqtSignal(int)
    """The picture of a row is ready or has changed."""

    place_made = pyqtSignal(object)
    """The picture of a place without a candidate is ready or has changed."""

    outdated = pyqtSignal()
    """The looks or the radius have changed, so all pictures must be requested again."""

    def __init__(
        self,
        cache: CutoutCache,
        plane: str,
        parent: QObject | None = None,
        patient: bool = False,
    ) -> None:
        super().__init__(parent)
        self._cache = cache
        self._plane = plane
        self._patient = patient
        self._old: dict[Target, QImage | str] = {}
        self._size, self._ratio = SIZE, 1.0
        self._recipe = (cache.looks, cache.radius)
        self._images: OrderedDict[Target, QImage | str] = OrderedDict()
        self._lies: dict[Target, SkyOrientation] = {}
        cache.ready.connect(self._on_ready)
        cache.place_ready.connect(self._on_place_ready)

    @property
    def plane(self) -> str:
        """The plane that is shown."""
        return self._plane

    def set_plane(self, plane: str) -> None:
        """Show another plane."""
        if plane != self._plane:
            self._plane = plane
            self._images.clear()
            self._old.clear()

    def set_size(self, size: int, ratio: float) -> None:
        """Set the size of the pictures in pixels, and the screen's device pixels per pixel."""
        if (size, ratio) != (self._size, self._ratio):
            self._size, self._ratio = size, ratio
            self._images.clear()

    def image(self, row: Target) -> QImage | str | None:
        """Return a row's picture, or the reason it is missing, or None while it is made."""
        made = self._images.get(row)
        if made is None:
            frame = self._cache.peek(row) if self._patient else self._cache.get(row)
            if frame is None:
                return self._old.get(row)
            made = self._take(row, frame)
        else:
            self._images.move_to_end(row)
        return made

    def sky_orientation(self, spot: Target) -> SkyOrientation | None:
        """Return the orientation of a spot's picture on the sky; None if unknown so far."""
        return self._lies.get(spot)

    def request(self, rows: Sequence[int]) -> None:
        """Request these pictures, in this order, and drop pictures with earlier looks."""
        self._drop_outdated()
        self._cache.want(rows)

    def _on_ready(self, row: int) -> None:
        self._forget(row)
        self.picture_ready.emit(row)

    def _on_place_ready(self, place: SkyPosition) -> None:
        self._forget(place)
        self.place_made.emit(place)

    def _forget(self, spot: Target) -> None:
        if self._drop_outdated():
            self.outdated.emit()
        # The frame may have a new plane, so the cached picture is dropped.
        self._images.pop(spot, None)
        self._old.pop(spot, None)

    def _drop_outdated(self) -> bool:
        recipe = (self._cache.looks, self._cache.radius)
        if recipe == self._recipe:
            return False
        if recipe[1] != self._recipe[1]:
            self._old.clear()
        elif self._patient and self._images:
            self._old = dict(self._images)
        self._recipe = recipe
        self._images.clear()
        return True

    def _take(self, spot: Target, frame: RenderedCutout) -> QImage | str:
        made: QImage | str
        if frame.error is not None:
            made = "no cutout"
        elif self._plane in frame.states:
            made = frame.states[self._plane]
        elif self._plane not in frame.pictures:
            made = f"no {self._plane}"
        else:
            made = _scale_picture(frame.pictures[self._plane], round(self._size * self._ratio))
            made.setDevicePixelRatio(self._ratio)
        self._images[spot] = made
        if frame.north is not None and frame.east is not None:
            self._lies[spot] = frame.north, frame.east
        while len(self._images) > MAX_PICTURES:
            oldest, _ = self._images.popitem(last=False)
            self._lies.pop(oldest, None)
        return made


def _scale_picture(picture: Picture, size: int) -> QImage:
    """Return a picture (y up) as an independent image with this longer side."""
    rows, columns = picture.shape
    upright = picture[::-1].tobytes()
    image = QImage(upright, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
    # scaled() may return the same data, which belongs to the array; copy() detaches it.
    return image.scaled(
        size,
        size,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.FastTransformation,
    ).copy()


def quarter_turns(own: SkyOrientation, wanted: SkyOrientation) -> tuple[int, bool]:
    """Return the quarter turns that bring a picture's north nearest to that of another.

    Returns
    -------
    (turns, mirrored) : (int, bool)
        Quarter turns counter-clockwise, 0 to 3, and whether left and right are exchanged
        before: one picture has east to the left of north and the other to its right.
    """
    mirrored = _is_east_left(own) != _is_east_left(wanted)
    north = 180 - own[0] if mirrored else own[0]
    return round((wanted[0] - north) / 90) % 4, mirrored


def turn_image(image: QImage, turns: int, mirrored: bool) -> QImage:
    """Return the picture turned; without a change, the same object."""
    if not turns and not mirrored:
        return image
    # Two transformed() calls: one combined transform would resample the pixels.
    made = image.transformed(QTransform().scale(-1, 1)) if mirrored else image
    # Qt's y axis points down, so its angles run clockwise.
    made = made.transformed(QTransform().rotate(-90.0 * turns)) if turns else made
    made.setDevicePixelRatio(image.devicePixelRatio())
    return made


def _is_east_left(lie: SkyOrientation) -> bool:
    return math.sin(math.radians(lie[1] - lie[0])) > 0
