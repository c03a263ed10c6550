"""Sheet of all keys on one page, made from the command table and the keys in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont, QPalette
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from vetter.gui.actions.command import MENUS, UNNAMED_TAG, Command
from vetter.gui.actions.keymap import Keymap, keys_text, lost_keys
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label

Group = tuple[str, list[tuple[str, str]]]
"""A heading, and lines of keys and actions."""

COLUMNS = 3
KEY_NAMES = {".": ".  full stop", ",": ",  comma", "-": "-  minus"}
"""Readable text for keys whose sign is only a pixel or two on the screen."""
FIXED_KEYS = (
    ("Grid", "Arrows", "Move; with Shift select a range"),
    ("Grid", "Ctrl+A", "Select all"),
    ("Grid", "Ctrl+Space", "Add or remove one candidate"),
    ("Grid", "Tab", "Next plane"),
    ("Grid", "Enter", "Open in the panels"),
    ("Grid and text fields", "Esc", "Leave"),
    ("Filter", "Tab", "Complete a column or an answer"),
    ("Filter", "Up, Down", "Earlier filters"),
    ("Outside the filter", "Enter", "Yes, give the verdict"),
    ("Outside the filter", "Esc", "No; again: clear the filter"),
    ("Field view", "Tab", "Next button; Enter presses it"),
    ("Field view", "Enter", "Yes, for all selected"),
    ("Field view", "Esc", "No; again: select none"),
    ("Mouse on a panel", "Wheel", "Zoom at the pointer"),
    ("Mouse on a panel", "Drag", "Move the view"),
    ("Mouse on a panel", "Right drag", "Contrast (up, down) and bias"),
    ("Mouse on a panel", "Double click", "Large panel, or back"),
    ("Mouse on a panel", "Right click", "Copy, look up, reset"),
    ("Mouse elsewhere", "Click a count", "Filter by it"),
    ("Mouse elsewhere", "Click a heading", "Sort; again: descending, file's order"),
    ("Mouse elsewhere", "Right click", "Menu of a line, tile or mark"),
    ("Mouse elsewhere", "Drag in the field", "Select; with Shift more"),
)

MAX_HEIGHT = 580
"""Height of the columns, pixels, above which they scroll unless the window is taller."""
_FRAME_HEIGHT = 60
"""Height of the desktop's frame around a dialog, with a margin, pixels."""


class KeySheet(QDialog):
    """Dialog with the commands by menu, in columns that scroll on a screen of 1280 x 720.

    Parameters
    ----------
    commands : sequence of Command
        The command table; commands without a key are omitted.
    keymap : Keymap
        The keys in force.
    """

    def __init__(
        self, commands: Sequence[Command[Any]], keymap: Keymap, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("All keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        content = QWidget(self)
        columns = QHBoxLayout(content)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(28)
        for groups in _split_columns(_make_groups(commands, keymap)):
            columns.addLayout(self._make_column(groups))
        palette_key = keys_text(keymap.get("go.palette", ()))
        lines = [f"All other commands are in the menus and the palette ({palette_key})."]
        lines += [f"{key.words}." for key in lost_keys(commands, keymap).values()]
        hint = plain_label("\n".join(lines), self)
        hint.setWordWrap(True)
        close = button_box(QDialogButtonBox.StandardButton.Close, self)
        close.rejected.connect(self.reject)
        below = QHBoxLayout()
        below.addWidget(hint, 1)
        below.addWidget(close)
        scroll = QScrollArea(self)
        scroll.setAccessibleName("all keys")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        wanted = content.sizeHint()
        bar = scroll.verticalScrollBar()
        beside = 0 if bar is None else bar.sizeHint().width()
        scroll.setMinimumSize(wanted.width() + beside, min(wanted.height(), MAX_HEIGHT))
        layout = QVBoxLayout(self)
        layout.addWidget(scroll)
        layout.addLayout(below)
        if parent is not None:
            least = self.sizeHint()
            whole = least.height() + wanted.height() - scroll.minimumHeight()
            room = parent.height() - _FRAME_HEIGHT
            self.resize(least.width(), max(least.height(), min(whole, room)))

    def _make_column(self, groups: Sequence[Group]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        line = 0
        for title, rows in groups:
            heading = plain_label(title, self)
            font = QFont(heading.font())
            font.setBold(True)
            heading.setFont(font)
            heading.setContentsMargins(0, 6 if line else 0, 0, 2)
            grid.addWidget(heading, line, 0, 1, 2)
            line += 1
            for keys, action in rows:
                grid.addWidget(self._make_keys(keys), line, 0)
                grid.addWidget(plain_label(action, self), line, 1)
                line += 1
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(line, 1)
        return grid

    def _make_keys(self, keys: str) -> QLabel:
        label = plain_label(KEY_NAMES.get(keys, keys), self)
        label.setForegroundRole(QPalette.ColorRole.Link)
        return label


def _make_groups(commands: Iterable[Command[Any]], keymap: Keymap) -> list[Group]:
    """Return title and lines (keys, action) of each menu that has keys."""
    by_menu: dict[str, list[tuple[str, str]]] = {menu: [] for menu in MENUS}
    tags: list[tuple[str, str]] = []
    for command in commands:
        keys = keymap.get(command.id, ())
        if command.title.endswith(UNNAMED_TAG) and keys:
            tags.append((keys_text(keys), command.title))
        elif keys:
            by_menu[command.menu].append((keys_text(keys), command.title))
    by_menu["Review"] += _join_tags(tags)
    for menu, fixed_keys, action in FIXED_KEYS:
        by_menu.setdefault(menu, []).append((fixed_keys, action))
    return [(menu, rows) for menu, rows in by_menu.items() if rows]


def _join_tags(tags: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Join the nine lines of tags into one if the keys are single digits."""
    keys = [key for key, _ in tags]
    if len(tags) > 1 and all(key.isdigit() and len(key) == 1 for key in keys):
        return [(f"{keys[0]} to {keys[-1]}", "Tags on or off")]
    return tags


def _split_columns(
    groups: list[Group],
) -> list[list[Group]]:
    """Distribute the groups over columns of about the same height, in order."""
    total = sum(len(rows) + 1.5 for _, rows in groups)
    columns: list[list[Group]] = [[]]
    height = 0.0
    for title, rows in groups:
        size = len(rows) + 1.5
        target = total * len(columns) / COLUMNS
        if columns[-1] and len(columns) < COLUMNS and height + size / 2 > target:
            columns.append([])
        columns[-1].append((title, rows))
        height += size
    return columns
