"""Counts of the fits' answers in the status bar, each with its shape and letter."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from vetter.core.judgement.answer import Answer
from vetter.gui.widgets.answer_style import answer_badge
from vetter.gui.widgets.plain_text import plain_tip
from vetter.gui.widgets.verdict_style import is_dark

_BADGE, _GAP, _BETWEEN = 13, 3, 9


class AnswerCounts(QWidget):
    """Number of candidates with each answer; answers of no candidate are left out.

    A click on a count asks for the list of these candidates: `picked` carries the filter.
    """

    picked = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts: dict[Answer, int] = {}
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_counts(self, counts: dict[Answer, int]) -> None:
        """Show these counts."""
        shown = {answer: count for answer, count in counts.items() if count}
        if shown == self.counts:
            return
        self.counts = shown
        words = ", ".join(f"{count:,} {answer.value}" for answer, count in shown.items())
        self.setAccessibleName(f"answers: {words}")
        self.setToolTip(plain_tip(f"answers of the fits: {words}\nclick: list these candidates"))
        self.setVisible(bool(shown))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sum(self._widths()), max(_BADGE, self.fontMetrics().height()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def answer_at(self, point: QPoint) -> Answer | None:
        """Return the answer whose count is at a point; None beside them."""
        right = 0
        for answer, width in zip(self.counts, self._widths(), strict=True):
            right += width
            if 0 <= point.x() < right:
                return answer
        return None

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        dark, ratio = is_dark(self.palette()), self.devicePixelRatioF()
        left = _BETWEEN
        for (answer, count), width in zip(self.counts.items(), self._widths(), strict=True):
            mark = answer_badge(answer.code, _BADGE, dark, ratio)
            painter.drawPixmap(left, (self.height() - _BADGE) // 2, mark)
            beside = round(mark.deviceIndependentSize().width()) + _GAP
            align = int(Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(left + beside, 0, width, self.height(), align, f"{count:,}")
            left += width
        painter.end()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            answer = self.answer_at(event.position().toPoint())
            if answer is not None:
                self.picked.emit(f'answer="{answer.value}"')

    def _widths(self) -> list[int]:
        """Return the width of each count with its badge and gaps."""
        metrics, dark = self.fontMetrics(), is_dark(self.palette())
        return [
            _BETWEEN
            + round(answer_badge(answer.code, _BADGE, dark).deviceIndependentSize().width())
            + _GAP
            + metrics.horizontalAdvance(f"{count:,}")
            for answer, count in self.counts.items()
        ]
