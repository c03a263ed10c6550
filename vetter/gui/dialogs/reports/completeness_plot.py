"""Plot of the share of artificial sources found, over S/N or magnitude, with its intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from vetter.core.fakes.report.scores import Bin
from vetter.gui.widgets.theme import DARK, LIGHT
from vetter.gui.widgets.verdict_style import is_dark

TICKS = (0.0, 0.5, 1.0)
_DOT = 3.5
_GAP = 6


class CompletenessPlot(QWidget):
    """Bins as horizontal lines at their shares, each with a dot and its 95% interval.

    Parameters
    ----------
    caption : str
        Quantity of the horizontal axis.
    is_log : bool
        Whether that axis is logarithmic; its values are above 0 then.
    """

    def __init__(self, caption: str, is_log: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caption, self._is_log = caption, is_log
        self.bins: list[Bin] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_bins(self, bins: Sequence[Bin]) -> None:
        """Show bins that follow one another; without any the plot is hidden."""
        self.bins = list(bins)
        texts = (
            f"{one.low:g} to {one.high:g}: {one.share}" for one in self.bins if one.share.trials
        )
        self.setAccessibleName(f"found by {self._caption}: {'; '.join(texts)}")
        self.setVisible(bool(self.bins))
        self.update()

    def place_of(self, value: float, share: float) -> QPointF:
        """Return the place of a value and a share in the widget."""
        frame = self._frame()
        low, high = self.bins[0].low, self.bins[-1].high
        if self._is_log:
            part = math.log(value / low) / math.log(high / low)
        else:
            part = (value - low) / (high - low)
        return QPointF(frame.left() + part * frame.width(), frame.bottom() - share * frame.height())

    def sizeHint(self) -> QSize:
        return QSize(300, 11 * self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        if not self.bins:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tones = DARK if is_dark(self.palette()) else LIGHT
        self._draw_axes(painter, QColor(tones.dim))
        pen = QPen(self.palette().text().color(), 1.6)
        painter.setBrush(self.palette().text())
        for one in self.bins:
            if not one.share.trials:
                continue
            left, right = (self.place_of(edge, one.share.value) for edge in (one.low, one.high))
            middle = (left + right) / 2
            painter.setPen(QPen(QColor(tones.dim), 1.2))
            painter.drawLine(left, right)
            painter.setPen(pen)
            ends = (self.place_of(one.low, share).y() for share in (one.share.low, one.share.high))
            painter.drawLine(*(QPointF(middle.x(), y) for y in ends))
            painter.drawEllipse(middle, _DOT, _DOT)
        painter.end()

    def _frame(self) -> QRectF:
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance("100%") + 2 * _GAP
        right, below = metrics.horizontalAdvance("00.0") / 2 + 4, 2 * metrics.height() + _GAP
        above = metrics.height() / 2 + 2
        return QRectF(left, above, self.width() - left - right, self.height() - above - below)

    def _draw_axes(self, painter: QPainter, tone: QColor) -> None:
        frame, height = self._frame(), self.fontMetrics().height()
        painter.setPen(QPen(tone, 1))
        for tick in TICKS:
            y = round(frame.bottom() - tick * frame.height()) + 0.5
            painter.setOpacity(0.35)
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
            painter.setOpacity(1.0)
            room = QRectF(0, y - height / 2, frame.left() - _GAP, height)
            vertical = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | vertical, f"{100 * tick:.0f}%")
        last = -math.inf
        for edge in (self.bins[0].low, *(one.high for one in self.bins)):
            text, x = f"{edge:g}", self.place_of(edge, 0).x()
            width = self.fontMetrics().horizontalAdvance(text)
            # Edges close together would overlap.
            if x - width / 2 > last + _GAP:
                room = QRectF(x - width, frame.bottom() + 3, 2 * width, height)
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
                last = x + width / 2
        below = QRectF(frame.left(), frame.bottom() + height, frame.width(), height + _GAP)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, f"found, by {self._caption}")
