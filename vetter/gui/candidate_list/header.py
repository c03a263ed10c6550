"""Headings of the candidate list: a click sorts, dragging moves a column."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QPoint, Qt, pyqtSignal
from PyQt6.QtWidgets import QHeaderView, QMenu, QWidget

from vetter.gui.candidate_list.list_model import CandidateModel
from vetter.gui.widgets.plain_text import menu_text
from vetter.review.queue import Queue

MIN_SECTION_WIDTH = 26


class CandidateHeading(QHeaderView):
    """Headings that sort the queue on a click: ascending, descending, then the file's order.

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
        """Mark the column that sorts the queue."""
        queue, names = self._queue, self._table.names
        section = names.index(queue.sort_column) if queue.sort_column in names else -1
        down = Qt.SortOrder.DescendingOrder if queue.descending else Qt.SortOrder.AscendingOrder
        self.setSortIndicator(section, down)

    def add_entries(self, menu: QMenu, section: int) -> None:
        """Add the entries of a column to a menu: sort, hide, choose; -1 for none."""
        names = self._table.names
        if 0 <= section < len(names):
            name = names[section]
            for title, run in (
                (f"Sort by {name}", partial(self._queue.sort_by, name, False)),
                (f"Sort by {name}, descending", partial(self._queue.sort_by, name, True)),
                ("Sort as in the file", partial(self._queue.sort_by, None, False)),
                (f"Hide column {name}", partial(self.hide_wanted.emit, name)),
            ):
                action = menu.addAction(menu_text(title))
                if action is not None:
                    action.triggered.connect(partial(_run, run))
                    action.setEnabled(len(names) > 1 or not title.startswith("Hide"))
        action = menu.addAction("Columns of the table...")
        if action is not None:
            action.triggered.connect(self.columns_wanted)

    def _on_clicked(self, section: int) -> None:
        name, queue = self._table.names[section], self._queue
        if queue.sort_column != name:
            queue.sort_by(name, False)
        elif not queue.descending:
            queue.sort_by(name, True)
        else:
            queue.sort_by(None)

    def _on_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.add_entries(menu, self.logicalIndexAt(place))
        menu.popup(self.mapToGlobal(place))


def _run(run: Callable[[], None], _checked: bool = False) -> None:
    run()
