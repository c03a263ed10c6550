"""Tile of the grid: a candidate's pictures, its name, its facts, and its marks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF, QStaticText
from PyQt6.QtWidgets import QWidget

from vetter.core.columns.broker_columns import tile_facts
from vetter.core.columns.facts import MISSING_TEXT, Fact
from vetter.core.judgement.answer import NOT_FITTED
from vetter.gui.grid.page_ahead import TileState
from vetter.gui.panels.thumbnails import GAP
from vetter.gui.widgets.answer_style import answer_badge, answer_code_of, badge_width
from vetter.gui.widgets.verdict_style import badge, colour, is_dark
from vetter.review.session import Session

SIZES = (48, 64, 80, 96, 128, 160, 200, 256)
"""Sides of one plane, screen units."""
PAD = 5
BADGE = 14
TICK = 13
"""Side of the tick on a selected tile, screen units."""
MAX_TEXT_WIDTH = 210
"""Widest name or facts for which tiles are made wider; longer ones are cut, whole in the tip."""
ONE_LINE_WIDTH = 230
"""Width of the pictures from which all facts stand in one line, screen units."""

_SAMPLE = 100
"""Number of names that decide the width of the tiles."""
_MAX_CAPTIONS = 3000
_SELECTED_DARK = QColor("#606367"), QColor("#ffffff")
_SELECTED_LIGHT = QColor("#b3b6ba"), QColor("#000000")
_DIMMED = 165
"""Opacity, of 255, of the veil over a decided candidate's pictures."""


def selection_colours(dark: bool) -> tuple[QColor, QColor]:
    """Return ground and text of a selected tile: greys, since blue and red are fluxes."""
    return _SELECTED_DARK if dark else _SELECTED_LIGHT


class _Inks(NamedTuple):
    """Colours, codes and measures that all tiles of a paint have in common."""

    dark: bool
    text: QColor
    window: QColor
    base: QColor
    dim: QColor
    codes: npt.NDArray[np.uint8]
    current_row: int
    ratio: float
    line: int
    pictures: QSize
    one_line: bool


