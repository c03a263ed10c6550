"""Searchable window with every column of the candidate on screen."""

from __future__ import annotations

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, QTimer
from PyQt6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from vetter.core.columns.review_columns import WAITS
from vetter.core.judgement.fit_table import COLUMNS as FIT_COLUMNS
from vetter.gui.widgets.plain_text import plain_tip, window_title
from vetter.review.session import Session

FOLLOW_MS = 150
"""Delay before the window follows the current candidate, so that the panels come first."""
_HEADINGS = ("column", "value", "unit")
_NAME = "all columns"


class ColumnTable(QAbstractTableModel):
    """Table with one line per column: its name, one candidate's value, and the unit.

    Parameters
    ----------
    session : Session
        Session whose columns are shown.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._search = ""
        self._row = -1
        self.lines: list[tuple[str, str, str]] = []

    def show(self, row: int, search: str | None = None) -> None:
        """Show a candidate's columns whose name, value or unit contains the searched text."""
        self._search = self._search if search is None else search.strip().lower()
        self._row = row
        self.beginResetModel()
        self.lines = [
            line for line in self._all_lines(row) if self._search in " ".join(line).lower()
        ]
        self.endResetModel()

    def _all_lines(self, row: int) -> list[tuple[str, str, str]]:
        session, columns = self._session, self._session.columns
        if not 0 <= row < len(session.candidates):
            return []
        opinion = session.opinion(row)
        review_texts = {
            "verdict": str(opinion.verdict),
            "tags": ", ".join(opinion.tags),
            "comment": opinion.comment,
            "name": session.candidates.name(row),
        }
        lines = []
        # The list's own columns come before those of fits, which may be empty.
        fits_last = sorted(columns.names, key=lambda name: name in FIT_COLUMNS)
        for name in fits_last:
            text = review_texts[name] if name in review_texts else self._value_text(name, row)
            lines.append((name, text, columns.unit(name)))
        return lines

    def _value_text(self, name: str, row: int) -> str:
        # The exact value, not rounded to the list's decimals, since users look values up here.
        value = self._session.columns.values(name)[row]
        if value is None or value != value:
            return ""
        if name == WAITS:
            return self._session.columns.writer(name)(value)
        # Results of fits have at most six meaningful digits; 17 would be numerical noise.
        if name in FIT_COLUMNS and isinstance(value, float):
            return f"{value:.6g}"
        return str(value)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(_HEADINGS)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.lines[index.row()][index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self.lines[index.row()][index.column()])
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> str | None:
        across = orientation == Qt.Orientation.Horizontal
        return _HEADINGS[section] if across and role == Qt.ItemDataRole.DisplayRole else None


class AllColumns(QDialog):
    """Window beside the panels that may stay open and follows the current candidate.

    Parameters
    ----------
    session : Session
        Session whose current candidate is shown.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(_NAME)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._session = session
        self.model = ColumnTable(session, self)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Find a column or a value")
        self.search.setAccessibleName("find a column or a value")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_search)
        self.table = self._make_table()
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(FOLLOW_MS)
        self._soon.timeout.connect(self.refresh)
        session.current_changed.connect(self._on_changed)
        session.opinions_changed.connect(self._on_changed)
        QShortcut(QKeySequence.StandardKey.Copy, self.table).activated.connect(self.copy)
        self.resize(500, 600)
        self.refresh()

    @classmethod
    def show_over(cls, window: QWidget, session: Session) -> AllColumns:
        """Open the window beside the panels; if it is open, put the cursor into its search.

        A new window does not take the keyboard, so that verdict keys still reach the panels.
        """
        dialog = window.findChild(cls, _NAME)
        is_open = dialog is not None
        if dialog is None:
            dialog = cls(session, window)
            # Placed over the list, not over the panels.
            corner = window.mapToGlobal(window.rect().topRight())
            dialog.move(corner.x() - dialog.width() - 8, corner.y() + 60)
        dialog.show()
        if is_open:
            dialog.activateWindow()
            dialog.search.setFocus()
            dialog.search.selectAll()
        return dialog

    def refresh(self) -> None:
        """Show the current candidate."""
        row = self._session.current_row
        self.model.show(row)
        name = self._session.candidates.name(row) if row >= 0 else "no candidate"
        self.setWindowTitle(window_title(f"All values of {name}"))

    def copy(self) -> None:
        """Put the selected values on the clipboard."""
        selection, clipboard = self.table.selectionModel(), QGuiApplication.clipboard()
        if selection is None or clipboard is None:
            return
        lines = sorted({index.row() for index in selection.selectedIndexes()})
        clipboard.setText("\n".join("\t".join(self.model.lines[line]) for line in lines))

    def _make_table(self) -> QTableView:
        table = QTableView(self)
        table.setModel(self.model)
        table.setAccessibleName("columns and their values")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setWordWrap(False)
        beside, above = table.verticalHeader(), table.horizontalHeader()
        assert beside is not None and above is not None
        beside.hide()
        beside.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        beside.setDefaultSectionSize(table.fontMetrics().height() + 6)
        above.setStretchLastSection(True)
        above.setHighlightSections(False)
        above.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setColumnWidth(0, 170)
        table.setColumnWidth(1, 190)
        return table

    def _on_search(self, text: str) -> None:
        self.model.show(self._session.current_row, text)

    def _on_changed(self, _what: object) -> None:
        self._soon.start()
