"""Command palette: finds commands, candidates and sessions by a few letters of the name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from PyQt6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt
from PyQt6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from vetter.gui.actions.command import Command
from vetter.gui.actions.keymap import Keymap, keys_text
from vetter.gui.widgets.plain_text import plain_label

Line = tuple[str, str, Callable[[], None]]
"""Title, keys, and the function to run."""

Search = Callable[[str], list[Line]]
"""Function from a typed text to a window's results besides commands."""

LINES = 14
KEYS_ROLE = Qt.ItemDataRole.UserRole + 1
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)

MIN_WORD_LETTERS = 3
"""Number of typed letters from which starts of several words give way to a word."""

_WORD_START = 8
_RUN = 4
_HIT = 1


class Palette(QDialog):
    """Popup with a line for the search; Enter runs the selected result, Esc closes.

    Parameters
    ----------
    commands : iterable of Command
        The command table.
    keymap : Keymap
        Keys shown beside the commands.
    window : QWidget
        Window that the commands run on.
    search : callable
        Further results, listed below the commands.
    named : str
        Description of these results, as "a candidate's name".
    """

    def __init__(
        self,
        commands: Iterable[Command[Any]],
        keymap: Keymap,
        window: QWidget,
        search: Search,
        named: str,
    ) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self._window = window
        self._keymap = keymap
        self._commands = [command for command in commands if command.id != "go.palette"]
        self._search = search
        self._actions: list[Callable[[], None]] = []
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Command palette")
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(f"A command, or {named}")
        self.line.setAccessibleName(f"a command, or {named}")
        self.line.installEventFilter(self)
        self.list = QListWidget(self)
        self.list.setAccessibleName("results")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_LineDelegate(self.list))
        self.nothing = plain_label("Nothing found", self.list.viewport())
        self.nothing.setEnabled(False)
        self.nothing.move(4, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.line)
        layout.addWidget(self.list)
        self.line.textChanged.connect(self._on_text)
        self.list.itemClicked.connect(self._on_clicked)
        self._on_text("")

    def open_over(self, window: QWidget) -> None:
        """Open the palette over the upper middle of a window."""
        width = min(620, window.width() - 40)
        height = LINES * (self.fontMetrics().height() + 8) + 60
        self.resize(width, min(height, window.height() - 80))
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - width) // 2, corner.y() + 60)
        self.show()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def result_titles(self) -> list[str]:
        """Return the titles of the results, best first."""
        items = [self.list.item(line) for line in range(self.list.count())]
        return [item.text() for item in items if item is not None]

    def run_selected(self) -> None:
        """Close, and run the selected result."""
        line = self.list.currentRow()
        if not 0 <= line < len(self._actions):
            return
        action = self._actions[line]
        # Closed first, since a command may open a dialog or act on the focus widget.
        self.close()
        action()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(self.palette().placeholderText().color())
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Move in the list on arrow keys, run the selected result on Enter."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _MOVES:
                self.list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.run_selected()
                return True
        return super().eventFilter(watched, event)

    def _on_text(self, text: str) -> None:
        lines = [*self._fitting_commands(text), *self._search(text)]
        self.list.clear()
        self._actions = [action for _, _, action in lines]
        for title, keys, _ in lines:
            item = QListWidgetItem(title, self.list)
            item.setData(KEYS_ROLE, keys)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title} {keys}".strip())
        self.list.setCurrentRow(0)
        self.nothing.setVisible(not lines)

    def _on_clicked(self, _item: QListWidgetItem) -> None:
        self.run_selected()

    def _fitting_commands(self, text: str) -> list[Line]:
        fitting: list[tuple[bool, int, int, Command[Any]]] = []
        typed = " ".join(text.lower().split())
        for place, command in enumerate(self._commands):
            shown = f"{command.menu}: {command.title}"
            # As displayed, and by the title first: both ways are typed.
            searched = (f"{command.title} {command.menu}", shown)
            scores = [match_score(text, words) for words in searched]
            best = max((score for score in scores if score is not None), default=None)
            if best is not None:
                begins = bool(typed) and shown.lower().startswith(typed)
                fitting.append((not begins, -best, place, command))
        ranks = {command.id: match_rank(text, command) for *_, command in fitting}
        least = min(ranks.values(), default=0)
        # A text of three letters is mostly the start of a word, not of several.
        worst = max(least, 1 if least < 2 and len(typed) < MIN_WORD_LETTERS else 0)
        fitting = [found for found in fitting if ranks[found[3].id] <= worst]
        fitting.sort(key=lambda line: line[:3])
        return [
            (
                f"{command.menu}: {command.title}",
                keys_text(self._keymap[command.id]),
                partial(command.run, self._window),
            )
            for *_, command in fitting
        ]


