"""Lanes above the list: filters with their counts, and how long the oldest candidate waits."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import QEvent, QSize, Qt, QTimer
from PyQt6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from vetter.gui.candidate_list.filter_bar import FilterBar
from vetter.gui.widgets.buttons import EnteredButton
from vetter.gui.widgets.plain_text import plain_tip
from vetter.review.session import Session
from vetter.review.threads.lanes import Lane, LaneCount, LaneCounter, make_lanes, wait_text

MAX_LINES = 8
"""Lines above which the lanes scroll: the list itself comes first."""
AGES_EVERY_MS = 600_000
"""Ten minutes between counts without a change: ages are shown in hours."""
_MARK = "▸"
_MARK_WIDTH, _COUNT_END, _MARGIN = 14, 66, 6
"""Pixels of the mark, from the right edge to the end of the numbers, and beside the ages."""


class LaneLine(EnteredButton):
    """One lane: a mark if it is in force, its name, its numbers, and the age of the oldest.

    Parameters
    ----------
    lane : Lane
    """

    def __init__(self, lane: Lane, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.lane = lane
        self.numbers = self.age = ""
        self.is_current = False
        self._is_under_pointer = False
        self.setFlat(True)

    def show_count(self, count: LaneCount | None, is_current: bool) -> None:
        """Show the numbers of the lane, and whether its filter is in force."""
        self.is_current = is_current
        self.numbers, self.age = "", ""
        words = f"filter {self.lane.expression}"
        if count is not None and count.problem:
            self.numbers, words = "?", f"{words}: {count.problem}"
        elif count is not None:
            of_own = f"{count.undecided:,}/{count.total:,}"
            self.numbers = of_own if self.lane.is_own else f"{count.total:,}"
            self.age = wait_text(count.days)
            words += f": {count.undecided:,} undecided of {count.total:,}"
            words += f", the oldest waits {self.age}" if self.age else ""
        self.setToolTip(plain_tip(words))
        self.setAccessibleName(f"lane {self.lane.name}{', in force' if is_current else ''}")
        self.setAccessibleDescription(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def enterEvent(self, event: QEnterEvent | None) -> None:
        super().enterEvent(event)
        self._is_under_pointer = True
        self.update()

    def leaveEvent(self, event: QEvent | None) -> None:
        super().leaveEvent(event)
        self._is_under_pointer = False
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter, palette, metrics = QPainter(self), self.palette(), self.fontMetrics()
        if self._is_under_pointer or self.isDown():
            painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.AlternateBase))
        if self.is_current:
            font = painter.font()
            font.setBold(True)
            painter.setFont(font)
        flags = Qt.AlignmentFlag.AlignVCenter
        area = self.rect().adjusted(2, 0, -_MARGIN, 0)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        if self.is_current:
            painter.drawText(area, flags | Qt.AlignmentFlag.AlignLeft, _MARK)
        numbers = area.adjusted(0, 0, -_COUNT_END + _MARGIN, 0)
        painter.drawText(numbers, flags | Qt.AlignmentFlag.AlignRight, self.numbers)
        names = numbers.adjusted(_MARK_WIDTH, 0, -painter.fontMetrics().horizontalAdvance("8"), 0)
        names.setRight(names.right() - painter.fontMetrics().horizontalAdvance(self.numbers))
        text = metrics.elidedText(self.lane.name, Qt.TextElideMode.ElideRight, names.width())
        painter.drawText(names, flags | Qt.AlignmentFlag.AlignLeft, text)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(area, flags | Qt.AlignmentFlag.AlignRight, self.age)


class LaneList(QScrollArea):
    """Lanes as lines: those of every list that have candidates, and the user's named filters.

    A click filters the list by the lane. The counts are made in a thread, and only while the
    lanes are shown.

    Parameters
    ----------
    session : Session
    filter_bar : FilterBar
        Its named filters are lanes too, and it applies the filter of a lane.
    """

    def __init__(
        self, session: Session, filter_bar: FilterBar, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._filter_bar = session, filter_bar
        self.is_wanted = True
        """Whether the user wants to see the lanes."""
        self._goes_on = False
        self._has_started = False
        self.lines: list[LaneLine] = []
        self.counter = LaneCounter(session.columns, lambda: session.codes, self)
        content = QWidget(self)
        self._layout = QVBoxLayout(content)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("lanes")
        self.hide()
        self._ages = QTimer(self)
        self._ages.setInterval(AGES_EVERY_MS)
        self._ages.timeout.connect(self._count)
        self.counter.counted.connect(self._on_counted)
        self.take_lanes()
        # The list would move down a moment after its first paint.
        self.counter.begin_with(session.counts)
        self._show_counts()

    def start(self) -> None:
        """Count, from now on after each change."""
        session = self._session
        self._has_started = True
        self._count()
        session.opinions_changed.connect(self._count_soon)
        session.grown.connect(self._count_soon)
        session.queue_changed.connect(self._show_counts)
        session.settings_changed.connect(self.take_lanes)
        self._filter_bar.saved.changed.connect(self.take_lanes)
        self._ages.start()

    def stop(self) -> None:
        """Stop counting: the window closes."""
        self._ages.stop()
        self.counter.close()

    def toggle(self) -> None:
        """Show or hide the lanes; the session stores the choice."""
        self.set_wanted(not self.is_wanted)
        self._session.writer.keep_setting("lanes", self.is_wanted)
        self._count()

    def set_wanted(self, wanted: bool) -> None:
        """Restore whether the lanes are shown."""
        self.is_wanted = wanted
        self._show_counts()

    def note_fits(self, _rows: object = None) -> None:
        """Count in a moment, if new results of fits may change a lane of the user's."""
        if self.counter.has_changing:
            self._count_soon()

    def take_lanes(self, _changed: object = None) -> None:
        """Take over the named filters that fit this list, and the settings."""
        named = self._filter_bar.saved.usable
        lanes = make_lanes(self._session.settings.review.wait_days, named)
        if tuple(lanes) == self.counter.lanes:
            return
        self.counter.set_lanes(lanes)
        for line in self.lines:
            self._layout.removeWidget(line)
            line.deleteLater()
        self.lines = [LaneLine(lane, self.widget()) for lane in lanes]
        for line in self.lines:
            line.clicked.connect(partial(self._on_clicked, line.lane))
            self._layout.addWidget(line)
        self._show_counts()
        self._count()

    def go_to_next(self) -> None:
        """Filter by the next lane that has undecided candidates, once they are counted."""
        self._goes_on = True
        self.counter.count()

    def _count(self) -> None:
        if self.is_wanted and self._has_started:
            self.counter.count()

    def _count_soon(self, _rows: object = None) -> None:
        if self.is_wanted:
            self.counter.count_soon()

    def _on_counted(self) -> None:
        self._show_counts()
        if self._goes_on:
            self._goes_on = False
            self._go_on()

    def _go_on(self) -> None:
        lanes, counts = self.counter.lanes, self.counter.counts
        present = self._session.queue.expression
        at = next((n for n, lane in enumerate(lanes) if lane.expression == present), -1)
        for lane in (*lanes[at + 1 :], *lanes[: max(at, 0)]):
            if lane in counts and counts[lane].undecided:
                self._filter_bar.apply(lane.expression)
                self._session.message.emit(f"lane: {lane.name}")
                return
        self._session.message.emit("no other lane has undecided candidates")

    def _show_counts(self) -> None:
        present, shown = self._session.queue.expression, 0
        for line in self.lines:
            count = self.counter.counts.get(line.lane)
            is_current = bool(present) and line.lane.expression == present
            line.show_count(count, is_current)
            is_filled = count is not None and count.total > 0
            line.setVisible(is_filled or is_current or line.lane.is_own)
            shown += not line.isHidden()
        if self.lines:
            self.setFixedHeight(min(shown, MAX_LINES) * self.lines[0].sizeHint().height())
        self.setVisible(self.is_wanted and shown > 0)

    def _on_clicked(self, lane: Lane, _checked: bool) -> None:
        self._filter_bar.apply(lane.expression)
