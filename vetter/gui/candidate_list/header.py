"""Headings of the candidate list: a click sorts, with Shift also; dragging moves a column."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QPoint, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QHeaderView, QMenu, QWidget

from vetter.gui.candidate_list.list_model import CandidateModel
from vetter.gui.widgets.plain_text import menu_text
from vetter.review.queue import Queue

MIN_SECTION_WIDTH = 26


class CandidateHeading(QHeaderView):
    """Headings that sort the queue on a click: ascending, descending, then the file's order.

    A click with Shift adds the column to those that sort, turns it, then removes it. One column
    has an arrow, several have arrows with their numbers.

    Parameters
    ----------
    queue : Queue
    model : CandidateModel
        Model whose columns are the sections.
    """

    columns_wanted = pyqtSignal()
    """The user has asked for the choice of columns."""

    hide_wanted = pyqtSignal(str)
    """Name of a column that the user wants to hide."""

    def __init__(self, queue: Queue, model: CandidateModel, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._queue = queue
        self._table = model
        self._held = Qt.KeyboardModifier.NoModifier
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(MIN_SECTION_WIDTH)
        self.setStretchLastSection(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        self.sectionClicked.connect(self._on_clicked)

    @property
    def names(self) -> list[str]:
        """The columns from left to right, as moved."""
        names = self._table.names
        return [names[self.logicalIndex(place)] for place in range(len(names))]

    def reset_order(self) -> None:
        """Put the sections into the model's order, without a signal."""
        self.blockSignals(True)
        for section in range(len(self._table.names)):
            self.moveSection(self.visualIndex(section), section)
        self.blockSignals(False)

    def show_sort(self) -> None:
        """Mark the columns that sort the queue."""
        queue, names = self._queue, self._table.names
        several = len(queue.sort_keys) > 1
        marked = queue.sort_column in names and not several
        section = names.index(queue.sort_column) if marked and queue.sort_column else -1
        down = Qt.SortOrder.DescendingOrder if queue.descending else Qt.SortOrder.AscendingOrder
        self.setSortIndicator(section, down)
        self._table.set_sort_marks(queue.sort_keys if several else ())

    def add_entries(self, menu: QMenu, section: int) -> None:
        """Add the entries of a column to a menu: sort, hide, choose; -1 for none."""
        names = self._table.names
        if 0 <= section < len(names):
            name = names[section]
            entries: list[tuple[str, Callable[[], None]]] = [
                (f"Sort by {name}", partial(self._queue.sort_by, name, False)),
                (f"Sort by {name}, descending", partial(self._queue.sort_by, name, True)),
                *self._further_sorts(name),
                (self._unsorted, partial(self._queue.sort_by, None, False)),
                (f"Hide column {name}", partial(self.hide_wanted.emit, name)),
            ]
            for title, run in entries:
                action = menu.addAction(menu_text(title))
                if action is not None:
                    action.triggered.connect(partial(_run, run))
                    action.setEnabled(len(names) > 1 or not title.startswith("Hide"))
        action = menu.addAction("Columns of the table...")
        if action is not None:
            action.triggered.connect(self.columns_wanted)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None:
            self._held = event.modifiers()
        super().mousePressEvent(event)

    @property
    def _unsorted(self) -> str:
        return "Sort as in the file" if self._queue.seed is None else "Sort as shuffled"

    def _further_sorts(self, name: str) -> list[tuple[str, Callable[[], None]]]:
        """Return title and action of each way to sort by a further column."""
        queue = self._queue
        if queue.sort_column in (None, name):
            return []
        also = partial(queue.sort_also, name)
        return [
            (f"Then by {name}  (Shift+click)", partial(also, False)),
            (f"Then by {name}, descending", partial(also, True)),
        ]

    def _on_clicked(self, section: int) -> None:
        name, queue = self._table.names[section], self._queue
        directions = {key.column: key.descending for key in queue.sort_keys}
        with_others = bool(self._held & Qt.KeyboardModifier.ShiftModifier)
        if name not in directions or (len(directions) > 1 and not with_others):
            sort = queue.sort_also if with_others else queue.sort_by
            sort(name, False)
        elif not directions[name]:
            queue.sort_also(name, True)
        else:
            queue.drop_sort(name)

    def _on_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.add_entries(menu, self.logicalIndexAt(place))
        menu.popup(self.mapToGlobal(place))


def _run(run: Callable[[], None], _checked: bool) -> None:
    run()
