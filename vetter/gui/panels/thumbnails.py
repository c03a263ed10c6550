"""Small pictures of many candidates, made from the frames that the cutout cache builds.

A picture can be turned by quarter turns, and mirrored, to match another one's orientation.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from time import perf_counter
from typing import NamedTuple
from weakref import ref

from PyQt6.QtCore import QObject, QRect, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QPainter, QTransform

from vetter.core.cutout_source import SkyPosition
from vetter.core.display.rendering import Picture
from vetter.gui.widgets.theme import DARK
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.cutouts.rendered_cutout import RenderedCutout, Target

SIZE = 96
"""Side of a small picture, screen units."""
GAP = 2
"""Gap between the planes of one candidate, screen units."""
MAX_BYTES = 64 << 20
"""Memory of all pictures together, unless set otherwise."""
SLICE_SECONDS = 0.004
"""Longest time in one turn of the event loop for pictures that are not on screen yet, or that a
paint has left out."""


class Form(NamedTuple):
    """Form of a picture: its planes, the side of each in screen units, device pixels per unit."""

    planes: tuple[str, ...]
    size: int
    ratio: float


class Thumbnail(NamedTuple):
    """A picture, or the reason it is missing, and the frame that it was made from."""

    picture: QImage | str
    frame: ref[RenderedCutout]


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

    Attributes
    ----------
    max_bytes : int
        Memory of all pictures together; the oldest go first.
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
        self._patient = patient
        self.max_bytes = MAX_BYTES
        self._old: dict[Target, QImage | str] = {}
        self._form = Form((plane,), SIZE, 1.0)
        self._recipe = (cache.looks, cache.radius)
        self._images: OrderedDict[Target, Thumbnail] = OrderedDict()
        self._lies: dict[Target, SkyOrientation] = {}
        self._ready_made: dict[Target, tuple[RenderedCutout, Form, QImage | str]] = {}
        """Pictures that the builder's thread has made, by row, until they are asked for."""
        self._ahead: list[Target] = []
        self._late: list[Target] = []
        """Pictures that a paint has left out, made in the next turns."""
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._make_ahead)
        cache.ready.connect(self._on_ready)
        cache.place_ready.connect(self._on_place_ready)

    @property
    def plane(self) -> str:
        """The plane that is shown, the first of several."""
        return self._form.planes[0]

    @property
    def planes(self) -> tuple[str, ...]:
        """The planes that are shown side by side."""
        return self._form.planes

    def set_plane(self, plane: str) -> None:
        """Show another plane."""
        self.set_planes((plane,))

    def set_planes(self, planes: tuple[str, ...]) -> None:
        """Show other planes, side by side."""
        self._set_form(self._form._replace(planes=planes))

    def set_size(self, size: int, ratio: float) -> None:
        """Set the side of a plane in pixels, and the screen's device pixels per pixel."""
        self._set_form(self._form._replace(size=size, ratio=ratio))

    def _set_form(self, form: Form) -> None:
        if form != self._form:
            self._form = form
            self._images.clear()
            self._old.clear()
            self._ready_made.clear()

    def make_while_building(self, on: bool) -> None:
        """Make each new frame's picture on the builder's thread, or no longer."""
        self._cache.finish = self._prepare if on else None

    def _prepare(self, spot: Target, frame: RenderedCutout) -> None:
        """Make a picture on the builder's thread; it uses no widget and no signal."""
        form = self._form
        if len(self._ready_made) > self.max_bytes // _bytes_of(form):
            # The pictures of rows that were passed by and never came on screen.
            self._ready_made = {}
        self._ready_made[spot] = frame, form, make_picture(frame, form)

    def image(self, row: Target, until: float = math.inf) -> QImage | str | None:
        """Return a row's picture, or the reason it is missing, or None while it is made.

        Parameters
        ----------
        row : Target
        until : float
            Time of `perf_counter` from which no picture is made: it follows in a later turn, with
            its signal.
        """
        made = self._images.get(row)
        if made is None:
            frame = self._cache.peek(row) if self._patient else self._cache.get(row)
            if frame is None:
                return self._old.get(row)
            if row not in self._ready_made and perf_counter() > until:
                if row not in self._late:
                    self._late.append(row)
                self._turn.start()
                return self._old.get(row)
            made = self._take(row, frame)
        else:
            self._images.move_to_end(row)
        return made.picture

    def sky_orientation(self, spot: Target) -> SkyOrientation | None:
        """Return the orientation of a spot's picture on the sky; None if unknown so far."""
        return self._lies.get(spot)

    def request(self, rows: Sequence[int]) -> None:
        """Request these pictures, in this order, and drop pictures with earlier looks."""
        self._drop_outdated()
        self._cache.want(rows)
        self._ahead = list(rows)
        self._turn.start()

    def pause(self) -> None:
        """Build no further frames until the next request."""
        self._cache.want([])

    def stop(self) -> None:
        """Stop making pictures that are not on screen yet."""
        self._ahead, self._late = [], []
        self._turn.stop()

    def _make_ahead(self) -> None:
        """Make pictures of frames that are there already, a few in each turn; late ones first."""
        until = perf_counter() + SLICE_SECONDS
        while (self._late or self._ahead) and perf_counter() < until:
            is_late = bool(self._late)
            spot = (self._late or self._ahead).pop(0)
            if spot not in self._images:
                frame = self._cache.peek(spot)
                if frame is not None:
                    self._take(spot, frame)
            if is_late and isinstance(spot, SkyPosition):
                self.place_made.emit(spot)
            elif is_late:
                self.picture_ready.emit(spot)
        if self._late or self._ahead:
            self._turn.start()

    def _on_ready(self, row: int) -> None:
        self._forget(row)
        self.picture_ready.emit(row)

    def _on_place_ready(self, place: SkyPosition) -> None:
        self._forget(place)
        self.place_made.emit(place)

    def _forget(self, spot: Target) -> None:
        if self._drop_outdated():
            self.outdated.emit()
        self._old.pop(spot, None)
        made = self._images.get(spot)
        # A paint may have come between the frame and this signal: the picture is new already.
        if made is not None and made.frame() is not self._cache.peek(spot):
            del self._images[spot]

    def _drop_outdated(self) -> bool:
        recipe = (self._cache.looks, self._cache.radius)
        if recipe == self._recipe:
            return False
        if recipe[1] != self._recipe[1]:
            self._old.clear()
        elif self._patient and self._images:
            self._old = {spot: made.picture for spot, made in self._images.items()}
        self._recipe = recipe
        self._images.clear()
        return True

    def _take(self, spot: Target, frame: RenderedCutout) -> Thumbnail:
        form = self._form
        ready = self._ready_made.pop(spot, None)
        is_current = ready is not None and ready[0] is frame and ready[1] == form
        picture = ready[2] if ready is not None and is_current else make_picture(frame, form)
        made = self._images[spot] = Thumbnail(picture, ref(frame))
        if frame.north is not None and frame.east is not None:
            self._lies[spot] = frame.north, frame.east
        while len(self._images) > self.max_bytes // _bytes_of(form):
            oldest, _ = self._images.popitem(last=False)
            self._lies.pop(oldest, None)
        return made