class TilePainter:
    """Geometry of the tiles, and the painting of one after `begin`.

    Texts are laid out once for each candidate; colours are looked up once for each paint: for
    two hundred tiles either takes as long as their pictures.

    Parameters
    ----------
    widget : QWidget
        Widget whose font, palette and screen the tiles have.
    session : Session
    """

    def __init__(self, widget: QWidget, session: Session) -> None:
        self._widget = widget
        self._session = session
        self.size = 96
        self.plane_count = 1
        self._facts: list[Fact] | None = None
        self._text_width: dict[bool, int] = {}
        self._captions: OrderedDict[int, list[QStaticText]] = OrderedDict()
        self._room = 0, False
        self._loading: tuple[object, QPixmap] | None = None
        self._inks = self._mix_inks()

    @property
    def picture(self) -> QSize:
        """Size of a candidate's pictures, screen units."""
        count = self.plane_count
        return QSize(count * self.size + (count - 1) * GAP, self.size)

    @property
    def least_width(self) -> int:
        """Least width of a tile: its pictures and its name fit in."""
        one_line = self._has_one_line
        if one_line not in self._text_width:
            rows = range(min(len(self._session.candidates), _SAMPLE))
            widest = max((self._measure_texts(row, one_line) for row in rows), default=0)
            self._text_width[one_line] = min(widest, MAX_TEXT_WIDTH)
        return max(self.picture.width(), self._text_width[one_line]) + 2 * PAD

    def _measure_texts(self, row: int, one_line: bool) -> int:
        """Return the width of a candidate's name, and of its facts below a narrow picture."""
        advance, badge_room = self._widget.fontMetrics().horizontalAdvance, badge_width(BADGE) + 4
        name = advance(self._session.candidates.name(row)) + BADGE + 4
        if one_line:
            return name
        first, second = self._fact_lines(row)
        return max(name, advance(first) + 2, advance(second) + badge_room)

    @property
    def _has_one_line(self) -> bool:
        """Whether all facts stand in one line, below a wide picture."""
        return self.picture.width() >= ONE_LINE_WIDTH

    def _fact_lines(self, row: int) -> list[str]:
        """Return the facts of a candidate, in one line or two."""
        texts = self._fact_texts(row)
        if self._has_one_line:
            return ["   ".join(texts)]
        return ["  ".join(texts[:2]), "  ".join(texts[2:])]

    @property
    def height(self) -> int:
        """Height of a tile: pictures, name, and facts."""
        lines = 2 if self._has_one_line else 3
        return self.size + 2 * PAD + lines * self._widget.fontMetrics().height() + 2

    def forget(self) -> None:
        """Drop facts and names: the list, the font or the size has changed."""
        self._facts = None
        self._text_width.clear()
        self._captions.clear()
        self._loading = None

    def forget_rows(self, rows: Iterable[int]) -> None:
        """Write the facts of these candidates again."""
        for row in rows:
            self._captions.pop(row, None)

    def fact_text(self, row: int) -> str:
        """Return magnitude, S/N and score of a candidate, as far as known."""
        return "   ".join(self._fact_texts(row))

    def _fact_texts(self, row: int) -> list[str]:
        if self._facts is None:
            self._facts = tile_facts(self._session.columns, self._session.candidates)
        texts = ((fact.caption, fact.text(row)) for fact in self._facts)
        return [f"{caption} {text}" for caption, text in texts if text != MISSING_TEXT]

    def begin(self) -> None:
        """Collect what all tiles of the next paint have in common."""
        self._inks = self._mix_inks()

    def _mix_inks(self) -> _Inks:
        widget = self._widget
        palette = widget.palette()
        return _Inks(
            is_dark(palette),
            palette.text().color(),
            palette.window().color(),
            palette.base().color(),
            palette.placeholderText().color(),
            self._session.due.codes,
            self._session.current_row,
            widget.devicePixelRatioF(),
            widget.fontMetrics().height(),
            self.picture,
            self._has_one_line,
        )

    @property
    def look(self) -> tuple[object, ...]:
        """Colours, sizes and font of the tiles since `begin`: tiles of equal looks are alike."""
        inks = self._inks
        colours = (inks.text, inks.window, inks.base, inks.dim)
        sizes = (inks.ratio, inks.line, inks.pictures, inks.one_line)
        return (*(ink.rgba() for ink in colours), *sizes, self._widget.font().key())

    def state(self, row: int, picture: QImage | str | None, selected: bool) -> TileState:
        """Return what a candidate's tile shows since `begin`."""
        inks = self._inks
        answer = answer_code_of(self._session.columns, row)
        is_current = row == inks.current_row
        return TileState(row, picture, int(inks.codes[row]), answer, selected, is_current)

    def paint(self, painter: QPainter, rect: QRect, state: TileState) -> None:
        """Paint a candidate's tile; a text in place of the picture is the reason it has none."""
        inks, code, selected = self._inks, state.code, state.is_selected
        text = inks.text
        ground = inks.window
        if selected:
            ground, text = selection_colours(inks.dark)
            painter.fillRect(rect.adjusted(1, 1, -1, -1), ground)
        width = inks.pictures.width()
        left = rect.x() + (rect.width() - width) // 2
        frame = QRect(left, rect.y() + PAD, width, self.size)
        self._paint_picture(painter, frame, state.picture)
        if code:
            veil = QColor(ground)
            veil.setAlpha(_DIMMED)
            painter.fillRect(frame, veil)
            painter.fillRect(
                rect.x() + PAD,
                frame.bottom() - 2,
                rect.width() - 2 * PAD,
                3,
                colour(code, inks.dark),
            )
        if selected:
            _paint_tick(painter, frame, ground, text)
        if state.is_current:
            painter.setPen(QPen(inks.text, 2))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        self._paint_caption(painter, rect, state, text)

    def _paint_picture(self, painter: QPainter, frame: QRect, picture: QImage | str | None) -> None:
        if isinstance(picture, QImage):
            size = picture.deviceIndependentSize().toSize()
            x = frame.x() + (frame.width() - size.width()) // 2
            painter.drawImage(x, frame.y() + (frame.height() - size.height()) // 2, picture)
            return
        if picture is None:
            painter.drawPixmap(frame.topLeft(), self._loading_picture(frame.size()))
            return
        painter.fillRect(frame, self._inks.base)
        painter.setPen(self._inks.dim)
        flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(frame, flags, picture)

    def _loading_picture(self, size: QSize) -> QPixmap:
        """Return what stands in place of pictures that are being made, in the present colours."""
        inks = self._inks
        look = size, inks.dark, inks.ratio
        if self._loading is None or self._loading[0] != look:
            picture = QPixmap(size * inks.ratio)
            picture.setDevicePixelRatio(inks.ratio)
            picture.fill(inks.base)
            painter = QPainter(picture)
            painter.setFont(self._widget.font())
            painter.setPen(inks.dim)
            painter.drawText(QRect(QPoint(0, 0), size), Qt.AlignmentFlag.AlignCenter, "loading")
            painter.end()
            self._loading = look, picture
        return self._loading[1]

    def _paint_caption(
        self, painter: QPainter, rect: QRect, state: TileState, text: QColor
    ) -> None:
        dark, ratio, line = self._inks.dark, self._inks.ratio, self._inks.line
        left, top = rect.x() + PAD, rect.y() + PAD + self.size + 1
        code, answer = state.code, state.answer
        if code:
            painter.drawPixmap(left, top + 1, badge(code, BADGE, dark, ratio))
        name, *facts = self._caption(state.row, rect.width() - 2 * PAD)
        painter.setPen(text)
        painter.drawStaticText(left + (BADGE + 3 if code else 0), top, name)
        if answer != NOT_FITTED:
            # The answers' own colours are hard to read on the selection's grey.
            mark = answer_badge(
                answer, BADGE, dark, ratio, text.name() if state.is_selected else ""
            )
            x = rect.right() - PAD - badge_width(BADGE) + 1
            painter.drawPixmap(x, top + len(facts) * line + 1, mark)
        for number, text_line in enumerate(facts, 1):
            painter.drawStaticText(left, top + number * line, text_line)

    def _caption(self, row: int, room: int) -> list[QStaticText]:
        """Return the laid-out name and facts of a candidate for a width; the badge is last."""
        if (room, self._inks.one_line) != self._room:
            self._room = room, self._inks.one_line
            self._captions.clear()
        made = self._captions.get(row)
        if made is None:
            name, lines = self._session.candidates.name(row), self._fact_lines(row)
            middle, right = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
            last = len(lines) - 1
            made = [self._lay_out(" ".join(name.split()), room - BADGE - 3, middle)]
            for number, text in enumerate(lines):
                beside = badge_width(BADGE) + 3 if number == last else 0
                made.append(self._lay_out(text, room - beside, right))
            self._captions[row] = made
            if len(self._captions) > _MAX_CAPTIONS:
                self._captions.popitem(last=False)
        return made

    def _lay_out(self, text: str, room: int, mode: Qt.TextElideMode) -> QStaticText:
        metrics = self._widget.fontMetrics()
        laid_out = QStaticText(metrics.elidedText(text, mode, max(room, 20)))
        laid_out.setTextFormat(Qt.TextFormat.PlainText)
        laid_out.prepare(font=self._widget.font())
        return laid_out


def _paint_tick(painter: QPainter, frame: QRect, ground: QColor, text: QColor) -> None:
    """Mark a selected tile by a tick, since colour alone says nothing to some."""
    box = QRect(frame.x(), frame.y(), TICK + 3, TICK + 3)
    painter.fillRect(box, ground)
    painter.setPen(QPen(text, 2))
    x, y = box.x() + 1.5, box.y() + 1.5
    points = ((0.15, 0.55), (0.42, 0.82), (0.88, 0.2))
    painter.drawPolyline(QPolygonF([QPointF(x + a * TICK, y + b * TICK) for a, b in points]))
