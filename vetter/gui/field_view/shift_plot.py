"""Plot of dy against dx for all candidates and stars."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen
from PyQt6.QtWidgets import QWidget

from vetter.core.number_text import round_down
from vetter.gui.field_view.canvas import FieldCanvas
from vetter.gui.field_view.point_layer import Piece

Array = npt.NDArray[np.float64]

_BEYOND = 1.07
"""Half the side of the plot, in units of the fit's bound, so that marks on the bound are whole."""


class ShiftPlot(FieldCanvas):
    """Plot with dx to the right and dy up, in pixels, to 7 % beyond the fit's bound."""

    margins = (40.0, 8.0, 10.0, 24.0)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bound = 1.0
        self.setAccessibleName("dx and dy of all candidates")

    @property
    def extent(self) -> tuple[float, float, float, float]:
        reach = _BEYOND * self.bound
        return -reach, reach, -reach, reach

    def where(self) -> Array:
        return self.points.shifts

    def paint_ground(self, painter: QPainter) -> None:
        tones, frame = self.tones, self.frame
        painter.fillRect(frame, QColor(tones.base))
        step = round_down(70 / self.scale) or 1.0
        for axis in (0, 1):
            low, high = self._visible_range(axis)
            for number in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1):
                self._paint_tick(painter, axis, number * step)
        painter.setPen(QPen(QColor(tones.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame)
        painter.setPen(QColor(tones.dim))
        under = QRectF(frame.left(), frame.bottom() + 4, frame.width(), 18)
        painter.drawText(under, int(Qt.AlignmentFlag.AlignRight), "dx, px")
        beside = QRectF(0, frame.top(), frame.left() - 4, 18)
        painter.drawText(beside, int(Qt.AlignmentFlag.AlignRight), "dy, px")

    @property
    def points_frame(self) -> QRectF:
        return self.frame.adjusted(-6, -6, 6, 6)

    def point_pieces(self) -> Iterator[Piece]:
        yield from self.star_pieces(self.points.stars[:, 2:4])
        yield from self.mark_pieces()

    def _visible_range(self, axis: int) -> tuple[float, float]:
        """Return the visible range of an axis."""
        frame, zero = self.frame, self.to_screen(np.zeros((1, 2)))[0]
        if axis == 0:
            ends = frame.left() - zero[0], frame.right() - zero[0]
        else:
            ends = zero[1] - frame.bottom(), zero[1] - frame.top()
        return ends[0] / self.scale, ends[1] / self.scale

    def _paint_tick(self, painter: QPainter, axis: int, value: float) -> None:
        tones, frame = self.tones, self.frame
        x, y = self.to_screen(np.full((1, 2), value))[0]
        # Shifts are compared with zero: its lines are brighter.
        painter.setPen(QPen(QColor(tones.dim if abs(value) < 1e-9 else tones.line), 1))
        if axis == 0:
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
        else:
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
        painter.setPen(QColor(tones.dim))
        text = f"{value:+g}".replace("-", "\N{MINUS SIGN}") if abs(value) > 1e-9 else "0"
        if axis == 0 and x < frame.right() - 60:
            room = QRectF(x - 30, frame.bottom() + 4, 60, 18)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignHCenter), text)
        elif axis == 1 and y > frame.top() + 22:
            room = QRectF(0, y - 9, frame.left() - 5, 18)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight), text)
