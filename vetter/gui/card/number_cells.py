"""Cells of the evidence: captioned numbers, aligned from one candidate to the next."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QRectF, QSize, Qt
from PyQt6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from vetter.core.judgement.number_cells import NumberCell
from vetter.gui.widgets.verdict_style import is_dark

LINES = 2
_GAP, _CAPTION_GAP, _FRAME = 14, 8, 3
"""Pixels between two cells, between caption and value, and around a broken one."""
_BROKEN = {True: "#e0a040", False: "#96560a"}
"""Colour of the frame, on dark and on light."""
MIN_REST = 60
"""Pixels below which the text after the cells is left out."""
_DOTS = "..."


class NumberCells(QWidget):
    """Two lines of cells, each at a fixed place; a text fills the rest of the last line.

    A number that breaks its limit is bold in a frame.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells: tuple[NumberCell, ...] = ()
        self._rest = ""
        self._places: list[tuple[int, int, int]] = []
        self._end = 0, 0
        self._laid_out: tuple[object, ...] = ()
        self._bold = QFont(self.font())
        self._bold.setBold(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._set_height()

    def show_cells(self, cells: tuple[NumberCell, ...], rest: str = "") -> None:
        """Show these cells, and a text behind the last one."""
        if (cells, rest) != (self._cells, self._rest):
            self._cells, self._rest = cells, rest
            self.update()

    @property
    def shown(self) -> tuple[str, ...]:
        """Captions of the cells that the width has room for."""
        self._lay_out()
        return tuple(cell.caption for cell, _ in zip(self._cells, self._places, strict=False))

    def minimumSizeHint(self) -> QSize:
        return QSize(1, self.height())

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        if not self._cells:
            return
        self._lay_out()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, metrics = self.palette(), self.fontMetrics()
        dim = palette.color(QPalette.ColorRole.PlaceholderText)
        text = palette.color(QPalette.ColorRole.WindowText)
        step, ascent = self._step(), metrics.ascent()
        for cell, (x, line, caption_width) in zip(self._cells, self._places, strict=False):
            base = line * step + _FRAME - 1 + ascent
            painter.setFont(self.font())
            painter.setPen(dim)
            painter.drawText(x, base, cell.caption)
            painter.setPen(text)
            left = x + caption_width + _CAPTION_GAP
            if cell.broken:
                painter.setFont(self._bold)
                width = QFontMetrics(self._bold).horizontalAdvance(cell.value)
                painter.drawText(left, base, cell.value)
                painter.setPen(QPen(QColor(_BROKEN[is_dark(palette)]), 1.4))
                frame = QRectF(left - _FRAME, line * step + 0.5, width + 2 * _FRAME, step - 2)
                painter.drawRoundedRect(frame, 3, 3)
            else:
                painter.drawText(left, base, cell.value)
        self._paint_rest(painter, metrics, step)
        painter.end()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._bold = QFont(self.font())
            self._bold.setBold(True)
            self._set_height()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self.update()

    def _paint_rest(self, painter: QPainter, metrics: QFontMetrics, step: int) -> None:
        """Paint the text after the cells; dots stand for what has no room, which the tip has."""
        left, line = self._end
        room = self.width() - left
        is_cut = len(self._places) < len(self._cells)
        if is_cut or (self._rest and room < MIN_REST):
            text = _DOTS
            left = min(left, self.width() - metrics.horizontalAdvance(text))
        else:
            text = metrics.elidedText(self._rest, Qt.TextElideMode.ElideRight, room)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(left, line * step + _FRAME - 1 + metrics.ascent(), text)

    def _lay_out(self) -> None:
        """Find the place of each cell: left edge, line, width of its caption."""
        key = self.width(), self.font().key(), tuple(cell[:3] for cell in self._cells)
        if key == self._laid_out:
            return
        self._laid_out = key
        metrics, bold = self.fontMetrics(), QFontMetrics(self._bold)
        self._places = []
        x = line = 0
        for cell in self._cells:
            caption = metrics.horizontalAdvance(cell.caption)
            room = bold.horizontalAdvance(cell.sample)
            # A value that does not fit into the gap either moves the next cells aside.
            beyond = bold.horizontalAdvance(cell.value) + 2 * _FRAME - _GAP
            width = caption + _CAPTION_GAP + max(room, beyond)
            if x and x + width > self.width():
                if line == LINES - 1:
                    break
                x, line = 0, line + 1
            self._places.append((x, line, caption))
            x += width + _GAP
        self._end = x, line

    def _step(self) -> int:
        return self.fontMetrics().height() + 2

    def _set_height(self) -> None:
        self.setFixedHeight(LINES * self._step() + 1)
