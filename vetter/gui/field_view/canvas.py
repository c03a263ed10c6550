"""Canvas of points that the map and the plot share: marks, arrows and overlays."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QEvent, QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PyQt6.QtWidgets import QWidget

from vetter.gui.field_view.marks import (
    CHOSEN,
    MAX_ARROWS_WITH_HEADS,
    SIZES,
    STAR,
    MarkLayer,
    arrow_path,
    colour,
    draw_arrows,
    size_classes,
)
from vetter.gui.field_view.pan_zoom import FieldCamera
from vetter.gui.field_view.point_layer import FieldLayer, Piece
from vetter.gui.field_view.points import Points, Rows
from vetter.gui.widgets.theme import DARK, LIGHT, Tones
from vetter.gui.widgets.verdict_style import is_dark

Array = npt.NDArray[np.float64]

MAX_POINTS_AT_ONCE = 200
"""Number of points up to which all are painted in the paint event, in about 10 ms for all plots;
more are painted after it."""
MARKS, ARROWS = 400, 200
"""Numbers of marks and of arrows in one piece, which takes about a millisecond."""
_FAINT_OPACITY = 0.35
_MAX_ARROW_REACH = 80.0
"""Screen pixels beyond the widget from which an arrow cannot reach into it."""


class FieldCanvas(FieldCamera):
    """Points painted once into a pixmap; the mark and the band, which move, are painted over it.

    Few points are painted at once, many piece by piece; meanwhile the previous pixmap is shown,
    scaled and moved to the current camera.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chosen: Rows = np.empty(0, np.intp)
        self.current = -1
        self.layer = FieldLayer(self._blank, self._pieces, self)
        self.layer.finished.connect(self.update)
        self._shown_at: tuple[Array, float] = (np.zeros(2), 1.0)

    @property
    def tones(self) -> Tones:
        """Greys of the theme."""
        return DARK if is_dark(self.palette()) else LIGHT

    @property
    def points_frame(self) -> QRectF:
        """Rectangle in which points are painted; the rest is for texts."""
        raise NotImplementedError

    def paint_ground(self, painter: QPainter) -> None:
        """Paint the layer below the points."""
        raise NotImplementedError

    def point_pieces(self) -> Iterator[Piece]:
        """Yield the points and their arrows in pieces that take about a millisecond each."""
        raise NotImplementedError

    def paint_over(self, painter: QPainter) -> None:
        """Paint the layer above the points, and the texts beside them."""

    def paint_current(self, painter: QPainter, place: int, tone: QColor) -> None:
        """Paint marks of the current candidate other than the ring around it."""

    def repaint_points(self) -> None:
        """Repaint the points at the next paint event."""
        self.layer.mark_stale()
        self.update()

    def forget(self) -> None:
        """Drop the points of another image, and show none until new points arrive."""
        self.points = Points()
        self.layer.forget()
        self.update()

    def set_current(self, row: int) -> None:
        """Mark another candidate, without repainting the points."""
        if row != self.current:
            self.current = row
            self.layer.wait()
            self.update()

    def mark_pieces(self) -> Iterator[Piece]:
        """Yield a mark for each candidate: shape and tone by its state, size by its scale."""
        points, dark = self.points, is_dark(self.palette())
        at = self.to_screen(self.where())
        yield _paint_nothing
        sizes = size_classes(points.scales)
        yield _paint_nothing
        layer = MarkLayer(self.width(), self.height(), self.devicePixelRatioF())
        for state in range(STAR):
            for decided, strength in ((True, _FAINT_OPACITY), (False, 1.0)):
                chosen = (points.states == state) & (points.decided == decided)
                if not chosen.any():
                    continue
                for number, size in enumerate(SIZES):
                    marked = at[chosen & (sizes == number)]
                    tone = colour(state, dark)
                    yield from _add_marks(layer, marked, state, size, tone, strength)
        if len(self.chosen):
            accent = QColor(self.tones.accent)
            caught = at[np.isin(points.rows, self.chosen)]
            yield from _add_marks(layer, caught, CHOSEN, SIZES[-1] + 2, accent)
        yield layer.paint

    def star_pieces(self, places: Array) -> Iterator[Piece]:
        """Yield a small cross for each star."""
        layer = MarkLayer(self.width(), self.height(), self.devicePixelRatioF())
        tone = colour(STAR, is_dark(self.palette()))
        yield from _add_marks(layer, self.to_screen(places), STAR, SIZES[0], tone)
        yield layer.paint

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        if self.layer.stale:
            if len(self.points.rows) + len(self.points.stars) <= MAX_POINTS_AT_ONCE:
                self.layer.finish()
            else:
                self.layer.begin()
        painter = QPainter(self)
        self._paint_layer(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = np.nonzero(self.points.rows == self.current)[0]
        if len(places):
            self._paint_current(painter, int(places[0]))
        if len(self._band) > 1:
            painter.setPen(QPen(QColor(self.tones.accent), 1.5))
            tint = QColor(self.tones.accent)
            tint.setAlpha(40)
            painter.setBrush(tint)
            painter.drawPolygon(self._outline())
        painter.end()

    def _paint_layer(self, painter: QPainter) -> None:
        picture = self.layer.picture
        if picture is None:
            painter.fillRect(self.rect(), QColor(self.tones.window))
            self.paint_ground(painter)
            return
        (at, scale), (was_at, was) = self._view_now(), self._shown_at
        if not self.layer.stale or (scale == was and (at == was_at).all()):
            painter.drawPixmap(0, 0, picture)
            return
        painter.save()
        painter.fillRect(self.rect(), QColor(self.tones.window))
        painter.translate(QPointF(*(at - was_at * (scale / was))))
        painter.scale(scale / was, scale / was)
        painter.drawPixmap(0, 0, picture)
        painter.restore()

    def _view_now(self) -> tuple[Array, float]:
        """Return the position of the plane's origin on the screen, and pixels per unit."""
        return self.to_screen(np.zeros((1, 2)))[0], self.scale

    def _blank(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        layer = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        layer.setDevicePixelRatio(ratio)
        layer.fill(QColor(self.tones.window))
        return layer

    def _paint_ground_alone(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(self.font())
        self.paint_ground(painter)

    def _pieces(self) -> Iterator[Piece]:
        yield self._paint_ground_alone
        for piece in self.point_pieces():
            yield partial(_paint_within, self.points_frame, piece)
        yield self.paint_over
        self._shown_at = self._view_now()

    def arrow_pieces(
        self, places: Array, shifts: Array, which: Rows, factor: float, tone: QColor
    ) -> Iterator[Piece]:
        """Yield arrows at some positions, `factor` screen pixels per pixel of shift."""
        heads = len(self.points.rows) + len(self.points.stars) <= MAX_ARROWS_WITH_HEADS
        beyond = self.width() + _MAX_ARROW_REACH, self.height() + _MAX_ARROW_REACH
        for part in _parts(len(which), ARROWS):
            starts, along = self.to_screen(places[which[part]]), shifts[which[part]]
            with np.errstate(invalid="ignore"):
                near = (starts > -_MAX_ARROW_REACH).all(axis=1) & (starts < beyond).all(axis=1)
            starts, along = starts[near], along[near] * (factor, -factor)
            yield partial(draw_arrows, path=arrow_path(starts, starts + along, heads), tone=tone)

    def _paint_current(self, painter: QPainter, place: int) -> None:
        at = self.to_screen(self.where()[place : place + 1])[0]
        if not np.isfinite(at).all():
            return
        tones = self.tones
        tone = QColor("#ffb000" if tones is DARK else "#c05a00")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ink, width in ((QColor(tones.window), 5.0), (tone, 2.0)):
            painter.setPen(QPen(ink, width))
            painter.drawEllipse(QPointF(*at), 9.0, 9.0)
        self.paint_current(painter, place, tone)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self.repaint_points()

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self.layer.stop()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.repaint_points()


def _parts(count: int, most: int) -> Iterator[slice]:
    return (slice(first, first + most) for first in range(0, count, most))


def _add_marks(
    layer: MarkLayer, at: Array, shape: int, size: float, tone: QColor, strength: float = 1.0
) -> Iterator[Piece]:
    """Yield after every few marks added to a layer; the yielded pieces paint nothing yet."""
    for part in _parts(len(at), MARKS):
        layer.add(at[part], shape, size, tone, strength)
        yield _paint_nothing


def _paint_nothing(_painter: QPainter) -> None:
    """Paint nothing: the layer is painted once it has all its marks."""


def _paint_within(frame: QRectF, piece: Piece, painter: QPainter) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(frame)
    piece(painter)
    painter.setClipping(False)
