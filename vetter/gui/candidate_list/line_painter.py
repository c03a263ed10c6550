"""Painter of the candidate list's lines, directly from the arrays."""

from __future__ import annotations

from typing import NamedTuple

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont, QFontMetrics, QPainter, QPalette

from vetter.core.judgement.answer import NOT_FITTED
from vetter.gui.candidate_list.list_model import ANSWER_BADGE, ANSWER_GAP, CandidateModel
from vetter.gui.widgets.answer_style import answer_badge, badge_width
from vetter.gui.widgets.verdict_style import badge, is_dark

MARGIN = 5
BADGE = 16


class Span(NamedTuple):
    """A column on screen: its section of the model, left edge and width in pixels."""

    section: int
    x: int
    width: int


class _Widths(dict[str, int]):
    """Widths of letters in a font: adding them is quicker than measuring a text."""

    def __init__(self, metrics: QFontMetrics) -> None:
        super().__init__()
        self.metrics = metrics

    def __missing__(self, letter: str) -> int:
        width = self[letter] = self.metrics.horizontalAdvance(letter)
        return width

    def of(self, text: str) -> int:
        """Return the width of a text, without kerning."""
        return sum(map(self.__getitem__, text))


class LinePainter:
    """Lines with one text or verdict mark per cell; the current candidate's is highlighted.

    A table view that calls a delegate in Python for each cell takes 14 ms for a page of six
    columns, and this class 3 ms for a hundred lines of five: it makes no index, style option or
    background for a cell, and writes the texts of a column together.

    Parameters
    ----------
    model : CandidateModel
        Source of texts and verdict codes.
    """

    def __init__(self, model: CandidateModel) -> None:
        self._model = model
        self.current_place = -1
        self._widths = _Widths(QFontMetrics(QFont()))
        self.set_palette(QPalette(), 1.0)

    def set_palette(self, palette: QPalette, ratio: float) -> None:
        """Set the theme's colours and the screen's device pixels per pixel."""
        self._dark = is_dark(palette)
        self._ratio = ratio
        self._text = palette.text().color()
        self._current = palette.highlight().color()
        self._current_text = palette.highlightedText().color()
        self._stripe = palette.alternateBase().color()

    def paint(
        self,
        painter: QPainter,
        places: range,
        spans: list[Span],
        top: int,
        height: int,
        metrics: QFontMetrics,
    ) -> None:
        """Paint the lines of a range of places, the first at ``top``."""
        if self._widths.metrics != metrics:
            self._widths = _Widths(metrics)
        tops = range(top, top + len(places) * height, height)
        self._paint_grounds(painter, places, spans, tops, height)
        for span in spans:
            if self._model.is_verdict(span.section):
                self._paint_verdicts(painter, places, span, tops, height)
            else:
                self._paint_texts(painter, places, span, tops, height)

    def _paint_grounds(
        self, painter: QPainter, places: range, spans: list[Span], tops: range, height: int
    ) -> None:
        left = min((span.x for span in spans), default=0)
        right = max((span.x + span.width for span in spans), default=0)
        for place, top in zip(places, tops, strict=True):
            if place == self.current_place:
                painter.fillRect(left, top, right - left, height, self._current)
            elif place & 1:
                painter.fillRect(left, top, right - left, height, self._stripe)

    def _paint_verdicts(
        self, painter: QPainter, places: range, span: Span, tops: range, height: int
    ) -> None:
        size = min(height - 4, BADGE)
        x, inset = span.x + (span.width - size) // 2, (height - size) // 2
        for code, top in zip(self._model.codes(places), tops, strict=True):
            painter.drawPixmap(x, top + inset, badge(code, size, self._dark, self._ratio))

    def _paint_texts(
        self, painter: QPainter, places: range, span: Span, tops: range, height: int
    ) -> None:
        model, section, width = self._model, span.section, self._widths.of
        flags = model.alignment(section)
        texts, codes = model.texts(section, places), model.answer_codes(section, places)
        painter.setPen(self._text)
        for place, top, text, code in zip(places, tops, texts, codes, strict=True):
            if not text:
                continue
            left, room = span.x + MARGIN, span.width - 2 * MARGIN
            if code != NOT_FITTED:
                # The answers' own colours are hard to read on the highlight.
                tone = self._current_text.name() if place == self.current_place else ""
                mark = answer_badge(code, ANSWER_BADGE, self._dark, self._ratio, tone)
                painter.drawPixmap(left, top + (height - ANSWER_BADGE) // 2, mark)
                taken = badge_width(ANSWER_BADGE) + ANSWER_GAP
                left, room = left + taken, room - taken
            if width(text) > room:
                text = self._elide(text, place, section, room)
            if place == self.current_place:
                painter.setPen(self._current_text)
            painter.drawText(left, top, room, height, flags, text)
            if place == self.current_place:
                painter.setPen(self._text)

    def _elide(self, text: str, place: int, section: int, room: int) -> str:
        """Return a text that fits; its remark keeps at most half: names differ at their ends."""
        metrics, remark = self._widths.metrics, self._model.remark(place, section)
        kept = min(metrics.horizontalAdvance(remark), room // 2) if remark else 0
        name = metrics.elidedText(
            text.removesuffix(remark), self._model.elision(section), room - kept
        )
        return name + metrics.elidedText(remark, Qt.TextElideMode.ElideRight, kept)
