"""Small pictures of many candidates, made from the frames that the cutout cache builds.

A picture is turned by quarter turns, and mirrored if need be, to lie as another one does.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QTransform

from vetter.core.cutout_source import Place
from vetter.core.display.rendering import Picture
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.cutouts.rendered_cutout import RenderedCutout, Target

SIZE = 96
KEPT = 1500
"""At 96 pixels they take 55 MB."""

Lie = tuple[float, float]
"""Directions of north and east on a picture, degrees from +x (right) towards +y (up)."""


class Thumbnails(QObject):
    """Ready images by row, or by place without a candidate; those wanted arrive by and by.

    Parameters
    ----------
    cache : CutoutCache
        Builds the frames, in the background.
    plane : str
        Which plane is shown.
    patient : bool
        Whether pictures of earlier looks do until the cache has made others: where the panels'
        paint must not wait for them.
    """

    made = pyqtSignal(int)
    """A row's picture can be had, or another one than before."""

    place_made = pyqtSignal(object)
    """The same of a place without a candidate."""

    outdated = pyqtSignal()
    """The looks or the radius have changed: all pictures are to be had anew."""

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
        self._lies: dict[Target, Lie] = {}
        cache.ready.connect(self._on_ready)
        cache.place_ready.connect(self._on_place_ready)

    @property
    def plane(self) -> str:
        """Which plane is shown."""
        return self._plane

    def set_plane(self, plane: str) -> None:
        """Show another plane."""
        if plane != self._plane:
            self._plane = plane
            self._images.clear()
            self._old.clear()

    def set_size(self, size: int, ratio: float) -> None:
        """Make them so large, for a screen with so many device pixels to each pixel."""
        if (size, ratio) != (self._size, self._ratio):
            self._size, self._ratio = size, ratio
            self._images.clear()

    def image(self, row: Target) -> QImage | str | None:
        """The picture of a row; a text that says why there is none; None while it is made."""
        made = self._images.get(row)
        if made is None:
            frame = self._cache.peek(row) if self._patient else self._cache.get(row)
            if frame is None:
                return self._old.get(row)
            made = self._take(row, frame)
        else:
            self._images.move_to_end(row)
        return made

    def lie(self, spot: Target) -> Lie | None:
        """How the picture of a spot lies on the sky; None where that is not known (yet)."""
        return self._lies.get(spot)

    def want(self, rows: Sequence[int]) -> None:
        """Have these made, the first one first; pictures of earlier looks are dropped."""
        self._drop_outdated()
        self._cache.want(rows)

    def _on_ready(self, row: int) -> None:
        self._forget(row)
        self.made.emit(row)

    def _on_place_ready(self, place: Place) -> None:
        self._forget(place)
        self.place_made.emit(place)

    def _forget(self, spot: Target) -> None:
        if self._drop_outdated():
            self.outdated.emit()
        # The frame may have a new plane, so the picture at hand is not trusted.
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
            made = _scaled(frame.pictures[self._plane], round(self._size * self._ratio))
            made.setDevicePixelRatio(self._ratio)
        self._images[spot] = made
        if frame.north is not None and frame.east is not None:
            self._lies[spot] = frame.north, frame.east
        while len(self._images) > KEPT:
            oldest, _ = self._images.popitem(last=False)
            self._lies.pop(oldest, None)
        return made


def _scaled(picture: Picture, size: int) -> QImage:
    """A picture with y up as an image of its own; its longer side is as asked."""
    rows, columns = picture.shape
    upright = picture[::-1].tobytes()
    image = QImage(upright, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
    # Scaling copies, so the image does not outlive the array it looks at.
    return image.scaled(
        size,
        size,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.FastTransformation,
    ).copy()


def quarter_turns(own: Lie, wanted: Lie) -> tuple[int, bool]:
    """How to turn a picture so that its north lies nearest to that of another.

    Returns
    -------
    (turns, mirrored) : (int, bool)
        Quarter turns counter-clockwise, 0 to 3, after left and right were exchanged if
        ``mirrored``: one picture has east to the left of north and the other to its right.
    """
    mirrored = _handed(own) != _handed(wanted)
    north = 180 - own[0] if mirrored else own[0]
    return round((wanted[0] - north) / 90) % 4, mirrored


def turned(image: QImage, turns: int, mirrored: bool) -> QImage:
    """The picture turned; the same one where there is nothing to do."""
    if not turns and not mirrored:
        return image
    # One after the other: both at once would be resampled.
    made = image.transformed(QTransform().scale(-1, 1)) if mirrored else image
    # Screens count y downwards, and Qt's angles with it.
    made = made.transformed(QTransform().rotate(-90.0 * turns)) if turns else made
    made.setDevicePixelRatio(image.devicePixelRatio())
    return made


def _handed(lie: Lie) -> bool:
    return math.sin(math.radians(lie[1] - lie[0])) > 0
