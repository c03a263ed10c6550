"""A light curve as a plot: bright is up, limits point down, the candidate's epoch is a line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PyQt6.QtWidgets import QWidget

from vetter.core.light_curve import LightCurve, axis_text, time_axis_text
from vetter.gui.light_curve.axes import Axes
from vetter.gui.light_curve.marks import MARK_SIDE, SIZE, mark_of, styles_of
from vetter.gui.widgets.theme import DARK, LIGHT, Tones
from vetter.gui.widgets.verdict_style import is_dark

Floats = npt.NDArray[np.float64]

REACH = 14.0
"""Screen pixels within which the pointer is at an epoch."""
LEFT, TOP, RIGHT, BOTTOM = 62.0, 6.0, 10.0, 20.0
"""Around the frame, for the numbers of the axes."""
X_APART, Y_APART = 160.0, 45.0
"""Pixels between the ticks, at most."""


class LightCurvePlot(QWidget):
    """The epochs of one candidate; the wheel zooms, dragging pans, a double click shows all.

    Painted by hand: pyqtgraph's plot takes 26 ms for a light curve of 40 epochs, in which no key is
    heard, and this takes 4. It never has the keyboard: letters are the commands'.
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
        name = time_axis_text(curve)
        ends = painter.fontMetrics().horizontalAdvance(name) + 12
        for x, _, words in axes.ticks("x", X_APART):
            painter.setPen(line)
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
            painter.setPen(text)
            if x < frame.right() - ends - 30:
                painter.drawText(QRectF(x - 50, frame.bottom() + 2, 100, 18), middle, words)
        painter.drawText(QRectF(frame.right() - 90, frame.bottom() + 2, 90, 18), right, name)
        for y, value, words in axes.ticks("y", Y_APART):
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
        ratio, styles = self.devicePixelRatioF(), styles_of(curve)
        at = axes.to_screen(curve.time, curve.value)
        self._paint_bars(painter, curve, axes, at, tones is DARK)
        half = MARK_SIDE / 2
        for x, y, band, limit, kind, negative in zip(
            *(at[:, 0].tolist(), at[:, 1].tolist(), curve.band.tolist()),
            *(curve.limit.tolist(), curve.kind.tolist(), curve.negative.tolist()),
            strict=True,
        ):
            if axes.frame.contains(x, y):
                is_open = limit or kind == "forced"
                mark = mark_of(styles[band], limit, is_open, negative and not limit, tones, ratio)
                painter.drawPixmap(QPointF(round(x - half), round(y - half)), mark)
        if 0 <= self._pointed < len(curve):
            painter.setPen(QPen(QColor(tones.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(*at[self._pointed].tolist()), SIZE, SIZE)

    def _paint_bars(
        self, painter: QPainter, curve: LightCurve, axes: Axes, at: Floats, dark: bool
    ) -> None:
        """Error bars, where they are longer than the marks."""
        error = np.where(curve.limit, 0.0, np.nan_to_num(curve.error))
        reach = np.abs(axes.to_screen(curve.time, curve.value + error)[:, 1] - at[:, 1])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for band, style in styles_of(curve).items():
            shown = (reach > SIZE / 2) & (curve.band == band)
            # On whole pixels, as the marks stand.
            lines = [
                QLineF(round(x), y - bar, round(x), y + bar)
                for x, y, bar in zip(
                    at[shown, 0].tolist(), at[shown, 1].tolist(), reach[shown].tolist(), strict=True
                )
            ]
            painter.setPen(QPen(style.tone(dark), 1))
            if lines:
                painter.drawLines(*lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
