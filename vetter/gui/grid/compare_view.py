"""Two to four candidates side by side, all planes of each, at one scale."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, QRect, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from vetter.gui.grid.tile_painter import BADGE, TilePainter
from vetter.gui.panels.panel_choice import PictureStyle
from vetter.gui.panels.pictures.png import GAP, TITLE, draw_panel, draw_title, draw_words
from vetter.gui.panels.plane_row import panel_contents
from vetter.gui.widgets.theme import DARK
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
        """Return the row so many places from the current one, around the end."""
        current = self._session.current_row
        place = self.rows.index(current) if current in self.rows else -1
        return self.rows[(place + steps) % len(self.rows)]

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

    def _counts(self) -> tuple[int, int]:
        """Return columns and rows of the candidates: side by side, or one above the other."""
        count = max(1, len(self.rows))
        planes = max(len(self._planes_of(self._cache.peek(row))) for row in self.rows)
        beside = min(self.width() / count, self.height() / planes)
        above = min(self.width() / planes, self.height() / count)
        return (count, 1) if beside >= above else (1, count)

    def _areas(self) -> list[QRect]:
        if not self.rows:
            return []
        columns, lines = self._counts()
        width, height = self.width() // columns, self.height() // lines
        places = (divmod(place, columns) for place in range(len(self.rows)))
        return [QRect(across * width, down * height, width, height) for down, across in places]

    def _paint_candidate(self, painter: QPainter, area: QRect, row: int) -> bool:
        """Paint a candidate's heading and planes; return whether its pixels were ready."""
        inner = area.adjusted(GAP, GAP, -GAP, -GAP)
        heading = self._paint_heading(painter, inner, row)
        frame = self._cache.peek(row)
        if frame is None:
            draw_words(painter, inner.adjusted(0, heading, 0, 0), "loading")
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
        return 2 * line + 2

    def _paint_planes(self, painter: QPainter, area: QRect, frame: RenderedCutout) -> None:
        names = self._planes_of(frame)
        painter.fillRect(area, QColor(DARK.window))
        across = 1 if area.height() > area.width() else len(names)
        down = len(names) // across
        width, height = area.width() // across, area.height() // down
        side = max(8, min(width - GAP, height - GAP - TITLE))
        for place, panel in enumerate(panel_contents(frame, names)):
            y, x = divmod(place, across)
            left = area.x() + x * width + (width - side) // 2
            top = area.y() + y * height
            draw_title(painter, QRect(left, top, side, TITLE), panel)
            cell = QRect(left, top + TITLE, side, side)
            if panel.image is None or panel.message:
                draw_words(painter, cell, panel.message)
            else:
                draw_panel(painter, cell, panel, frame, False, PictureStyle())
