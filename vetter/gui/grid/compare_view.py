"""Two to four candidates side by side, all planes of each, at one scale."""

from __future__ import annotations

from itertools import product

from PyQt6.QtCore import QPoint, QRect, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from vetter.gui.grid.tile_painter import BADGE, TilePainter
from vetter.gui.panels.panel_choice import PictureStyle
from vetter.gui.panels.pictures.png import GAP, TITLE, draw_panel, draw_title, draw_words
from vetter.gui.panels.plane_row import panel_contents
from vetter.gui.widgets.theme import DARK, LIGHT, Tones
from vetter.gui.widgets.verdict_style import WORDS, badge, is_dark
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.cutouts.rendered_cutout import RenderedCutout
from vetter.review.session import Session

PLANES = ("image", "template", "convolved", "diff", "adjusted")
RETRY_MS = 40


class CompareView(QWidget):
    """Some candidates in the order of the grid; the session's current one has a frame.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
    tiles : TilePainter
        Source of the facts beside the names.
    """

    pressed = pyqtSignal(int)
    """Row under a click."""

    def __init__(
        self,
        session: Session,
        cache: CutoutCache,
        tiles: TilePainter,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._cache, self._tiles = session, cache, tiles
        self.rows: list[int] = []
        self.setAccessibleName("candidates side by side")
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(RETRY_MS)
        self._later.timeout.connect(self._want)
        cache.ready.connect(self._on_ready)

    def show_rows(self, rows: list[int]) -> None:
        """Show these candidates; an empty list shows none."""
        self.rows = rows
        self.setAccessibleDescription(", ".join(map(self._describe, rows)))
        self._want()
        self.update()

    def _describe(self, row: int) -> str:
        return f"{self._session.candidates.name(row)} {WORDS[int(self._session.codes[row])]}"

    def neighbour(self, steps: int) -> int:
        """Return the row so many places from the current one, around the end.

        From a candidate that is not among them it is the first, or the last going back.
        """
        current = self._session.current_row
        if current not in self.rows:
            return self.rows[0 if steps > 0 else -1]
        return self.rows[(self.rows.index(current) + steps) % len(self.rows)]

    def next_undecided(self) -> int | None:
        """Return the next undecided row after the current one, or None."""
        current = self._session.current_row
        place = self.rows.index(current) if current in self.rows else -1
        later = [*self.rows[place + 1 :], *self.rows[: place + 1]]
        return next((row for row in later if not self._session.codes[row]), None)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None:
            at = event.position().toPoint()
            for row, area in zip(self.rows, self._areas(), strict=True):
                if area.contains(at):
                    self.pressed.emit(row)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        gaps = False
        for row, area in zip(self.rows, self._areas(), strict=True):
            gaps |= not self._paint_candidate(painter, area, row)
        painter.end()
        if gaps and not self._later.isActive():
            self._later.start()

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self._later.stop()

    def _want(self) -> None:
        if self.rows:
            self._cache.want(self.rows)

    def _on_ready(self, row: int) -> None:
        if row in self.rows:
            self.update()

    def _planes_of(self, frame: RenderedCutout | None) -> tuple[str, ...]:
        names = self._session.source.plane_names if frame is None else frame.plane_names
        chosen = tuple(name for name in PLANES if name in names)
        if "template" in chosen and "convolved" in chosen:
            chosen = tuple(name for name in chosen if name != "template")
        return chosen or tuple(names[:1]) or ("image",)

    def _arrange(self) -> tuple[int, int]:
        """Return columns of candidates, and planes side by side, at which planes are largest."""
        count = max(1, len(self.rows))
        planes = max(len(self._planes_of(self._cache.peek(row))) for row in self.rows)
        choices = product(range(1, count + 1), range(1, planes + 1))

        def side(choice: tuple[int, int]) -> int:
            columns, across = choice
            width = self.width() // columns - 2 * GAP
            height = self.height() // -(-count // columns) - 2 * GAP - self._heading_height
            return _side(width, height, across, -(-planes // across))

        # Of equal ones the candidates side by side, planes above each other.
        return max(choices, key=lambda choice: (side(choice), choice[0], -choice[1]))

    @property
    def _heading_height(self) -> int:
        return 2 * (self.fontMetrics().height() + 2) + 2

    def _areas(self) -> list[QRect]:
        if not self.rows:
            return []
        columns, _across = self._arrange()
        lines = -(-len(self.rows) // columns)
        width, height = self.width() // columns, self.height() // lines
        places = (divmod(place, columns) for place in range(len(self.rows)))
        return [QRect(across * width, down * height, width, height) for down, across in places]

    def _paint_candidate(self, painter: QPainter, area: QRect, row: int) -> bool:
        """Paint a candidate's heading and planes; return whether its pixels were ready."""
        inner = area.adjusted(GAP, GAP, -GAP, -GAP)
        heading = self._paint_heading(painter, inner, row)
        frame = self._cache.peek(row)
        if frame is None:
            draw_words(painter, inner.adjusted(0, heading, 0, 0), "loading", self._tones)
        else:
            self._paint_planes(painter, inner.adjusted(0, heading, 0, 0), frame)
        if row == self._session.current_row:
            painter.setPen(QPen(self.palette().text().color(), 2))
            painter.drawRect(area.adjusted(1, 1, -2, -2))
        return frame is not None

    def _paint_heading(self, painter: QPainter, area: QRect, row: int) -> int:
        """Paint verdict, name and facts; return the height."""
        palette, metrics = self.palette(), self.fontMetrics()
        line = metrics.height() + 2
        code = int(self._session.codes[row])
        mark = badge(code, BADGE, is_dark(palette), self.devicePixelRatioF())
        painter.drawPixmap(area.x(), area.y() + 1, mark)
        texts = (self._session.candidates.name(row), self._tiles.fact_text(row))
        for number, text in enumerate(texts):
            left = BADGE + 4 if number == 0 else 0
            room = max(20, area.width() - left)
            elided = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
            painter.setPen((palette.text() if number == 0 else palette.placeholderText()).color())
            at = QPoint(area.x() + left, area.y() + number * line + metrics.ascent() + 1)
            painter.drawText(at, elided)
        return self._heading_height

    @property
    def _tones(self) -> Tones:
        return DARK if is_dark(self.palette()) else LIGHT

    def _paint_planes(self, painter: QPainter, area: QRect, frame: RenderedCutout) -> None:
        names, tones = self._planes_of(frame), self._tones
        _columns, across = self._arrange()
        down = -(-len(names) // across)
        side = max(8, _side(area.width(), area.height(), across, down))
        begin = area.x() + (area.width() - across * (side + GAP) + GAP) // 2
        for place, panel in enumerate(panel_contents(frame, names)):
            y, x = divmod(place, across)
            left, top = begin + x * (side + GAP), area.y() + y * (side + GAP + TITLE)
            draw_title(painter, QRect(left, top, side, TITLE), panel, tones)
            cell = QRect(left, top + TITLE, side, side)
            if panel.image is None or panel.message:
                draw_words(painter, cell, panel.message, tones)
            else:
                draw_panel(painter, cell, panel, frame, False, PictureStyle())


def _side(width: int, height: int, across: int, down: int) -> int:
    """Return the side of planes with titles in so many columns and rows."""
    return min(width // across - GAP, height // down - GAP - TITLE)
