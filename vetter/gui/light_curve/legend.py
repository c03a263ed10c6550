"""Legend of a light curve in one line: only the marks that the plot shows."""

from __future__ import annotations

import math
from enum import Enum, auto

from PyQt6.QtCore import QPointF, QSize, Qt
from PyQt6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget
from pyqtgraph.graphicsItems.ScatterPlotItem import drawSymbol

from vetter.core.candidates.light_curve import LightCurve
from vetter.gui.light_curve.marks import PICTURE_SIZE, SYMBOL_SIZE, minus_path, pen, styles_of
from vetter.gui.widgets.theme import DARK, LIGHT
from vetter.gui.widgets.verdict_style import is_dark

_GAP = 12
_AFTER_MARK = 14


class Mark(Enum):
    """Kind of mark that the legend explains."""

    DETECTION = auto()
    FORCED = auto()
    NEGATIVE = auto()
    LIMIT = auto()


class LightCurveLegend(QWidget):
    """Filters with their marks, then the meaning of open marks, minus signs and triangles."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve: LightCurve | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("filters of the light curve")

    def show_curve(self, curve: LightCurve | None) -> None:
        """Explain the marks of a light curve; nothing for None."""
        before = self._samples()
        self._curve = curve
        if self._samples() != before:
            self.setAccessibleDescription(", ".join(text for _, _, text in self._samples()))
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widths = (
            metrics.horizontalAdvance(text) + _AFTER_MARK + _GAP for _, _, text in self._samples()
        )
        return QSize(sum(widths), metrics.height() + 4)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dark = is_dark(self.palette())
        dim = QColor((DARK if dark else LIGHT).dim)
        styles = {} if self._curve is None else styles_of(self._curve)
        x, base = 2.0, self.height() - painter.fontMetrics().descent() - 2
        for mark, band, text in self._samples():
            painter.save()
            painter.translate(QPointF(math.floor(x) + 5.5, base - 4.5))
            style = None if band is None else styles[band]
            tone = dim if style is None else style.tone(dark)
            symbol: str | QPainterPath = "o"
            size, hollow = SYMBOL_SIZE, QBrush(Qt.BrushStyle.NoBrush)
            if style is not None:
                symbol, size = style.mark(limit=mark is Mark.LIMIT)
            fill = QBrush(tone) if mark is Mark.DETECTION else hollow
            # drawSymbol() scales the painter.
            drawSymbol(painter, symbol, size, pen(tone.name()), fill)
            if mark is Mark.NEGATIVE:
                painter.scale(1 / size, 1 / size)
                drawSymbol(painter, minus_path(), PICTURE_SIZE, pen(tone.name()), hollow)
            painter.restore()
            painter.setPen(dim)
            painter.drawText(QPointF(x + _AFTER_MARK, base), text)
            x += _AFTER_MARK + painter.fontMetrics().horizontalAdvance(text) + _GAP
        painter.end()

    def _samples(self) -> list[tuple[Mark, str | None, str]]:
        """Return the explained marks: each with its filter (None: any) and its text."""
        curve = self._curve
        if curve is None:
            return []
        bands = list(styles_of(curve))
        samples: list[tuple[Mark, str | None, str]] = [
            (Mark.DETECTION, b, _band_name(b)) for b in bands
        ]
        if (curve.kind == "forced").any():
            samples.append((Mark.FORCED, None, "forced"))
        if (curve.negative & ~curve.limit).any():
            samples.append((Mark.NEGATIVE, None, "negative"))
        for band in bands:
            if (curve.limit & (curve.band == band)).any():
                samples.append((Mark.LIMIT, band, f"limit {band}".strip()))
        return samples


def _band_name(band: str) -> str:
    return band or "filter not known"
