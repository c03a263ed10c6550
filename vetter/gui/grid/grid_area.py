"""Scroll area of the grid: places of its tiles, mouse, and painting from ready thumbnails."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
from PyQt6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QHelpEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QAbstractScrollArea, QApplication, QToolTip, QWidget

from vetter.gui.grid.page_ahead import PageAhead, TileState
from vetter.gui.grid.selection import GridSelection, Rows
from vetter.gui.grid.shown_rows import ShownRows
from vetter.gui.grid.tile_painter import PAD, TilePainter
from vetter.gui.panels.empty_page import no_match_text
from vetter.gui.panels.thumbnails import SLICE_SECONDS, Thumbnails
from vetter.gui.widgets.plain_text import plain_tip
from vetter.gui.widgets.theme import flatten_scroll_bars
from vetter.review.session import Session

FITS_SHOW_MS = 200
"""Interval between updates of answers; fits arrive by the hundred."""
PAINT_SECONDS = 0.006
"""Time of a paint from which no picture is made in it: the others follow in the next turns."""
AHEAD_DELAY_MS = 15
"""Milliseconds from a painted page until the next one is painted ahead."""
AHEAD_MS = 100
"""Milliseconds from a change in the page painted ahead until it is painted again."""
RETRY_MS = 40
"""Milliseconds from a paint with gaps to the next request for the missing thumbnails."""


class GridArea(QAbstractScrollArea):
    """Tiles of the shown rows; only tiles on screen are made and painted.

    Parameters
    ----------
    session : Session
    shown : ShownRows
        Rows with a tile, in order.
    thumbnails : Thumbnails
    selected : GridSelection
        Rows painted as selected.
    """

    pressed = pyqtSignal(int, object)
    """Row and keyboard modifiers of a press; row -1 beside all tiles."""

    banded = pyqtSignal(object, object)
    """Rows that the rubber band touches, an array, and keyboard modifiers."""

    opened = pyqtSignal(int)
    """Row under a double click."""

    resize_wanted = pyqtSignal(int)
    """1 for larger tiles, -1 for smaller ones, by Ctrl and the wheel."""

    resized = pyqtSignal()
    """The room for tiles has changed."""

    def __init__(
        self,
        session: Session,
        shown: ShownRows,
        thumbnails: Thumbnails,
        selected: GridSelection,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._shown = shown
        self._thumbnails = thumbnails
        self._selected = selected
        self.tiles = TilePainter(self, session)
        self.tiles.plane_count = len(thumbnails.planes)
        self._columns, self._width, self._height = 1, 1, 1
        self.seen: set[int] = set()
        self._top_row = -1
        self._origin: QPoint | None = None
        """Place of the press, in pixels from the first tile's corner; None without a press."""
        self._band: QRect | None = None
        """Rubber band, in the same pixels."""
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("candidates as thumbnails")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        flatten_scroll_bars(self)
        # Filling what is painted over at once takes 1.5 ms of a page of 3400 x 2000 pixels.
        self._view().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._later = self._make_timer(RETRY_MS, self.want_shown)
        self._ahead = PageAhead()
        self._way = 1
        """1 if the tiles were scrolled forward last, else -1."""
        self._ahead_turn = self._make_timer(0, self._paint_ahead)
        self._fitted: set[int] = set()
        self._fits_later = self._make_timer(FITS_SHOW_MS, self._show_fitted)
        thumbnails.picture_ready.connect(self.update_row)
        thumbnails.outdated.connect(self.repaint_later)

    def _make_timer(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    @property
    def columns(self) -> int:
        """Number of tiles in a line."""
        return self._columns

    @property
    def lines(self) -> int:
        """Number of whole lines on screen."""
        return max(1, self._view().height() // self._height)

    def has_room(self, size: int, planes: int, count: int) -> bool:
        """Return whether so many tiles, with planes of this side, are on screen together."""
        self.tiles.size, self.tiles.plane_count = size, planes
        self._measure()
        return self.columns * self.lines >= count

    def _measure(self) -> None:
        """Compute the geometry of the tiles, which each paint needs for each of them."""
        least, self._height = self.tiles.least_width, self.tiles.height
        self._columns = max(1, self._view().width() // least)
        # The tiles share the whole width.
        self._width = max(self._view().width() // self._columns, least)

    def set_tiles(self, size: int, planes: tuple[str, ...]) -> None:
        """Show other planes, each of this side in screen units."""
        self.tiles.size, self.tiles.plane_count = size, len(planes)
        self._thumbnails.set_planes(planes)
        self._thumbnails.set_size(size, self.devicePixelRatioF())
        self.set_up()

    def set_up(self) -> None:
        """Adapt the scroll bar to a new order or size."""
        self._measure()
        total = -(-len(self._shown) // self.columns) * self._height
        self._ahead.drop()
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.setSingleStep(self._height)
            bar.setPageStep(self._view().height())
            bar.setRange(0, max(0, total - self._view().height()))
        self._view().update()

    def grow(self) -> None:
        """Add tiles; in a sorted list the tiles on screen stay in place."""
        bar, row = self.verticalScrollBar(), self._top_row
        self.tiles.forget()
        self.set_up()
        if bar is None or not 0 < bar.value() or not self._session.queue.is_reordered:
            return
        line = max(self._shown.position_of(row), 0) // self.columns
        bar.setValue(line * self._height + bar.value() % self._height)

    def show_place(self, place: int) -> None:
        """Scroll as little as needed until a position of the order is on screen."""
        self._give_way()
        bar = self.verticalScrollBar()
        if bar is not None and place >= 0:
            bar.setValue(self._offset_to_show(place))

    def _offset_to_show(self, place: int) -> int:
        """Return the scroll bar's value at which a position of the order is just on screen."""
        top, offset = place // self.columns * self._height, self._offset()
        least = top + self._height - self._view().height()
        return top if top < offset else max(offset, least)

    def update_rows(self, rows: list[int]) -> None:
        """Repaint the tiles of some candidates."""
        for row in rows:
            self.update_row(row)

    def update_row(self, row: int) -> None:
        """Repaint a candidate's tile."""
        place = self._shown.position_of(row)
        if place >= 0:
            self._view().update(self._rect(place))
            if self._ahead.has(place):
                self._renew_ahead()

    def _renew_ahead(self) -> None:
        """Schedule the painting of what has changed in the page painted ahead."""
        if not self._ahead_turn.isActive():
            self._ahead_turn.start(AHEAD_MS)

    def update_fit_results(self, rows: list[int]) -> None:
        """Schedule an update of the tiles of newly fitted candidates."""
        self.tiles.forget_rows(rows)
        if self._ahead.forget(map(self._shown.position_of, rows)):
            self._renew_ahead()
        if self.isVisible():
            self._fitted.update(rows)
            if not self._fits_later.isActive():
                self._fits_later.start()

    def _show_fitted(self) -> None:
        rows, self._fitted = self._fitted, set()
        first, last = self._places(self._view().rect(), self._offset())
        self.update_rows([row for row in self._shown.order[first:last].tolist() if row in rows])

    def repaint_later(self) -> None:
        """Repaint all tiles on screen at the next paint event."""
        self._view().update()

    def row_at(self, point: QPoint) -> int:
        """Return the row under a point of the viewport; -1 for none."""
        column = point.x() // self._width
        if not 0 <= column < self.columns:
            return -1
        place = (point.y() + self._offset()) // self._height * self.columns + column
        order = self._shown.order
        return int(order[place]) if 0 <= place < len(order) else -1

    def want_shown(self) -> None:
        """Request the thumbnails on screen first, then those of the next page."""
        self._later.stop()
        if not self.isVisible():
            return
        self._thumbnails.set_size(self.tiles.size, self.devicePixelRatioF())
        first, last = self._places(self._view().rect(), self._offset())
        page = last - first
        before = self._shown.order[max(0, first - page) : first]
        ahead = self._shown.order[first : last + page]
        self._thumbnails.request([*ahead.tolist(), *before.tolist()])

    def _give_way(self) -> None:
        """Build nothing for a moment: it would take the interpreter from the paint of a key."""
        if not self.isVisible():
            # What is requested now is of the panels, or of the comparison.
            return
        self._thumbnails.pause()
        if not self._later.isActive():
            self._later.start()

    def _paint_ahead(self) -> None:
        """Paint the page that the next key of pages shows, a few tiles in each turn."""
        offset = self._next_offset() if self.isVisible() else self._offset()
        if offset == self._offset():
            return
        self.tiles.begin()
        view, ground = self._view(), self._ground
        painter = self._ahead.begin(
            self._page(offset), view.size(), self.devicePixelRatioF(), ground
        )
        until = perf_counter() + SLICE_SECONDS
        for place in range(*self._places(view.rect(), offset)):
            state = self._state(place, until=0.0)
            if self._ahead.shows(place, state):
                continue
            if perf_counter() > until:
                self._ahead_turn.start(0)
                break
            self._paint_tile(painter, self._rect(place, offset), state, ground)
            self._ahead.note(place, state)
        painter.end()

    def _next_offset(self) -> int:
        """Return the scroll bar's value after the next key of pages, in the same way as before."""
        place, page = self._shown.position_of(self._session.current_row), self.columns * self.lines
        for step in (self._way * page, -self._way * page):
            offset = self._offset_to_show(min(max(place + step, 0), len(self._shown) - 1))
            if place >= 0 and offset != self._offset():
                return offset
        return self._offset()

    @property
    def _ground(self) -> QColor:
        return self.palette().color(self._view().backgroundRole())

    def _page(self, offset: int) -> tuple[object, ...]:
        """Return what the pixels of a page depend on, beside the states of its tiles."""
        return offset, self._view().size(), self._columns, self._width, self.tiles.look

    def _state(self, place: int, until: float) -> TileState:
        """Return what the tile at a place shows; its picture is made unless it is too late."""
        row = int(self._shown.order[place])
        picture = self._thumbnails.image(row, until)
        return self.tiles.state(row, picture, row in self._selected)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        assert event is not None
        painter = QPainter(self._view())
        self.tiles.begin()
        offset, ground = self._offset(), self._ground
        first, last = self._places(event.rect(), offset)
        if event.rect().top() <= 0:
            self._record_top()
        is_ready = self._ahead.is_of(self._page(offset))
        if is_ready:
            self._ahead.draw(painter, event.rect())
        else:
            painter.fillRect(event.rect(), ground)
        gaps, until = False, perf_counter() + PAINT_SECONDS
        # The region, not its bounding rectangle: tiles that change together may be far apart.
        region = event.region()
        for place in range(first, last):
            rect = self._rect(place, offset)
            if region.intersects(rect):
                state = self._state(place, until)
                gaps |= state.picture is None
                if isinstance(state.picture, QImage):
                    self.seen.add(state.row)
                if not (is_ready and self._ahead.shows(place, state)):
                    self._paint_tile(painter, rect, state, ground if is_ready else None)
        if not len(self._shown):
            self._paint_empty(painter)
        if self._band is not None:
            self._paint_band(painter, self._band.translated(0, -self._offset()))
        painter.end()
        if gaps and not self._later.isActive():
            self._later.start()
        if event.rect() == self._view().rect():
            self._ahead_turn.start(AHEAD_DELAY_MS)

    def _record_top(self) -> None:
        """Record the candidate at the top, which stays there when the list grows."""
        first, last = self._places(self._view().rect(), self._offset())
        if first < last:
            self._top_row = int(self._shown.order[first])

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Move the tiles that stay on screen, and request the page that is next now."""
        # Painting all tiles a line further takes 16 ms at 4k. Parts of pixels cannot be moved.
        if abs(dy) <= self._view().height() / 2 and self.devicePixelRatioF().is_integer():
            self._view().scroll(dx, dy)
        else:
            super().scrollContentsBy(dx, dy)
        self._record_top()
        self._ahead_turn.start(AHEAD_DELAY_MS)
        if dy:
            self._way = 1 if dy < 0 else -1
        self._give_way()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self.set_up()
        self.resized.emit()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is None:
            return
        if event.type() == QEvent.Type.FontChange:
            self.tiles.forget()
            self.set_up()
        elif event.type() == QEvent.Type.PaletteChange:
            flatten_scroll_bars(self)

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self._later.stop()
        self._ahead_turn.stop()
        self._ahead.drop()
        self._fits_later.stop()
        self._end_band()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            point = event.position().toPoint()
            self._origin = point + QPoint(0, self._offset())
            self.pressed.emit(self.row_at(point), event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Draw a rubber band from the press; at an edge the tiles scroll."""
        if event is None or self._origin is None:
            return
        point, bar = event.position().toPoint(), self.verticalScrollBar()
        far = (point + QPoint(0, self._offset()) - self._origin).manhattanLength()
        if self._band is None and far < QApplication.startDragDistance():
            return
        if bar is not None and not 0 <= point.y() < self._view().height():
            over = point.y() if point.y() < 0 else point.y() - self._view().height()
            bar.setValue(bar.value() + over)
        inside = QPoint(point.x(), min(max(point.y(), 0), self._view().height() - 1))
        self._band = QRect(self._origin, inside + QPoint(0, self._offset())).normalized()
        self.banded.emit(self._rows_in(self._band), event.modifiers())
        self._view().update()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._end_band()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            row = self.row_at(event.position().toPoint())
            if row >= 0:
                self.opened.emit(row)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        if event is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.angleDelta().y():
                self.resize_wanted.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    def viewportEvent(self, event: QEvent | None) -> bool:
        """Show a tile's whole name and facts as a tool tip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self.row_at(event.pos())
            lines = (self._session.candidates.name(row), self.tiles.fact_text(row))
            tip = plain_tip("\n".join(line for line in lines if line)) if row >= 0 else ""
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return bool(super().viewportEvent(event))

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

    def _rect(self, place: int, offset: int | None = None) -> QRect:
        """Return the tile at a place of the order; with the scroll bar's value it is faster."""
        offset = self._offset() if offset is None else offset
        line, column = divmod(place, self._columns)
        width, height = self._width, self._height
        return QRect(column * width, line * height - offset, width, height)

    def _places(self, area: QRect, offset: int) -> tuple[int, int]:
        """Return the places of the order in a part of the viewport: first, and past the last."""
        height = self._height
        first = max(0, (area.top() + offset) // height) * self.columns
        last = ((area.bottom() + offset) // height + 1) * self.columns
        count = len(self._shown)
        return min(first, count), min(last, count)

    def _rows_in(self, band: QRect) -> Rows:
        """Return the rows whose tiles a band touches."""
        width, height, columns = self._width, self._height, self.columns
        lines = np.arange(max(0, band.top() // height), band.bottom() // height + 1)
        across = np.arange(
            max(0, band.left() // width), min(columns - 1, band.right() // width) + 1
        )
        places = (lines[:, None] * columns + across).ravel()
        return np.asarray(self._shown.order, np.intp)[places[places < len(self._shown)]]

    def _end_band(self) -> None:
        self._origin = None
        if self._band is not None:
            self._band = None
            self._view().update()

    def _paint_band(self, painter: QPainter, band: QRect) -> None:
        tone = QColor(self.palette().text().color())
        painter.setPen(tone)
        tone.setAlpha(40)
        painter.setBrush(tone)
        painter.drawRect(band.adjusted(0, 0, -1, -1))

    def _paint_empty(self, painter: QPainter) -> None:
        queue = self._session.queue
        text = no_match_text(self._session) if queue.is_barren else ""
        if not text and self._shown.only_undecided and len(queue):
            text = "no undecided candidate is left here: untick Only undecided to see all"
        painter.setPen(self.palette().placeholderText().color())
        flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(self._view().rect().adjusted(4 * PAD, 0, -4 * PAD, 0), flags, text)

    def _paint_tile(
        self, painter: QPainter, rect: QRect, state: TileState, over: QColor | None
    ) -> None:
        """Paint a tile, over an earlier one if the colour of the ground is given."""
        if over is not None:
            painter.fillRect(rect, over)
        self.tiles.paint(painter, rect, state)
