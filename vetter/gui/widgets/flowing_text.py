"""Text in a fixed number of lines, wrapped, with an ellipsis where it does not fit."""

from __future__ import annotations

import math

from PyQt6.QtCore import QEvent, QPointF, QSize, Qt
from PyQt6.QtGui import (
    QFont,
    QFontMetrics,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PyQt6.QtWidgets import QLabel, QSizePolicy, QToolTip, QWidget

from vetter.gui.widgets.plain_text import plain_tip

LINE_BREAK = "\N{LINE SEPARATOR}"
_MARK_GAP = 5
"""Pixels between the mark and the text."""


class FlowingText(QLabel):
    """Label of fixed height, so that a new text moves no other widget.

    Without a tool tip of its own, the label shows a cut text as its tool tip.

    Parameters
    ----------
    lines : int
        Number of lines.
    """

    def __init__(self, lines: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._lines = lines
        self._bold = 0
        # Whether the last paint cut a part of the text off.
        self._cut = False
        self._laid_out: tuple[QTextLayout, list[int]] | None = None
        self._laid_out_for: tuple[object, ...] = ()
        self.set_lines(lines)

    def set_lines(self, lines: int) -> None:
        """Set the number of lines."""
        self._lines = lines
        self.setFixedHeight(lines * self._line_height() + 1)

    def set_bold(self, count: int) -> None:
        """Show the first characters in bold."""
        if count != self._bold:
            self._bold = count
            self.update()

    def mark(self) -> QPixmap | None:
        """Return the mark before the first line; None without one."""
        return None

    def minimumSizeHint(self) -> QSize:
        return QSize(1, self._line_height())

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, self._line_height())

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent) and not self.toolTip():
            tip = plain_tip(self.text()) if self._cut else ""
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        if not self.text():
            self._cut = False
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        mark, indent = self.mark(), self._indent()
        if mark is not None:
            top = (self._line_height() - mark.deviceIndependentSize().height()) / 2
            painter.drawPixmap(QPointF(0, top), mark)
        layout, starts = self._lay_out()
        self._cut = len(starts) > self._lines
        height = self._line_height()
        shown = min(len(starts), self._lines)
        for place in range(shown - 1 if self._cut else shown):
            layout.lineAt(place).draw(painter, QPointF(0 if place else indent, place * height))
        if self._cut:
            # The last line holds the remaining text, elided.
            remaining = self.text()[starts[shown - 1] :].replace(LINE_BREAK, "    ")
            font = self.font()
            font.setBold(starts[shown - 1] < self._bold)
            painter.setFont(font)
            metrics = QFontMetrics(font)
            left = 0 if shown > 1 else indent
            room = self.width() - left
            remaining = metrics.elidedText(remaining, Qt.TextElideMode.ElideRight, room)
            painter.drawText(left, (shown - 1) * height + metrics.ascent(), remaining)
        painter.end()

    def _lay_out(self) -> tuple[QTextLayout, list[int]]:
        """Return the layout, and the index in the text where each line begins.

        A text is laid out once, not at each paint.
        """
        key = self.text(), self.font().key(), self._bold, self.width(), self._indent()
        if self._laid_out is not None and key == self._laid_out_for:
            return self._laid_out
        layout = QTextLayout(self.text(), self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        heavy = QTextLayout.FormatRange()
        heavy.start, heavy.length, heavy.format = 0, self._bold, QTextCharFormat()
        heavy.format.setFontWeight(QFont.Weight.Bold)
        layout.setFormats([heavy])
        layout.beginLayout()
        starts: list[int] = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(self.width() - (0 if starts else self._indent()), 1))
            starts.append(line.textStart())
        layout.endLayout()
        self._laid_out, self._laid_out_for = (layout, starts), key
        return self._laid_out

    def _indent(self) -> int:
        """Return the pixels that the mark takes from the first line."""
        mark = self.mark()
        return 0 if mark is None else math.ceil(mark.deviceIndependentSize().width()) + _MARK_GAP

    def _line_height(self) -> int:
        return self.fontMetrics().height() + 1
