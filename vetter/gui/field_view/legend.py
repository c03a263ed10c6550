"""Legend of the marks in the field view."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PyQt6.QtWidgets import QWidget

from vetter.core.judgement.answer import ANSWERS, NOT_FITTED, Answer
from vetter.gui.field_view.marks import SIZES, STAR, colour, mark_path
from vetter.gui.widgets.theme import DARK, LIGHT
from vetter.gui.widgets.verdict_style import is_dark

STATES = (
    *((answer.code, answer.value) for answer in ANSWERS),
    (NOT_FITTED, "not fitted"),
    (STAR, "star"),
)
SCALES = ((0, "0.5"), (2, "1"), (4, "2"))
_SAMPLE_WIDTH = 28
"""Width of a mark and the gaps beside it, screen units."""
FIRST_WIDTH = 380
"""Width before the first layout, about that of the dock at first, screen units."""
FAINT = "faint: decided    no arrow: on bound"


class FieldLegend(QWidget):
    """Legend of shapes with tones, in as many lines as the width needs; sizes and faint marks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = ", ".join(word for _, word in STATES)
        self.setAccessibleName(f"marks: {words}; size: scale; {FAINT}")
        # Before the first layout a widget is 100 wide: so many lines would make the window taller.
        self.resize(FIRST_WIDTH, self.height())
        self._lines = self._arrange()
        self._set_height()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = painter.fontMetrics().height() + 3
        base = step - 4
        for line in self._lines:
            x = 6.0
            for shape, word in line:
                x = self._draw_sample(painter, x, base, shape, SIZES[2], word)
            base += step
        x = self._draw_text(painter, 6.0, base, "scale:") + 6
        for number, word in SCALES:
            x = self._draw_sample(painter, x, base, Answer.KEPT.code, SIZES[number], word)
        if self._hints_apart:
            x, base = 2.0, base + step
        self._draw_text(painter, x + 4, base, FAINT)
        painter.end()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        before = self._lines, self._hints_apart
        self._lines = self._arrange()
        if before != (self._lines, self._hints_apart):
            self._set_height()
            self.update()

    def _arrange(self) -> list[list[tuple[int, str]]]:
        """Return shapes and texts by line, as many in a line as fit; at least one."""
        metrics, x = self.fontMetrics(), 6
        lines: list[list[tuple[int, str]]] = [[]]
        for shape, word in STATES:
            width = _SAMPLE_WIDTH + metrics.horizontalAdvance(word)
            if lines[-1] and x + width > self.width():
                lines.append([])
                x = 6
            lines[-1].append((shape, word))
            x += width
        scales = sum(_SAMPLE_WIDTH + metrics.horizontalAdvance(word) for _, word in SCALES)
        scales += 16 + metrics.horizontalAdvance("scale:")
        # Words of their own line where they would be cut off behind the scales.
        self._hints_apart = scales + metrics.horizontalAdvance(FAINT) > self.width()
        return lines

    def _set_height(self) -> None:
        lines = len(self._lines) + 1 + self._hints_apart
        self.setFixedHeight(lines * (self.fontMetrics().height() + 3) + 2)

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
