"""A light curve as a plot: bright is up, limits point down, the candidate's epoch is a line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PyQt6.QtWidgets import QWidget

from vetter.core.light_curve import LightCurve
from vetter.core.light_curve_text import axis_text
from vetter.gui.light_curve_axes import Axes
from vetter.gui.light_curve_marks import SIZE, limit_path, minus_path, styles_of, symbol_path
from vetter.gui.theme import DARK, LIGHT, Tones
from vetter.gui.verdict_style import is_dark

REACH = 14.0
"""Screen pixels within which the pointer is at an epoch."""
LEFT, TOP, RIGHT, BOTTOM = 62.0, 6.0, 10.0, 20.0
"""Around the frame, for the numbers of the axes."""
X_APART, Y_APART = 160.0, 45.0
"""Pixels between the ticks, at most."""


class LightCurvePlot(QWidget):
    """The epochs of one candidate; the wheel zooms, dragging pans, a double click shows all.

    Painted by hand: pyqtgraph's plot takes 26 ms for one light curve, in which no key is heard,
    and this takes one or two. It never has the keyboard: letters are the commands'.
    """

    pointed = pyqtSignal(int)
    """The epoch under the pointer; -1 for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve: LightCurve | None = None
        self._axes: Axes | None = None
        self._pointed = -1
        self._grip: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        # Its own ground: what lies behind it need not be painted with it.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("light curve")

    @property
    def pointed_at(self) -> int:
        """The epoch under the pointer; -1 for none."""
        return self._pointed

    def sizeHint(self) -> QSize:
        return QSize(400, 170)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 100)

    def blank(self) -> None:
        """Show nothing."""
        self._point_at(-1)
        self._curve = self._axes = self._grip = None
        self.update()

    def show_curve(self, curve: LightCurve) -> None:
        """Show all epochs of a light curve."""
        self._curve = curve if len(curve) else None
        self._point_at(-1)
        self.fit_view()

    def fit_view(self) -> None:
        """All epochs, with a margin."""
        self._axes = None if self._curve is None else Axes.fitting(self._curve, self._frame())
        self.update()

    def place_of(self, index: int) -> QPointF | None:
        """Where an epoch stands in the widget; None where nothing is shown."""
        curve, axes = self._curve, self._axes
        if curve is None or axes is None:
            return None
        at = axes.to_screen(curve.time[index : index + 1], curve.value[index : index + 1])[0]
        return QPointF(float(at[0]), float(at[1]))

    def nearest(self, position: QPointF) -> int:
        """The epoch at a place of the widget; -1 where none is near."""
        if self._curve is None or self._axes is None:
            return -1
        at = self._axes.to_screen(self._curve.time, self._curve.value)
        away = np.hypot(at[:, 0] - position.x(), at[:, 1] - position.y())
        near = int(np.argmin(away))
        return near if away[near] <= REACH else -1

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        tones = DARK if is_dark(self.palette()) else LIGHT
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tones.window))
        painter.fillRect(self._frame(), QColor(tones.base))
        curve, axes = self._curve, self._axes
        if curve is not None and axes is not None:
            self._paint_axes(painter, curve, axes, tones)
            painter.setClipRect(axes.frame.adjusted(-SIZE, -2, SIZE, 2))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_current(painter, curve, axes, tones)
            self._paint_epochs(painter, curve, axes, tones)
        painter.end()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if self._axes is not None:
            self._axes = replace(self._axes, frame=self._frame())

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        self._grip = event.position()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._grip is not None and self._axes is not None:
            moved, self._grip = event.position() - self._grip, event.position()
            self._axes = self._axes.moved(moved)
            self.update()
        else:
            self._point_at(self.nearest(event.position()))

    def mouseReleaseEvent(self, _event: QMouseEvent | None) -> None:
        self._grip = None

    def mouseDoubleClickEvent(self, _event: QMouseEvent | None) -> None:
        self.fit_view()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        assert event is not None
        if self._axes is not None:
            self._axes = self._axes.zoomed(2 ** (event.angleDelta().y() / 480), event.position())
            self.update()
        event.accept()

    def leaveEvent(self, event: QEvent | None) -> None:
        super().leaveEvent(event)
        self._point_at(-1)

    def _frame(self) -> QRectF:
        return QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)

    def _point_at(self, index: int) -> None:
        if index != self._pointed:
            self._pointed = index
            self.update()
            self.pointed.emit(index)

    def _paint_axes(self, painter: QPainter, curve: LightCurve, axes: Axes, tones: Tones) -> None:
        frame, line, text = axes.frame, QPen(QColor(tones.line), 1), QColor(tones.dim)
        middle, right = int(Qt.AlignmentFlag.AlignHCenter), int(Qt.AlignmentFlag.AlignRight)
        ends = painter.fontMetrics().horizontalAdvance("MJD") + 12
        for value, words in axes.ticks("x", X_APART):
            x = float(axes.to_screen(np.array([value]), np.array([axes.y[0]]))[0, 0])
            painter.setPen(line)
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
            painter.setPen(text)
            if x < frame.right() - ends - 30:
                painter.drawText(QRectF(x - 50, frame.bottom() + 2, 100, 18), middle, words)
        painter.drawText(QRectF(frame.right() - 60, frame.bottom() + 2, 60, 18), right, "MJD")
        for value, words in axes.ticks("y", Y_APART):
            y = float(axes.to_screen(np.array([axes.x[0]]), np.array([value]))[0, 1])
            # The line of no difference is what a flux is read against.
            is_zero = not axes.inverted and abs(value) < 1e-9
            painter.setPen(QPen(QColor(tones.dim), 1) if is_zero else line)
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
            painter.setPen(text)
            painter.drawText(QRectF(0, y - 8, LEFT - 5, 16), right, words)
        words = axis_text(curve)
        room = painter.fontMetrics().boundingRect(words).toRectF()
        room.moveTopLeft(frame.topLeft() + QPointF(6, 3))
        painter.fillRect(room.adjusted(-2, 0, 4, 0), QColor(tones.base))
        painter.drawText(room.topLeft() + QPointF(0, painter.fontMetrics().ascent()), words)

    def _paint_current(
        self, painter: QPainter, curve: LightCurve, axes: Axes, tones: Tones
    ) -> None:
        at = self.place_of(curve.current) if curve.current >= 0 else None
        if at is not None:
            painter.setPen(QPen(QColor(tones.accent), 1.5, Qt.PenStyle.DashLine))
            top, bottom = axes.frame.top(), axes.frame.bottom()
            painter.drawLine(QPointF(at.x(), top), QPointF(at.x(), bottom))

    def _paint_epochs(self, painter: QPainter, curve: LightCurve, axes: Axes, tones: Tones) -> None:
        dark = tones is DARK
        styles = styles_of(curve)
        at = axes.to_screen(curve.time, curve.value)
        up = axes.to_screen(curve.time, curve.value + np.nan_to_num(curve.error))[:, 1]
        reach = np.abs(up - at[:, 1])
        ground, text = QColor(tones.base), QColor(tones.text)
        for index, (x, y) in enumerate(at.tolist()):
            limit, forced = bool(curve.limit[index]), curve.kind[index] == "forced"
            style = styles[str(curve.band[index])]
            tone = style.tone(dark)
            painter.setPen(QPen(tone, 1.2))
            bar = float(reach[index])
            if bar > SIZE / 2 and not limit:
                painter.drawLine(QPointF(x, y - bar), QPointF(x, y + bar))
            # Open marks hide the error bar behind them, or they would look crossed out.
            painter.setBrush(ground if limit or forced else tone)
            painter.translate(x, y)
            painter.drawPath(limit_path(style.ticks) if limit else symbol_path(style.symbol))
            if curve.negative[index] and not limit:
                painter.setPen(QPen(tone if forced else ground, 1.8))
                painter.drawPath(minus_path())
            if index == self._pointed:
                painter.setPen(QPen(text, 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(QPointF(0, 0), SIZE, SIZE)
            painter.translate(-x, -y)
