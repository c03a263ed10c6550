"""Map of the field: the shift of each fit as an arrow at its candidate or star."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPen
from PyQt6.QtWidgets import QWidget

from vetter.core.judgement.answer import ANSWERS, NOT_FITTED
from vetter.core.number_text import round_down
from vetter.gui.field_view.canvas import FieldCanvas
from vetter.gui.field_view.marks import STAR, arrow_path, colour, draw_arrows
from vetter.gui.field_view.point_layer import Piece
from vetter.gui.panels.plane_panel import picture_to_image
from vetter.gui.panels.tools.overlays import compass_extent, draw_compass
from vetter.gui.widgets.theme import LIGHT
from vetter.gui.widgets.verdict_style import is_dark
from vetter.review.cutouts.field_picture import FieldPicture

Array = npt.NDArray[np.float64]

_MAX_SAMPLED_SHIFTS = 4000
_KEY_PART = 13.0
"""Ratio of the map's side to the key arrow."""
_BELOW = 8.0
"""Screen pixels below the map that marks on its edge need; the captions are further down."""


class FieldMap(FieldCanvas):
    """Candidates and stars over the image, y up, with their shifts as arrows.

    A shift that ended on its bound has no arrow: its direction means nothing.

    Parameters
    ----------
    shape : (int, int), optional
        Rows and columns of the image; None shows the range of the candidates.
    """

    def __init__(self, shape: tuple[int, int] | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape = shape
        self._field: FieldPicture | None = None
        self._shows_picture = True
        self._image: tuple[bool, QImage, object] | None = None
        """The picture for the dark (True) or light theme, and its memory."""
        self.key = 0.1
        self.setAccessibleName("shifts on the field")

    def set_shape(self, shape: tuple[int, int] | None) -> None:
        """Show another image, whose picture is not known yet."""
        self._shape = shape
        self.set_picture(None)

    def set_picture(self, picture: FieldPicture | None) -> None:
        """Show the image behind the marks, and its compass; None for neither."""
        self._field, self._image = picture, None
        self.repaint_points()

    def show_picture(self, shown: bool) -> None:
        """Show or hide the image behind the marks."""
        self._shows_picture = shown
        self.repaint_points()

    @property
    def compass(self) -> tuple[float, float] | None:
        """Directions of north and east, degrees from +x towards +y; None if unknown."""
        field = self._field
        if field is None or field.north is None or field.east is None:
            return None
        return field.north, field.east

    @property
    def extent(self) -> tuple[float, float, float, float]:
        if self._shape is not None:
            return -0.5, self._shape[1] - 0.5, -0.5, self._shape[0] - 0.5
        places = self.points.places
        known = places[np.isfinite(places).all(axis=1)]
        if not len(known):
            return 0.0, 1.0, 0.0, 1.0
        low, high = known.min(axis=0), known.max(axis=0)
        margin = 0.03 * max(float((high - low).max()), 1.0)
        return (
            float(low[0]) - margin,
            float(high[0]) + margin,
            float(low[1]) - margin,
            float(high[1]) + margin,
        )

    @property
    def factor(self) -> float:
        """Screen pixels per pixel of shift; the same at every zoom."""
        frame = self.frame
        return min(frame.width(), frame.height()) / _KEY_PART / self.key

    def where(self) -> Array:
        return self.points.places

    def paint_ground(self, painter: QPainter) -> None:
        corners = self.to_screen(np.array(self.extent).reshape(2, 2).T)
        painter.setPen(QPen(QColor(self.tones.line), 1))
        painter.setBrush(QColor(self.tones.base))
        painter.setClipRect(self.points_frame)
        painter.drawRect(QRectF(QPointF(*corners[0]), QPointF(*corners[1])).normalized())
        self._paint_picture(painter)
        painter.setClipping(False)

    def _paint_picture(self, painter: QPainter) -> None:
        field, dark = self._field, is_dark(self.palette())
        picture = None if field is None else field.dark if dark else field.light
        if field is None or picture is None or not self._shows_picture:
            return
        if self._image is None or self._image[0] is not dark:
            self._image = dark, *picture_to_image(picture)
        low = self.to_screen(np.array([[-0.5, -0.5]]))[0]
        width, height = (length * self.scale for length in field.size)
        place = QRectF(low[0], low[1] - height, width, height)
        # Smooth where it is made smaller: pixels left out would look like noise.
        is_smaller = width * self.devicePixelRatioF() < picture.shape[1]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smaller)
        painter.drawImage(place, self._image[1])

    @property
    def points_frame(self) -> QRectF:
        room = QRectF(self.rect())
        room.setBottom(self.frame.bottom() + _BELOW)
        return room

    def point_pieces(self) -> Iterator[Piece]:
        points, dark = self.points, is_dark(self.palette())
        self._choose_key()
        stars, tone = points.stars, colour(STAR, dark)
        every = np.arange(len(stars))
        yield from self.arrow_pieces(stars[:, :2], stars[:, 2:4], every, self.factor, tone)
        yield from self.star_pieces(stars[:, :2])
        for state in (NOT_FITTED, *(answer.code for answer in reversed(ANSWERS))):
            shown = np.nonzero((points.states == state) & ~points.bound)[0]
            tone = colour(state, dark)
            yield from self.arrow_pieces(points.places, points.shifts, shown, self.factor, tone)
        yield from self.mark_pieces()

    def paint_current(self, painter: QPainter, place: int, tone: QColor) -> None:
        points = self.points
        if points.bound[place]:
            return
        start = self.to_screen(points.places[place : place + 1])
        end = start + points.shifts[place] * (self.factor, -self.factor)
        draw_arrows(painter, arrow_path(start, end), tone, 2.0)

    def _choose_key(self) -> None:
        """Set the key to a round number near the 90th percentile of the shifts, in pixels."""
        points = self.points
        known = np.nonzero(np.isfinite(points.shifts[:, 0]) & ~points.bound)[0]
        # A few thousand of 100,000 shifts give the percentile well enough.
        sampled = points.shifts[known[:: max(1, len(known) // _MAX_SAMPLED_SHIFTS)]]
        lengths = np.hypot(*np.concatenate([sampled, points.stars[:, 2:4]]).T)
        lengths = lengths[np.isfinite(lengths)]
        if len(lengths):
            self.key = round_down(float(np.percentile(lengths, 90))) or 0.01

    def paint_over(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        length, frame = self.key * self.factor, self.frame
        y = frame.bottom() + 14
        start = np.array([[frame.left() + 2, y]])
        text = QColor(self.tones.text)
        draw_arrows(painter, arrow_path(start, start + (length, 0)), text, 1.5)
        room = QRectF(frame.left() + length + 10, y - 10, frame.width(), 20)
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, int(align), f"{self.key:g} px")
        x0, x1, y0, y1 = self.extent
        size = f"{x1 - x0:.0f} x {y1 - y0:.0f}"
        advance = painter.fontMetrics().horizontalAdvance
        if length + advance(f"{self.key:g} px") + advance(size) + 24 < frame.width():
            painter.setPen(QColor(self.tones.dim))
            room = QRectF(frame.left(), y - 10, frame.width(), 20)
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room, int(align), size)
        if self.compass is not None:
            across, below = compass_extent(*self.compass)
            place = frame.bottomLeft() + QPointF(across, -below)
            ratio, is_light = self.devicePixelRatioF(), self.tones is LIGHT
            draw_compass(painter, place.x(), place.y(), *self.compass, ratio, is_light)
