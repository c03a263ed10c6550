"""Candidate list beside the panels or below them.

The list follows the current candidate, and a click in it makes a candidate the current one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PyQt6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QTableView,
    QWidget,
)

from vetter.core.columns.default_columns import first_columns, score_columns
from vetter.core.columns.value_filter import value_filters
from vetter.core.judgement.fit_table import COLUMNS as FIT_COLUMNS
from vetter.gui.candidate_list.header import CandidateHeading
from vetter.gui.candidate_list.line_painter import LinePainter, Span
from vetter.gui.candidate_list.list_model import (
    CandidateModel,
    fitting_width,
    shrink_widths,
    whole_widths,
)
from vetter.gui.widgets.plain_text import menu_text
from vetter.gui.widgets.theme import flatten_scroll_bars
from vetter.review.session import Session

FITS_SHOW_MS = 200
"""Interval between updates of fit results in the list, long since keys come first."""
MIN_LINES_FULL_REPAINT = 200
"""Number of changed lines from which the whole view is painted rather than single lines."""
MIN_WIDTH = 240
MAX_WIDTH = 400
"""First width at most: seven panels of 41 pixels fit whole pixels at 1600 x 900 and 1280 x 720."""

SCORED_WIDTH = 430
"""First width at most with scores: three stamps of 63 pixels fit at six screen pixels each."""


class CandidateListView(QTableView):
    """Table whose cost depends on the lines on screen, not on the 100,000 lines of the list.

    A click on a line goes to its candidate, a click on a heading sorts. Tab reaches the table:
    Up and Down then go to the lines; letters, Space and other arrows stay with the commands.

    Parameters
    ----------
    session : Session
        Session whose queue is listed.
    columns : list of str, optional
        The columns shown at first; by default those of `vetter.core.columns.default_columns`.
    """

    columns_changed = pyqtSignal(list)
    """Names of the shown columns in order, emitted after a change by the user."""

    filter_wanted = pyqtSignal(str)
    """Condition that the user has chosen from the menu of a value."""

    def __init__(
        self, session: Session, columns: list[str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._columns = session.columns
        self._table = CandidateModel(session, self._columns, self)
        self._lines = LinePainter(self._table)
        self._shows_fits = False
        self._top_row = -1
        scored = bool(score_columns(session.source, session.candidates))
        self._max_width = SCORED_WIDTH if scored else MAX_WIDTH
        self._own_widths: dict[str, int] = {}
        self._whole_widths: list[int] = []
        # Until the columns are first set, Qt gives them sizes of its own.
        self._is_setting_widths = True
        self._arrived: set[int] = set()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(FITS_SHOW_MS)
        self._soon.timeout.connect(self._show_arrived)
        self._changed: set[int] = set()
        # In the turn after the panels of the next candidate are painted.
        self._next_turn = QTimer(self)
        self._next_turn.setSingleShot(True)
        self._next_turn.timeout.connect(self._show_changed)
        self.heading = CandidateHeading(session.queue, self._table, self)
        self.setHorizontalHeader(self.heading)
        # After setHorizontalHeader(), which hides the arrow of a table that does not sort itself.
        self.heading.setSortIndicatorShown(True)
        self.setModel(self._table)
        self.setAccessibleName("candidates")
        self._set_up_table()
        self._set_up_headers()
        self.set_columns(columns or self._first_columns())
        self._take_palette()
        self._table.modelReset.connect(self._on_reset)
        self._table.rowsAboutToBeInserted.connect(self._on_growing)
        self._table.rowsInserted.connect(self._on_grown)
        session.opinions_changed.connect(self._on_opinions_changed)
        self.heading.show_sort()

    @property
    def columns(self) -> list[str]:
        """Names of the shown columns, from left to right."""
        return self.heading.names

    def set_columns(self, names: list[str]) -> None:
        """Show these columns; unknown names are ignored, an empty list shows the defaults."""
        self._table.set_columns(names)
        if not self._table.names:
            self._table.set_columns(self._first_columns())
        self._shows_fits = not set(FIT_COLUMNS).isdisjoint(self._table.names)
        self.heading.reset_order()
        self._whole_widths = whole_widths(self._table, self.fontMetrics())
        self._fit_widths(self._max_width - self._frame_width())
        self.heading.show_sort()

    @property
    def widths(self) -> dict[str, int]:
        """Widths in pixels of the columns that the user has resized, by name."""
        return dict(self._own_widths)

    def set_widths(self, widths: Mapping[str, int]) -> None:
        """Restore widths of columns; names without a column wait for their column."""
        self._own_widths = dict(widths)
        self._take_own_widths()

    def _fit_widths(self, room: int) -> None:
        """Give the columns their widths for a room in pixels; those that the user set stay."""
        self._is_setting_widths = True
        widths = shrink_widths(self._table, self._whole_widths, room)
        for section, width in enumerate(widths):
            self.setColumnWidth(section, width)
        self._take_own_widths()

    def _take_own_widths(self) -> None:
        self._is_setting_widths = True
        for section, name in enumerate(self._table.names):
            if name in self._own_widths:
                self.setColumnWidth(section, self._own_widths[name])
        self._is_setting_widths = False

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None and event.size().width() != event.oldSize().width():
            self._fit_widths(event.size().width())

    def _on_section_resized(self, section: int, _before: int, width: int) -> None:
        # The last column takes what is left, so its width is not the user's.
        last = self.heading.logicalIndex(len(self._table.names) - 1)
        if not self._is_setting_widths and section != last:
            self._own_widths[self._table.names[section]] = width

    def pick_columns(self) -> None:
        """Open the choice of columns."""
        from vetter.gui.candidate_list.column_picker import ColumnPicker

        picker = ColumnPicker(self._columns, self.columns, self)
        picker.picked.connect(self._on_picked)
        picker.open()

    def follow(self, row: int) -> None:
        """Mark a candidate's line; scroll by half a page only if the line is out of view."""
        place = self._session.queue.position_of(row)
        self._mark_place(place)
        if place < 0:
            return
        self._scroll_to(place)

    def _scroll_to(self, place: int) -> None:
        bar, viewport = self.verticalScrollBar(), self.viewport()
        assert bar is not None and viewport is not None
        lines = max(1, viewport.height() // self._line_height())
        if not bar.value() <= place < bar.value() + lines:
            bar.setValue(place - lines // 2)

    def row_at(self, point: QPoint) -> int:
        """Return the row of the candidate at a point of the viewport; -1 below the last line."""
        index = self.indexAt(point)
        return self._table.row(index.row()) if index.isValid() else -1

    def extend_menu(self, menu: QMenu, row: int, point: QPoint) -> None:
        """Add the filters by the value at a point, and the entries of its column, to a menu."""
        index = self.indexAt(point)
        if not index.isValid():
            return
        name = self._table.names[index.column()]
        for condition in self._conditions(name, row):
            action = menu.addAction(menu_text(f"Filter by {condition}"))
            if action is not None:
                action.triggered.connect(partial(self._emit_filter, condition))
        menu.addSeparator()
        self.heading.add_entries(menu, index.column())

    def _conditions(self, name: str, row: int) -> list[str]:
        if name == "verdict":
            return [f"verdict={self._session.opinion(row).verdict.value}"]
        if name == "tags":
            tags = self._session.opinion(row).tags
            return [condition for tag in tags for condition in value_filters("tags", tag)]
        if name == "comment":
            return []
        return value_filters(name, self._columns.values(name)[row])

    def _emit_filter(self, condition: str, _checked: bool) -> None:
        self.filter_wanted.emit(condition)

    def _hide_column(self, name: str) -> None:
        self._on_picked([column for column in self.columns if column != name])

    def sizeHintForColumn(self, column: int) -> int:
        """Return the width of the lines on screen, for a double click on the heading's border."""
        bar, viewport = self.verticalScrollBar(), self.viewport()
        assert bar is not None and viewport is not None
        first = bar.value()
        last = min(first + viewport.height() // self._line_height() + 1, self._table.rowCount())
        return fitting_width(self._table, self.fontMetrics(), column, range(first, last))

    def sizeHint(self) -> QSize:
        widths = sum(self.columnWidth(section) for section in range(len(self._table.names)))
        width = widths + self._frame_width()
        return QSize(min(max(width, MIN_WIDTH), self._max_width), 400)

    def height_of_lines(self, lines: int) -> int:
        """Return the height of the list with so many lines below its heading, in pixels."""
        return self.heading.sizeHint().height() + lines * self._line_height() + 2

    def minimumSizeHint(self) -> QSize:
        return QSize(MIN_WIDTH, 100)

    def repaint_later(self) -> None:
        """Schedule a repaint of the list, after the panels."""
        viewport = self.viewport()
        assert viewport is not None
        viewport.update()

    def update_rows(self, rows: list[int]) -> None:
        """Repaint the lines of these candidates that are on screen."""
        if len(rows) >= MIN_LINES_FULL_REPAINT:
            self.repaint_later()
            return
        for row in rows:
            self._update_line(self._session.queue.position_of(row))

    def update_fit_results(self, rows: list[int]) -> None:
        """Schedule an update for new fit results, which arrive by the hundred."""
        if self._shows_fits and self.isVisible():
            self._arrived.update(rows)
            if not self._soon.isActive():
                self._soon.start()

    def _show_arrived(self) -> None:
        rows, self._arrived = self._arrived, set()
        bar, viewport = self.verticalScrollBar(), self.viewport()
        assert bar is not None and viewport is not None
        first = bar.value()
        last = first + viewport.height() // self._line_height() + 1
        if not rows.isdisjoint(self._session.queue.order[first:last].tolist()):
            self.repaint_later()

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self._soon.stop()
        self._next_turn.stop()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the exposed lines, without Qt's work for each cell."""
        viewport, count = self.viewport(), self._table.rowCount()
        assert event is not None and viewport is not None
        area = event.rect()
        first = self.rowAt(area.top())
        if first < 0:
            return
        last = self.rowAt(area.bottom())
        places = range(first, (last if last >= 0 else count - 1) + 1)
        painter = QPainter(viewport)
        top, height = self.rowViewportPosition(first), self.rowHeight(first)
        self._lines.paint(painter, places, self._spans(), top, height, self.fontMetrics())
        painter.end()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Go to the line that was pressed."""
        assert event is not None
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self._session.go_to_row(self._table.row(index.row()))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None:
            return
        if event.key() == Qt.Key.Key_Down:
            self._session.next()
        elif event.key() == Qt.Key.Key_Up:
            self._session.previous()
        else:
            event.ignore()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self._take_palette()

    def _set_up_table(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)

    def _set_up_headers(self) -> None:
        lines = self.verticalHeader()
        assert lines is not None
        lines.hide()
        # Fixed: ResizeToContents takes 10 s for 100,000 lines.
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        height = max(self.fontMetrics().height() + 6, 20)
        lines.setMinimumSectionSize(height)
        lines.setDefaultSectionSize(height)
        self.heading.columns_wanted.connect(self.pick_columns)
        self.heading.hide_wanted.connect(self._hide_column)
        self.heading.sectionMoved.connect(self._on_section_moved)
        self.heading.sectionResized.connect(self._on_section_resized)

    def _line_height(self) -> int:
        """Return the height of every line, in pixels, also while the list is empty."""
        # Not rowHeight(0), which is 0 if the filter matches nothing.
        lines = self.verticalHeader()
        assert lines is not None
        return lines.defaultSectionSize()

    def _spans(self) -> list[Span]:
        """Return the columns on screen, with left edge and width."""
        viewport = self.viewport()
        assert viewport is not None
        spans = []
        for section in range(len(self._table.names)):
            x, width = self.columnViewportPosition(section), self.columnWidth(section)
            if x < viewport.width() and x + width > 0:
                spans.append(Span(section, x, width))
        return spans

    def _first_columns(self) -> list[str]:
        return first_columns(self._session.source, self._session.candidates, self._columns)

    def _frame_width(self) -> int:
        """Return the width of frame and scroll bar in pixels."""
        # From the bar: naming a metric of QStyle makes PyQt wrap all its six hundred names.
        bar = self.verticalScrollBar()
        assert bar is not None
        return bar.sizeHint().width() + 2 * self.frameWidth()

    def _take_palette(self) -> None:
        self._lines.set_palette(self.palette(), self.devicePixelRatioF())
        flatten_scroll_bars(self)
        self.repaint_later()

    def _mark_place(self, place: int) -> None:
        before, self._lines.current_place = self._lines.current_place, place
        if before != place:
            self._update_line(before)
            self._update_line(place)

    def _update_line(self, place: int) -> None:
        viewport = self.viewport()
        if viewport is None or not 0 <= place < self._table.rowCount():
            return
        top = self.rowViewportPosition(place)
        if -self.rowHeight(place) < top < viewport.height():
            viewport.update(0, top, viewport.width(), self.rowHeight(place))

    def _on_opinions_changed(self, rows: list[int]) -> None:
        self._changed.update(rows)
        self._next_turn.start()

    def _show_changed(self) -> None:
        rows, self._changed = self._changed, set()
        self.update_rows(list(rows))

    def _on_reset(self) -> None:
        self._lines.current_place = -1
        # The scroll bar still has the range of the previous list.
        self.updateGeometries()
        row = self._session.current_row
        self.follow(row)
        if self._session.queue.leaves_out(row):
            self._scroll_to(self._session.queue.place_near(row))
        self.heading.show_sort()

    def _on_growing(self) -> None:
        bar = self.verticalScrollBar()
        place = 0 if bar is None else bar.value()
        self._top_row = self._table.row(place) if place < self._table.rowCount() else -1

    def _on_grown(self) -> None:
        """Keep the lines on screen in place, since a sort puts new lines among the others."""
        queue, bar = self._session.queue, self.verticalScrollBar()
        self._lines.current_place = queue.position_of(self._session.current_row)
        if queue.is_reordered and self._top_row >= 0 and bar is not None:
            self.updateGeometries()
            if bar.value() > 0:
                bar.setValue(queue.position_of(self._top_row))
            self.repaint_later()

    def _on_section_moved(self, _section: int, _before: int, _now: int) -> None:
        self.columns_changed.emit(self.columns)

    def _on_picked(self, names: list[str]) -> None:
        self.set_columns(names)
        self.columns_changed.emit(self.columns)
