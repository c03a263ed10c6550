"""Every column of the candidate on screen, to be searched: what the card has no room for."""

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

from vetter.core.judgement.fit_table import COLUMNS as FIT_COLUMNS
from vetter.gui.widgets.plain_text import plain_tip, window_title
from vetter.review.session import Session

FOLLOW_MS = 150
"""It follows the vetter when they rest: the panels come first."""
_HEADINGS = ("column", "value", "unit")
_NAME = "all columns"


class ColumnTable(QAbstractTableModel):
    """One line a column: its name, the value of one candidate, and the unit.

    Parameters
    ----------
    session : Session
        Whose columns they are.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._sought = ""
        self._row = -1
        self.lines: list[tuple[str, str, str]] = []

    def show(self, row: int, sought: str | None = None) -> None:
        """Show a candidate; of its columns those whose name or value holds what is sought."""
        self._sought = self._sought if sought is None else sought.strip().lower()
        self._row = row
        self.beginResetModel()
        self.lines = [line for line in self._all(row) if self._sought in " ".join(line).lower()]
        self.endResetModel()

    def _all(self, row: int) -> list[tuple[str, str, str]]:
        session, columns = self._session, self._session.columns
        if not 0 <= row < len(session.candidates):
            return []
        opinion = session.opinion(row)
        said = {
            "verdict": str(opinion.verdict),
            "tags": ", ".join(opinion.tags),
            "comment": opinion.comment,
            "name": session.candidates.name(row),
        }
        lines = []
        for name in columns.names:
            text = said[name] if name in said else self._text(name, row)
            lines.append((name, text, columns.unit(name)))
        return lines

    def _text(self, name: str, row: int) -> str:
        # As the value is, and not cut to the list's decimals: this is where one looks it up.
        value = self._session.columns.values(name)[row]
        if value is None or value != value:
            return ""
        # What a fit says has no more than this: 17 digits are the arithmetic's.
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
    """A window beside the panels that may stay open, and goes with the vetter.

    Parameters
    ----------
    session : Session
        Whose candidate on screen it shows.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(_NAME)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
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
        """Open it, or bring the one that is open to the front."""
        found = window.findChild(cls, _NAME)
        dialog = found
        if dialog is None:
            dialog = cls(session, window)
            # Over the list, and not over the panels.
            corner = window.mapToGlobal(window.rect().topRight())
            dialog.move(corner.x() - dialog.width() - 8, corner.y() + 60)
        dialog.show()
        dialog.activateWindow()
        dialog.search.setFocus()
        dialog.search.selectAll()
        return dialog

    def refresh(self) -> None:
        """Show the candidate that is on screen now."""
        row = self._session.current_row
        self.model.show(row)
        name = self._session.candidates.name(row) if row >= 0 else "no candidate"
        self.setWindowTitle(window_title(f"All columns of {name}"))

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
