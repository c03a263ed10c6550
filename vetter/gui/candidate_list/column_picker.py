"""Choice of columns: ticks select, dragging or moving changes the order."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vetter.core.columns.review_columns import ReviewColumns
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label


class ColumnPicker(QDialog):
    """Dialog with all columns; the shown ones come first and are ticked.

    Parameters
    ----------
    columns : ReviewColumns
        All columns.
    shown : list of str
        Names of the shown columns, in order.
    """

    picked = pyqtSignal(list)
    """Names of the ticked columns, from top to bottom."""

    def __init__(
        self, columns: ReviewColumns, shown: list[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("column picker")
        self.setWindowTitle("Columns")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(340, 480)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Find a column")
        self.search.setAccessibleName("find a column")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_search)
        self.list = QListWidget(self)
        self.list.setAccessibleName("columns")
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self._fill(columns, shown)
        layout = QVBoxLayout(self)
        explanation = plain_label("Ticked columns are shown, from left to right as listed here.")
        explanation.setWordWrap(True)
        layout.addWidget(explanation)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addLayout(self._make_movers())
        layout.addWidget(self._make_buttons())
        self.list.setFocus()

    def accept(self) -> None:
        """Emit the ticked columns and close."""
        self.picked.emit(self.ticked_names())
        super().accept()

    def ticked_names(self) -> list[str]:
        """Return the names of the ticked columns, in order."""
        items = [self._item(line) for line in range(self.list.count())]
        return [
            item.data(Qt.ItemDataRole.UserRole)
            for item in items
            if item.checkState() == Qt.CheckState.Checked
        ]

    def shift(self, steps: int) -> None:
        """Move the selected column up (-1) or down (1)."""
        line = self.list.currentRow()
        if line < 0 or not 0 <= line + steps < self.list.count():
            return
        item = self.list.takeItem(line)
        self.list.insertItem(line + steps, item)
        self.list.setCurrentRow(line + steps)

    def _item(self, line: int) -> QListWidgetItem:
        item = self.list.item(line)
        assert item is not None
        return item

    def _fill(self, columns: ReviewColumns, shown: list[str]) -> None:
        others = [name for name in columns.names if name not in shown]
        for name in [*shown, *others]:
            unit = columns.unit(name)
            item = QListWidgetItem(f"{name}  ({unit})" if unit else name, self.list)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            ticked = name in shown
            item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        self.list.setCurrentRow(0)

    def _make_movers(self) -> QHBoxLayout:
        movers = QHBoxLayout()
        for text, keys, moved in (
            ("Move up", "Alt+Up", self._on_up),
            ("Move down", "Alt+Down", self._on_down),
        ):
            button = QPushButton(text, self)
            button.setToolTip(keys)
            button.setAutoDefault(False)
            button.clicked.connect(moved)
            QShortcut(QKeySequence.fromString(keys), self).activated.connect(moved)
            movers.addWidget(button)
        return movers

    def _make_buttons(self) -> QDialogButtonBox:
        ok, cancel = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
        buttons = button_box(ok | cancel, self)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _on_up(self) -> None:
        self.shift(-1)

    def _on_down(self) -> None:
        self.shift(1)

    def _on_search(self, text: str) -> None:
        search = text.strip().lower()
        for line in range(self.list.count()):
            item = self._item(line)
            item.setHidden(search not in str(item.data(Qt.ItemDataRole.UserRole)).lower())
