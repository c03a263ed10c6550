"""Legend of the marks in the field view."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from vetter.core.judgement.fit_table import Disappeared
from vetter.gui.field_view.marks import SIZES, STAR, colour, mark_path
from vetter.gui.widgets.theme import DARK, LIGHT
from vetter.gui.widgets.verdict_style import is_dark

STATES = (
    (Disappeared.YES, "explained"),
    (Disappeared.NO, "not explained"),
    (Disappeared.NOT_JUDGED, "not judged"),
    (Disappeared.NOT_FITTED, "not fitted"),
    (STAR, "star"),
)
_SHORT_TEXTS = {"not explained": "not"}
"""Texts for a narrow view, where the whole line would be cut off."""
SCALES = ((0, "0.5"), (2, "1"), (4, "2"))
_SAMPLE_WIDTH = 28
"""Width of a mark and the gaps beside it, screen units."""
FAINT = "faint: decided    no arrow: on bound"


class FieldLegend(QWidget):
    """Legend in two lines: shapes with tones; sizes, faint marks and missing arrows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(2 * QFontMetrics(self.font()).height() + 8)
        words = ", ".join(word for _, word in STATES)
        self.setAccessibleName(f"marks: {words}; size: scale; {FAINT}")

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = painter.fontMetrics().height() + 3
        x = 6.0
        for shape, word in self._texts_that_fit():
            x = self._draw_sample(painter, x, line - 4, shape, SIZES[2], word)
        x = self._draw_text(painter, 6.0, 2 * line - 4, "scale:") + 6
        for number, word in SCALES:
            x = self._draw_sample(painter, x, 2 * line - 4, Disappeared.NO, SIZES[number], word)
        self._draw_text(painter, x + 4, 2 * line - 4, FAINT)
        painter.end()

    def _texts_that_fit(self) -> list[tuple[int, str]]:
        """Return shapes and texts of the first line, shortened if the view is too narrow."""
        metrics = self.fontMetrics()
        width = 6 + sum(_SAMPLE_WIDTH + metrics.horizontalAdvance(word) for _, word in STATES)
        if width <= self.width():
            return list(STATES)
        return [(shape, _SHORT_TEXTS.get(word, word)) for shape, word in STATES]

    def _draw_sample(
        self, painter: QPainter, x: float, base: float, shape: int, size: float, word: str
    ) -> float:
        painter.setPen(QPen(colour(shape, is_dark(self.palette())), 1.4))
        middle = QPointF(math.floor(x) + 6.5, base - 4.0)
        painter.drawPath(mark_path(shape, size).translated(middle))
        return self._draw_text(painter, x + 17, base, word) + 11

    def _draw_text(self, painter: QPainter, x: float, base: float, words: str) -> float:
        tones = DARK if is_dark(self.palette()) else LIGHT
        painter.setPen(QColor(tones.dim))
        painter.drawText(QPointF(x, base), words)
        return x + painter.fontMetrics().horizontalAdvance(words)