class _LineDelegate(QStyledItemDelegate):
    """Delegate that paints the title at the left and the keys at the right."""

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        super().paint(painter, option, index)
        keys = index.data(KEYS_ROLE)
        if painter is not None and keys:
            painter.save()
            palette, selected = option.palette, QStyle.StateFlag.State_Selected
            tone = (
                palette.highlightedText() if option.state & selected else palette.placeholderText()
            )
            painter.setPen(tone.color())
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(option.rect.adjusted(0, 0, -8, 0), flags, keys)
            painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(200, option.fontMetrics.height() + 8)


def match_rank(typed: str, command: Command[Any]) -> int:
    """Return how a text matches a command: 0 within it, 1 by starts of words, 2 by letters."""
    texts = f"{command.menu}: {command.title}", f"{command.title} {command.menu}"
    if any(is_within(typed, text) for text in texts):
        return 0
    return 1 if any(fits_words(typed, text) for text in texts) else 2


def is_within(typed: str, text: str) -> bool:
    """Return whether a text holds what is typed; case, blanks and colons are ignored."""
    return _plain(typed).replace(" ", "") in _plain(text).replace(" ", "")


def fits_words(typed: str, text: str) -> bool:
    """Return whether each typed letter begins a word of a text or follows the letter before.

    Case, blanks and colons are ignored.

    Examples
    --------
    >>> fits_words("fv", "View: Fit view"), fits_words("fw", "View: Fit view")
    (True, False)
    """
    letters = _plain(typed).replace(" ", "")
    pattern = "".join(f"(?:{re.escape(letter)}|.*?\\b{re.escape(letter)})" for letter in letters)
    return re.search(rf"\b{pattern}", _plain(text)) is not None


def _plain(text: str) -> str:
    return text.lower().replace(":", " ")


def match_score(typed: str, text: str) -> int | None:
    """Return how well typed letters match a text: larger is better, None is no match.

    All letters must occur in their order; case, blanks and colons are ignored. Letters at the
    start of a word and consecutive letters count more; among equals the shorter text wins.

    Parameters
    ----------
    typed : str
        ``fv`` finds ``Fit view``; an empty text matches everything.
    text : str
        Text that is searched.
    """
    letters, haystack = "".join(typed.lower().replace(":", " ").split()), text.lower()
    if not letters:
        return 0
    best = max(
        (
            found
            for start in range(len(haystack))
            if haystack[start] == letters[0]
            and (found := _score_from(letters, haystack, start)) is not None
        ),
        default=None,
    )
    return None if best is None else best * 100 - len(haystack)


def _score_from(letters: str, haystack: str, start: int) -> int | None:
    """Return the score with the first letter at ``start`` and the others as early as possible."""
    total, place, before = 0, start, -2
    for letter in letters:
        found = _next_index(letter, haystack, place, before)
        if found < 0:
            return None
        total += _HIT
        if found == before + 1:
            total += _RUN
        if found == 0 or not haystack[found - 1].isalnum():
            total += _WORD_START
        before, place = found, found + 1
    return total


def _next_index(letter: str, haystack: str, place: int, before: int) -> int:
    """Return a letter's index: right after the last, else at a word's start, else anywhere."""
    if place < len(haystack) and haystack[place] == letter and before == place - 1:
        return place
    found = first = haystack.find(letter, place)
    while found >= 0:
        if found == 0 or not haystack[found - 1].isalnum():
            return found
        found = haystack.find(letter, found + 1)
    return first
