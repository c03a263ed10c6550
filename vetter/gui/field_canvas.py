"""Points of the field as the map and the scatter plot paint them: marks, arrows, and overlays."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PyQt6.QtWidgets import QWidget

from vetter.gui.field_camera import FieldCamera
from vetter.gui.field_marks import (
    CHOSEN,
    HEADS,
    SIZES,
    STAR,
    MarkLayer,
    arrows,
    colour,
    draw_arrows,
    size_classes,
)
from vetter.gui.field_points import Rows
from vetter.gui.theme import DARK, LIGHT, Tones
from vetter.gui.verdict_style import is_dark

Array = npt.NDArray[np.float64]

_FAINT = 0.35
_OFF = 80.0
"""Arrows that begin farther off the widget are not seen."""


class FieldCanvas(FieldCamera):
    """Points painted once into a pixmap; what moves (mark, band) is painted over it.

    ``cost`` is how long the points took to paint the last time, seconds.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cost = 0.0
        self.chosen: Rows = np.empty(0, np.intp)
        self.current = -1

    @property
    def tones(self) -> Tones:
        """The greys of the theme."""
        return DARK if is_dark(self.palette()) else LIGHT

    def paint_ground(self, painter: QPainter) -> None:
        """What lies below the points."""
        raise NotImplementedError

    def paint_points(self, painter: QPainter) -> None:
        """The points and what goes with them."""
        raise NotImplementedError

    def paint_current(self, painter: QPainter, place: int, tone: QColor) -> None:
        """What marks the current candidate, besides the ring around it."""

    def set_current(self, row: int) -> None:
        """Mark another candidate; the points stay as painted."""
        if row != self.current:
            self.current = row
            self.update()

    def paint_marks(self, painter: QPainter) -> None:
        """A mark for each candidate and star: shape and tone by its state, size by its scale."""
        points, dark = self.points, is_dark(self.palette())
        at, sizes = self.to_screen(self.where()), size_classes(points.scales)
        layer = MarkLayer(self.width(), self.height(), self.devicePixelRatioF())
        for state in range(4):
            for decided, strength in ((True, _FAINT), (False, 1.0)):
                of_both = (points.states == state) & (points.decided == decided)
                if not of_both.any():
                    continue
                for number, size in enumerate(SIZES):
                    marked = at[of_both & (sizes == number)]
                    layer.add(marked, state, size, colour(state, dark), strength)
        if len(self.chosen):
            accent = QColor(self.tones.accent)
            layer.add(at[np.isin(points.rows, self.chosen)], CHOSEN, SIZES[-1] + 2, accent)
        layer.paint(painter)

    def paint_stars(self, painter: QPainter, places: Array) -> None:
        """A small cross for each star."""
        layer = MarkLayer(self.width(), self.height(), self.devicePixelRatioF())
        layer.add(self.to_screen(places), STAR, SIZES[0], colour(STAR, is_dark(self.palette())))
        layer.paint(painter)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        if self._layer is None:
            begun = time.perf_counter()
            self._layer = self._painted()
            self.cost = time.perf_counter() - begun
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._layer)
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

    def _painted(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        layer = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        layer.setDevicePixelRatio(ratio)
        layer.fill(QColor(self.tones.window))
        painter = QPainter(layer)
        painter.setFont(self.font())
        self.paint_ground(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_points(painter)
        painter.end()
        return layer

    def paint_arrows(
        self, painter: QPainter, places: Array, shifts: Array, factor: float, tone: QColor
    ) -> None:
        """Arrows at places of the plane, `factor` screen pixels to a pixel of shift."""
        starts = self.to_screen(places)
        with np.errstate(invalid="ignore"):
            near = (starts > -_OFF).all(axis=1)
            near &= (starts < (self.width() + _OFF, self.height() + _OFF)).all(axis=1)
        starts, shifts = starts[near], shifts[near]
        ends = starts + shifts * (factor, -factor)
        heads = len(self.points.rows) + len(self.points.stars) <= HEADS
        draw_arrows(painter, arrows(starts, ends, heads), tone)

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
        self._layer = None

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.outdated()
