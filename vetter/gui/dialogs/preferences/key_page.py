"""Page of the keys: one line per command, and a field that records the key pressed in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from vetter.gui.actions.command import Command
from vetter.gui.actions.keymap import Keymap, keys_text
from vetter.gui.widgets.plain_text import plain_label, plain_tip

_ID = Qt.ItemDataRole.UserRole


class KeyPage(QWidget):
    """Table of commands with their keys; a key of another command is not taken silently.

    Parameters
    ----------
    commands : sequence of Command
        The command table, with the user's names of the tags.
    keymap : Keymap
        The keys in force.
    """

    keys_changed = pyqtSignal(dict)
    """New keys of one command or two, by command id."""

    def __init__(
        self, commands: Sequence[Command[Any]], keymap: Keymap, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._commands = {command.id: command for command in commands}
        self._keymap = dict(keymap)
        self._clash = ("", "")
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Find a command or a key")
        self.search.setAccessibleName("find a command or a key")
        self.search.setClearButtonEnabled(True)
        self.table = self._make_table()
        self.field = QKeySequenceEdit(self)
        self.field.setMaximumSequenceLength(1)
        self.field.setAccessibleName("new key")
        self.problem = plain_label(parent=self)
        self.problem.setWordWrap(True)
        self.problem.setAccessibleName("problem with the key")
        self.add = self._button("Add", "this key runs the command too")
        self.only = self._button("Set", "only this key runs the command")
        self.none = self._button("No key", "take all keys of the command away")
        self.usual = self._button("Default", "the keys that the program came with")
        self.take = self._button("Take it", "take the key away from the other command")
        self._lay_out()
        self.search.textChanged.connect(self._on_search)
        self.table.currentCellChanged.connect(self._on_moved)
        self.add.clicked.connect(self._on_add)
        self.only.clicked.connect(self._on_only)
        self.none.clicked.connect(self._on_none)
        self.usual.clicked.connect(self._on_usual)
        self.take.clicked.connect(self._on_take)
        self.table.setCurrentCell(0, 0)
        self._show_problem("")

    @property
    def command(self) -> str:
        """Id of the selected command; empty while a search finds none."""
        item = self.table.item(self.table.currentRow(), 0)
        return "" if item is None else str(item.data(_ID))

    def select(self, command: str) -> None:
        """Select a command's line."""
        for row in range(self.table.rowCount()):
            item = self.table.item(row, 0)
            if item is not None and item.data(_ID) == command:
                self.table.setCurrentCell(row, 0)

    def give(self, keys: Sequence[str]) -> None:
        """Give the selected command these keys, unless another command has one of them."""
        command = self.command
        for key in keys:
            owner = self._owner(key, command)
            if owner:
                self._clash = (owner, key)
                here, there = (self._commands[name].title for name in (command, owner))
                self._show_problem(
                    f"{keys_text([key])} would run both {here!r} and {there!r}: not changed"
                )
                return
        self._apply({command: tuple(dict.fromkeys(keys))})

    def _owner(self, key: str, but: str) -> str:
        for name, keys in self._keymap.items():
            if name != but and key in (_portable(own) for own in keys):
                return name
        return ""

    def _apply(self, changes: dict[str, tuple[str, ...]]) -> None:
        self._clash = ("", "")
        self._keymap.update(changes)
        self.field.clear()
        self._show_problem("")
        for row in range(self.table.rowCount()):
            item = self.table.item(row, 0)
            if item is not None and item.data(_ID) in changes:
                self._set_keys(row, str(item.data(_ID)))
        self.keys_changed.emit(changes)

    def _recorded(self) -> str:
        return self.field.keySequence().toString()

    def _on_add(self) -> None:
        if key := self._recorded():
            self.give([*map(_portable, self._keymap[self.command]), key])

    def _on_only(self) -> None:
        if key := self._recorded():
            self.give([key])

    def _on_none(self) -> None:
        self.give([])

    def _on_usual(self) -> None:
        self.give([_portable(key) for key in self._commands[self.command].keys])

    def _on_take(self) -> None:
        owner, key = self._clash
        if not owner:
            return
        kept = tuple(own for own in self._keymap[owner] if _portable(own) != key)
        mine = tuple(dict.fromkeys([*map(_portable, self._keymap[self.command]), key]))
        self._apply({owner: kept, self.command: mine})

    def _on_moved(self, _row: int, _column: int, _old: int, _before: int) -> None:
        self._clash = ("", "")
        self.field.clear()
        self._show_problem("")

    def _on_search(self, text: str) -> None:
        words = text.casefold().split()
        for row in range(self.table.rowCount()):
            items = [self.table.item(row, column) for column in range(2)]
            line = " ".join(item.text().casefold() for item in items if item is not None)
            self.table.setRowHidden(row, not all(word in line for word in words))
        self._select_visible()

    def _select_visible(self) -> None:
        """Select the first visible line, unless the selected one is visible; else none.

        The buttons act on the selected command, so that it must be one that the user sees.
        """
        visible = [row for row in range(self.table.rowCount()) if not self.table.isRowHidden(row)]
        if self.table.currentRow() not in visible:
            self.table.setCurrentCell(visible[0] if visible else -1, 0)
        for button in (self.add, self.only, self.none, self.usual):
            button.setEnabled(bool(visible))

    def _show_problem(self, text: str) -> None:
        self.problem.setText(f"⚠ {text}" if text else "")
        self.take.setEnabled(bool(self._clash[0]))

    def _set_keys(self, row: int, command: str) -> None:
        self.table.setItem(row, 1, _cell(keys_text(self._keymap[command])))

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(len(self._commands), 2, self)
        table.setHorizontalHeaderLabels(["Command", "Keys"])
        table.setAccessibleName("commands and their keys")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        lines, headings = table.verticalHeader(), table.horizontalHeader()
        assert lines is not None and headings is not None
        lines.hide()
        headings.setStretchLastSection(True)
        for row, command in enumerate(self._commands.values()):
            title = _cell(f"{command.menu}: {command.title}")
            title.setData(_ID, command.id)
            table.setItem(row, 0, title)
            table.setItem(row, 1, _cell(keys_text(self._keymap.get(command.id, ()))))
        table.resizeColumnToContents(0)
        table.setColumnWidth(0, min(table.columnWidth(0), 340))
        return table

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        return button

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(plain_label("Press a key:", self))
        line.addWidget(self.field, 1)
        for button in (self.add, self.only, self.none, self.usual):
            line.addWidget(button)
        below = QHBoxLayout()
        below.addWidget(self.problem, 1)
        below.addWidget(self.take, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        layout.addLayout(line)
        layout.addLayout(below)


def _portable(key: str) -> str:
    return QKeySequence.fromString(key).toString()


def _cell(text: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setFlags(Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled)
    item.setToolTip(plain_tip(text))
    return item
