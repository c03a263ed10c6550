"""Histogram of a plane with its limits as handles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PyQt6.QtWidgets import QWidget

from vetter.core.display.plane_noise import PlaneNoise
from vetter.gui.panels.stretch.limits_text import format_limit
from vetter.gui.widgets.theme import DARK, Tones

HEIGHT = 64
_BINS = 80
_MARGIN = 8.0
_GRIP = 12.0
_STEP = 0.01
_MOST = 1e12
"""Sigmas from the sky that are the ends of the axis."""


class LimitsHistogram(QWidget):
    """Histogram of a plane's pixels; dragging one of its two handles changes a limit.

    By keyboard, Left and Right move the chosen handle, Up and Down choose the lower or the upper.
    The axis is an asinh in sigmas about the sky, so that both the noise and the brightest pixel
    have room.
    """

    limits_changed = pyqtSignal(float, float)
    """Lower and upper limit, as dragged."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("histogram")
        self.setToolTip(
            "Pixels of the plane; drag a handle to set a limit. After Tab: Up or Down chooses the "
            "handle, Left and Right with Ctrl move it."
        )
        self._tones: Tones = DARK
        self._plane = ""
        self._counts: npt.NDArray[Any] = np.zeros(0)
        self._range = (0.0, 1.0)
        self._middle, self._sigma = 0.0, 1.0
        self._limits = [0.0, 1.0]
        self._held: int | None = None
        self._chosen = 1

    @property
    def limits(self) -> tuple[float, float]:
        """Lower and upper limit of the handles."""
        return self._limits[0], self._limits[1]

    def set_tones(self, tones: Tones) -> None:
        """Set the theme's colours."""
        self._tones = tones
        self.update()

    def show_plane(
        self,
        plane: str,
        pixels: npt.NDArray[Any] | None,
        limits: tuple[float, float],
        noise: PlaneNoise | None,
    ) -> None:
        """Show the pixels of a plane; without a finite one the histogram is empty.

        While a handle is dragged the axis stays, so that it does not move under the pointer.
        """
        if self._held is not None and plane == self._plane:
            return
        self._plane = plane
        finite = np.empty(0) if pixels is None else pixels[np.isfinite(pixels)].astype(float)
        self._limits = [limits[0], limits[1]]
        usable = noise is not None and noise.is_usable
        self._middle = noise.level if noise is not None and usable else limits[0]
        self._sigma = noise.sigma if noise is not None and usable else (limits[1] - limits[0]) / 10
        ends = [*limits, *((finite.min(), finite.max()) if len(finite) else ())]
        self._range = self._warp(min(ends)), self._warp(max(ends))
        if not self._range[0] < self._range[1]:
            self._range = self._range[0] - 1, self._range[1] + 1
        # A damaged file may hold numbers near the end of their range.
        with np.errstate(all="ignore"):
            sigmas = np.clip((finite - self._middle) / self._sigma, -_MOST, _MOST)
        self._counts = np.histogram(np.arcsinh(sigmas / 3), _BINS, self._range)[0]
        self.update()

    def value_at(self, x: float) -> float:
        """Return the plane's value at a place across the widget."""
        low, high = self._range
        part = (x - _MARGIN) / max(self.width() - 2 * _MARGIN, 1.0)
        warped = low + min(max(part, 0.0), 1.0) * (high - low)
        return self._middle + 3 * self._sigma * math.sinh(warped)

    def place_of(self, value: float) -> float:
        """Return the place across the widget of a value."""
        low, high = self._range
        part = (self._warp(value) - low) / (high - low)
        return _MARGIN + part * (self.width() - 2 * _MARGIN)

    def _warp(self, value: float) -> float:
        sigmas = (float(value) - self._middle) / self._sigma
        return math.asinh(min(max(sigmas, -_MOST), _MOST) / 3)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.button() != Qt.MouseButton.LeftButton:
            return
        gaps = [abs(event.position().x() - self.place_of(limit)) for limit in self._limits]
        nearest = int(gaps[1] < gaps[0])
        self._held = nearest if gaps[nearest] <= _GRIP else None
        if self._held is not None:
            self._chosen = self._held

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._held is not None:
            self._move(self._held, event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        self._held = None

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._chosen = int(event.key() == Qt.Key.Key_Up)
            self.update()
        elif with_control and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = _STEP * self.width() * (1 if event.key() == Qt.Key.Key_Right else -1)
            self._move(self._chosen, self.place_of(self._limits[self._chosen]) + step)
        else:
            event.ignore()

    def _move(self, handle: int, x: float) -> None:
        value = self.value_at(x)
        least = 1e-3 * self._sigma
        if handle == 0:
            value = min(value, self._limits[1] - least)
        else:
            value = max(value, self._limits[0] + least)
        if value != self._limits[handle]:
            self._limits[handle] = value
            self.update()
            self.limits_changed.emit(*self._limits)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        tones, painter = self._tones, QPainter(self)
        area = QRectF(_MARGIN, 2, self.width() - 2 * _MARGIN, self.height() - 4)
        painter.fillRect(QRectF(self.rect()), QColor(tones.base))
        if self._counts.any():
            heights = np.log1p(self._counts) / math.log1p(float(self._counts.max()))
            step = area.width() / len(heights)
            outline = [QPointF(area.left(), area.bottom())]
            for number, height in enumerate(heights):
                top = area.bottom() - float(height) * area.height()
                left = area.left() + number * step
                outline += [QPointF(left, top), QPointF(left + step, top)]
            outline.append(QPointF(area.right(), area.bottom()))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tones.dim))
            painter.drawPolygon(QPolygonF(outline))
        for handle, limit in enumerate(self._limits):
            self._paint_handle(painter, handle, self.place_of(limit))
        painter.setPen(QColor(tones.text))
        painter.drawText(
            self.rect().adjusted(12, 2, -12, 0), Qt.AlignmentFlag.AlignHCenter, self._plane
        )
        painter.end()

    def _paint_handle(self, painter: QPainter, handle: int, x: float) -> None:
        """Paint a line with a triangle that points into the range between the limits."""
        tones, inwards = self._tones, 1 if handle == 0 else -1
        chosen = self.hasFocus() and handle == self._chosen
        painter.setPen(QColor(tones.link if chosen else tones.text))
        painter.setBrush(QColor(tones.link if chosen else tones.text))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        bottom = float(self.height())
        corners = (QPointF(x, bottom), QPointF(x + 8 * inwards, bottom), QPointF(x, bottom - 10))
        painter.drawPolygon(QPolygonF(corners))
        words = format_limit(self._limits[handle])
        room = QRectF(x + 5 if inwards > 0 else x - 125, 2, 120, self.height())
        side = Qt.AlignmentFlag.AlignLeft if inwards > 0 else Qt.AlignmentFlag.AlignRight
        flags = int(side | Qt.AlignmentFlag.AlignTop)
        painter.fillRect(painter.boundingRect(room, flags, words), QColor(tones.base))
        painter.drawText(room, flags, words)
