"""First page: buttons and examples of inputs to open, and the recent sessions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFont, QFontDatabase, QPalette
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from vetter.gui.widgets.plain_text import plain_label, plain_tip
from vetter.io.session.recent_sessions import MAX_ENTRIES, RecentSession

EXAMPLES = (
    ("Candidate list and its images", "vetter candidates.ecsv --image sci.fits --diff diff.fits"),
    ("Folder of cutout files", "vetter cutouts/"),
    ("Folder of stamps: NAME_sci, NAME_ref, NAME_diff", "vetter stamps/"),
    ("Alert packets: .avro, .json, .zip, .tar, folders", "vetter ztf_public_20261122.tar.gz"),
    ("Array of stamps, its list beside it: .npy, .npz", "vetter triplets.npy"),
    ("Field file: several images of a night", "vetter night.toml"),
    ("Session: goes on where it stopped", "vetter night.vetter"),
)
BLIND = "Blind review: hide scores, answers of fits and others' verdicts"
BUTTONS = ("Open files...", "Open folder...", "Demo: a simulated field")
HEADINGS = ("Session", "Input", "Decided", "Last open")
WIDTH = 980


class StartPage(QWidget):
    """Page of a window without an input; the keyboard reaches every button and row.

    Parameters
    ----------
    keys : sequence of str
        Texts of the keys of Open, Open folder and the demo, for the buttons.
    blind : bool
        Whether inputs open for blind review.
    """

    files_wanted = pyqtSignal()
    folder_wanted = pyqtSignal()
    demo_wanted = pyqtSignal()
    clear_wanted = pyqtSignal()
    blind_wanted = pyqtSignal(bool)
    session_wanted = pyqtSignal(object)
    """RecentSession that the user opens."""

    def __init__(
        self,
        keys: Sequence[str] = ("", "", ""),
        blind: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("start page")
        self._entries: tuple[RecentSession, ...] = ()
        content = QWidget(self)
        content.setMaximumWidth(WIDTH)
        layout = QVBoxLayout(content)
        layout.setSpacing(6)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.addWidget(_make_title("Open candidates to vet", 1.6, content))
        hint = plain_label(
            "Files and folders can also be dropped anywhere on this window.", content
        )
        hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout.addWidget(hint)
        layout.addSpacing(8)
        layout.addLayout(self._make_buttons(keys))
        self.blind = QCheckBox(BLIND, content)
        self.blind.setChecked(blind)
        self.blind.clicked.connect(self.blind_wanted)
        layout.addWidget(self.blind)
        layout.addSpacing(16)
        layout.addWidget(_make_title("What can be opened", 1.15, content))
        layout.addLayout(_make_examples(content))
        layout.addSpacing(16)
        self.clear = QPushButton("Clear the list", content)
        self.clear.setFlat(True)
        self.clear.setToolTip("forget these sessions; their files stay")
        self.clear.clicked.connect(self.clear_wanted)
        heading = QHBoxLayout()
        heading.addWidget(_make_title("Recent sessions", 1.15, content), 1)
        heading.addWidget(self.clear)
        layout.addLayout(heading)
        self.table = self._make_table(content)
        layout.addWidget(self.table)
        self.nothing = plain_label(
            "None yet: they are listed here once something was opened.", content
        )
        self.nothing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout.addWidget(self.nothing)
        layout.addStretch(1)
        across = QHBoxLayout(self)
        across.addStretch(1)
        across.addWidget(content, 100)
        across.addStretch(1)
        self.show_recents((), frozenset())

    def show_keys(self, keys: Sequence[str]) -> None:
        """Show the keys of the buttons' commands."""
        for button, text, key in zip(self.buttons, BUTTONS, keys, strict=True):
            button.setText(f"{text}   {key}".rstrip())

    def show_recents(self, entries: Sequence[RecentSession], missing: frozenset[str]) -> None:
        """Show the recent sessions, with a text in place of progress if the file is missing."""
        self._entries = tuple(entries)
        self.table.setRowCount(len(entries))
        for row, entry in enumerate(entries):
            gone = entry.session in missing
            texts = (
                os.path.basename(entry.session),
                _input_text(entry),
                "file is missing" if gone else _progress_text(entry),
                _local_time_text(entry.at),
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                tip = entry.session if column != 1 else "\n".join(entry.inputs)
                item.setToolTip(plain_tip(tip))
                if gone:
                    item.setFlags(Qt.ItemFlag.ItemIsSelectable)
                self.table.setItem(row, column, item)
        shown = bool(entries)
        header = self.table.horizontalHeader()
        height = header.sizeHint().height() if header is not None else 0
        rows = min(len(entries), MAX_ENTRIES) * self._row_height()
        self.table.setFixedHeight(rows + height + 4)
        self.table.setVisible(shown)
        self.clear.setVisible(shown)
        self.nothing.setVisible(not shown)
        if shown and self.table.currentRow() < 0:
            self.table.setCurrentCell(0, 0)

    def _row_height(self) -> int:
        return self.table.fontMetrics().height() + 8

    def _make_buttons(self, keys: Sequence[str]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.buttons: list[QPushButton] = []
        for wanted in (self.files_wanted, self.folder_wanted, self.demo_wanted):
            button = QPushButton(self)
            button.setAutoDefault(True)
            button.setMinimumHeight(button.fontMetrics().height() + 14)
            button.clicked.connect(wanted)
            row.addWidget(button)
            self.buttons.append(button)
        row.addStretch(1)
        self.show_keys(keys)
        return row

    def _make_table(self, parent: QWidget) -> QTableWidget:
        table = QTableWidget(0, len(HEADINGS), parent)
        table.setAccessibleName("recent sessions")
        table.setHorizontalHeaderLabels(HEADINGS)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        vertical, horizontal = table.verticalHeader(), table.horizontalHeader()
        if vertical is not None and horizontal is not None:
            vertical.hide()
            vertical.setDefaultSectionSize(table.fontMetrics().height() + 8)
            horizontal.setHighlightSections(False)
            horizontal.setDefaultAlignment(
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            )
            for column, width in enumerate((250, 0, 130, 130)):
                if width:
                    horizontal.resizeSection(column, width)
                else:
                    horizontal.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        # activated: Enter or a double click, by platform.
        table.activated.connect(self._on_activated)
        return table

    def _on_activated(self, index: object) -> None:
        row = self.table.currentRow()
        item = self.table.item(row, 0)
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.session_wanted.emit(self._entries[row])


def _make_title(text: str, size: float, parent: QWidget) -> QLabel:
    label = plain_label(text, parent)
    font = QFont(label.font())
    font.setPointSizeF(font.pointSizeF() * size)
    label.setFont(font)
    return label


def _make_examples(parent: QWidget) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(1, 1)
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    for row, (kind, command) in enumerate(EXAMPLES):
        grid.addWidget(plain_label(kind, parent), row, 0)
        example = plain_label(command, parent)
        example.setFont(fixed)
        example.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        example.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(example, row, 1)
    return grid


def _progress_text(entry: RecentSession) -> str:
    about = "about " if entry.estimated else ""
    return f"{entry.decided:,} of {about}{entry.candidates:,}"


def _input_text(entry: RecentSession) -> str:
    if not entry.inputs or entry.inputs == ("demo",):
        return entry.title
    more = len(entry.inputs) - 1
    return entry.inputs[0] + (f" and {more} more" if more else "")


def _local_time_text(at: str) -> str:
    """Return a time in the user's time zone; the unchanged text if it is not a time."""
    try:
        time = datetime.fromisoformat(at)
    except ValueError:
        return at
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return time.astimezone().strftime("%Y-%m-%d %H:%M")
