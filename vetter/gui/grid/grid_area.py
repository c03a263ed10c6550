"""Scroll area of the grid: position and painting of its tiles, from ready thumbnails."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, QRect, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PyQt6.QtWidgets import QAbstractScrollArea, QWidget

from vetter.core.judgement.answer import NOT_FITTED
from vetter.gui.grid.selection import GridSelection
from vetter.gui.panels.empty_page import no_match_text
from vetter.gui.panels.thumbnails import Thumbnails
from vetter.gui.widgets.answer_style import answer_badge, answer_code_of, badge_width
from vetter.gui.widgets.verdict_style import badge, colour, is_dark
from vetter.review.session import Session

TILE = 96
PAD = 5
BADGE = 14
FITS_SHOW_MS = 200
"""Interval between updates of answers; fits arrive by the hundred."""
RETRY_MS = 40
"""Milliseconds from a paint with gaps to the next request for the missing thumbnails."""


class GridArea(QAbstractScrollArea):
    """Tiles in the order of the queue; only tiles on screen are made and painted.

    Parameters
    ----------
    session : Session
    thumbnails : Thumbnails
    selected : GridSelection
        Rows painted as selected.
    """

    pressed = pyqtSignal(int, object)
    """Row and keyboard modifiers of a click."""

    opened = pyqtSignal(int)
    """Row under a double click."""

    def __init__(
        self,
        session: Session,
        thumbnails: Thumbnails,
        selected: GridSelection,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._thumbnails = thumbnails
        self._selected = selected
        self.seen: set[int] = set()
        self._top_row = -1
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("candidates as thumbnails")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(RETRY_MS)
        self._later.timeout.connect(self.want_shown)
        self._fitted: set[int] = set()
        self._fits_later = QTimer(self)
        self._fits_later.setSingleShot(True)
        self._fits_later.setInterval(FITS_SHOW_MS)
        self._fits_later.timeout.connect(self._show_fitted)
        thumbnails.picture_ready.connect(self.update_row)
        thumbnails.outdated.connect(self.repaint_later)

    @property
    def columns(self) -> int:
        """Number of tiles in a line."""
        return max(1, self._view().width() // (TILE + 2 * PAD))

    @property
    def lines(self) -> int:
        """Number of whole lines on screen."""
        return max(1, self._view().height() // self._tile_height())

    def set_up(self) -> None:
        """Adapt the scroll bar to a new order or size."""
        count = len(self._session.queue)
        total = -(-count // self.columns) * self._tile_height()
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.setSingleStep(self._tile_height())
            bar.setPageStep(self._view().height())
            bar.setRange(0, max(0, total - self._view().height()))
        self._view().update()

    def grow(self) -> None:
        """Add tiles; in a sorted list the tiles on screen stay in place."""
        bar, row = self.verticalScrollBar(), self._top_row
        self.set_up()
        if bar is None or not 0 < bar.value() or self._session.queue.sort_column is None:
            return
        line = max(self._session.queue.position_of(row), 0) // self.columns
        bar.setValue(line * self._tile_height() + bar.value() % self._tile_height())

    def show_place(self, place: int) -> None:
        """Scroll as little as needed until a position of the queue is on screen."""
        bar = self.verticalScrollBar()
        if bar is None or place < 0:
            return
        top = place // self.columns * self._tile_height()
        bottom = top + self._tile_height()
        if top < bar.value():
            bar.setValue(top)
        elif bottom > bar.value() + self._view().height():
            bar.setValue(bottom - self._view().height())

    def update_rows(self, rows: list[int]) -> None:
        """Repaint the tiles of some candidates."""
        for row in rows:
            self.update_row(row)

    def update_row(self, row: int) -> None:
        """Repaint a candidate's tile."""
        place = self._session.queue.position_of(row)
        if place >= 0:
            self._view().update(self._rect(place))

    def update_fit_results(self, rows: list[int]) -> None:
        """Schedule an update of the tiles of newly fitted candidates."""
        if self.isVisible():
            self._fitted.update(rows)
            if not self._fits_later.isActive():
                self._fits_later.start()

    def _show_fitted(self) -> None:
        rows, self._fitted = self._fitted, set()
        first, last = self._places(QRect(QPoint(0, 0), self._view().size()))
        self.update_rows(
            [row for row in self._session.queue.order[first:last].tolist() if row in rows]
        )

    def repaint_later(self) -> None:
        """Repaint all tiles on screen at the next paint event."""
        self._view().update()

    def row_at(self, point: QPoint) -> int:
        """Return the row under a point of the viewport; -1 for none."""
        column = point.x() // self._tile_width()
        if not 0 <= column < self.columns:
            return -1
        place = (point.y() + self._offset()) // self._tile_height() * self.columns + column
        order = self._session.queue.order
        return int(order[place]) if 0 <= place < len(order) else -1

    def want_shown(self) -> None:
        """Request the thumbnails on screen first, then those of the next page."""
        self._later.stop()
        if not self.isVisible():
            return
        self._thumbnails.set_size(TILE, self.devicePixelRatioF())
        first, last = self._places(QRect(QPoint(0, 0), self._view().size()))
        page = last - first
        self._thumbnails.request(self._session.queue.order[first : last + page].tolist())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        assert event is not None
        painter = QPainter(self._view())
        first, last = self._places(event.rect())
        if event.rect().top() <= 0 and first < last:
            self._top_row = int(self._session.queue.order[first])
        gaps = False
        region = event.region()
        for place in range(first, last):
            rect = self._rect(place)
            # The region, not its bounding rectangle: tiles that change together may be far apart.
            if region.intersects(rect):
                gaps |= not self._paint_tile(painter, place, rect)
        if self._session.queue.is_barren:
            self._paint_no_match(painter)
        painter.end()
        if gaps and not self._later.isActive():
            self._later.start()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self.set_up()

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self._later.stop()
        self._fits_later.stop()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            row = self.row_at(event.position().toPoint())
            if row >= 0:
                self.pressed.emit(row, event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            row = self.row_at(event.position().toPoint())
            if row >= 0:
                self.opened.emit(row)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Leave all keys to the grid and the commands: none scrolls the current tile away."""
        if event is not None:
            event.ignore()

    def _view(self) -> QWidget:
        viewport = self.viewport()
        assert viewport is not None
        return viewport

    def _offset(self) -> int:
        bar = self.verticalScrollBar()
        return 0 if bar is None else bar.value()

    def _tile_width(self) -> int:
        """Return the width of a tile; tiles share the whole width, so that long names fit."""
        return max(self._view().width() // self.columns, TILE + 2 * PAD)

    def _tile_height(self) -> int:
        return TILE + 2 * PAD + self.fontMetrics().height() + 2

    def _rect(self, place: int) -> QRect:
        line, column = divmod(place, self.columns)
        width, height = self._tile_width(), self._tile_height()
        return QRect(column * width, line * height - self._offset(), width, height)

    def _places(self, area: QRect) -> tuple[int, int]:
        """Return the queue positions in a part of the viewport: first, and one past the last."""
        height = self._tile_height()
        first = max(0, (area.top() + self._offset()) // height) * self.columns
        last = ((area.bottom() + self._offset()) // height + 1) * self.columns
        count = len(self._session.queue)
        return min(first, count), min(last, count)

    def _paint_no_match(self, painter: QPainter) -> None:
        painter.setPen(self.palette().placeholderText().color())
        flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        area = self._view().rect().adjusted(4 * PAD, 0, -4 * PAD, 0)
        painter.drawText(area, flags, no_match_text(self._session))

    def _paint_tile(self, painter: QPainter, place: int, rect: QRect) -> bool:
        """Paint a tile, and return whether its picture was ready."""
        row = int(self._session.queue.order[place])
        code, palette = int(self._session.codes[row]), self.palette()
        is_current = row == self._session.current_row
        selected = row in self._selected
        if selected:
            painter.fillRect(rect.adjusted(1, 1, -1, -1), palette.highlight())
        picture = self._thumbnails.image(row)
        frame = QRect(rect.x() + (rect.width() - TILE) // 2, rect.y() + PAD, TILE, TILE)
        if isinstance(picture, QImage):
            size = picture.deviceIndependentSize().toSize()
            x = frame.x() + (TILE - size.width()) // 2
            y = frame.y() + (TILE - size.height()) // 2
            painter.drawImage(x, y, picture)
            self.seen.add(row)
        else:
            painter.fillRect(frame, palette.base())
            painter.setPen(palette.placeholderText().color())
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(frame, flags, picture or "loading")
        if is_current:
            painter.setPen(QPen(palette.text().color(), 2))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        self._paint_caption(painter, rect, row, code, selected)
        return picture is not None

    def _paint_caption(
        self, painter: QPainter, rect: QRect, row: int, code: int, selected: bool
    ) -> None:
        palette, dark = self.palette(), is_dark(self.palette())
        width = rect.width() - 2 * PAD
        below = QRect(rect.x() + PAD, rect.y() + PAD + TILE + 1, width, rect.height() - TILE - PAD)
        if code:
            mark = badge(code, BADGE, dark, self.devicePixelRatioF())
            painter.drawPixmap(below.x(), below.y() + 1, mark)
            painter.fillRect(below.x(), rect.y() + PAD + TILE - 2, width, 3, colour(code, dark))
        tone: QColor = (palette.highlightedText() if selected else palette.text()).color()
        painter.setPen(tone)
        name = self._session.candidates.name(row)
        # Below the picture, beside the badge if there is one.
        room = below.adjusted(BADGE + 3 if code else 0, 0, 0, -PAD)
        answer = answer_code_of(self._session.columns, row)
        if answer != NOT_FITTED:
            # The answers' own colours are hard to read on the highlight.
            own = palette.highlightedText().color().name() if selected else ""
            mark = answer_badge(answer, BADGE, dark, self.devicePixelRatioF(), own)
            width = badge_width(BADGE)
            painter.drawPixmap(room.right() - width + 1, below.y() + 1, mark)
            room.adjust(0, 0, -width - 3, 0)
        # Capitals and digits are wider than the average.
        if len(name) * self.fontMetrics().averageCharWidth() * 1.3 > room.width():
            # Names in one field begin alike and differ at the end.
            name = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room.width())
        flags = int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(room, flags, name)