def _bytes_of(form: Form) -> int:
    return max(1, round(4 * len(form.planes) * (form.size * form.ratio) ** 2))


def make_picture(frame: RenderedCutout, form: Form) -> QImage | str:
    """Return a candidate's picture, or the reason it has none; usable on any thread.

    Several planes stand side by side; in place of a plane that is missing stands the reason.
    """
    if frame.error is not None:
        return "no cutout"
    side = round(form.size * form.ratio)
    parts = [_make_part(frame, plane, side) for plane in form.planes]
    if len(parts) == 1:
        if isinstance(parts[0], QImage):
            parts[0].setDevicePixelRatio(form.ratio)
        return parts[0]
    if not any(isinstance(part, QImage) for part in parts):
        return str(parts[0])
    step = side + round(GAP * form.ratio)
    whole = QImage(step * len(parts) - (step - side), side, QImage.Format.Format_RGB32)
    whole.fill(QColor(DARK.base))
    painter = QPainter(whole)
    painter.setPen(QColor(DARK.dim))
    font = painter.font()
    font.setPixelSize(max(7, round(11 * form.ratio)))
    painter.setFont(font)
    flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
    for place, part in enumerate(parts):
        if isinstance(part, QImage):
            x, y = (side - part.width()) // 2, (side - part.height()) // 2
            painter.drawImage(place * step + x, y, part)
        else:
            painter.drawText(QRect(place * step, 0, side, side), flags, part)
    painter.end()
    whole.setDevicePixelRatio(form.ratio)
    return whole


def _make_part(frame: RenderedCutout, plane: str, side: int) -> QImage | str:
    if plane in frame.states:
        return frame.states[plane]
    if plane not in frame.pictures:
        return f"no {plane}"
    return _scale_picture(frame.pictures[plane], side)


def _scale_picture(picture: Picture, size: int) -> QImage:
    """Return a picture (y up) as an independent image with this longer side."""
    rows, columns = picture.shape
    upright = picture[::-1].tobytes()
    image = QImage(upright, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
    # Leaving out every other pixel of a large cutout would leave out a faint source.
    shrinks = max(rows, columns) > size
    way = Qt.TransformationMode
    # scaled() may return the same data, which belongs to the array; copy() detaches it.
    return image.scaled(
        size,
        size,
        Qt.AspectRatioMode.KeepAspectRatio,
        way.SmoothTransformation if shrinks else way.FastTransformation,
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
