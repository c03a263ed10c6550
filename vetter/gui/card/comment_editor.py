"""The comment as it is written: Enter saves, Esc leaves it as it was."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent
from PyQt6.QtWidgets import QWidget

from vetter.gui.widgets.line_edits import EscapeLine


class CommentEditor(EscapeLine):
    """A line that belongs to one candidate from the first letter to the last.

    Whatever ends the writing, the text goes to the candidate it was begun for: Enter, a
    click elsewhere or a move to another candidate save it, only Esc drops it.
    """

    saved = pyqtSignal(int, str)
    """Row and text, when the text was changed."""

    left = pyqtSignal()
    """Writing has ended, either way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = -1
        self._before = ""
        self._unsaved: dict[int, str] = {}
        self._return_to: QWidget | None = None
        self.setPlaceholderText("Comment: Enter saves, Esc leaves it as it was")
        self.setAccessibleName("comment")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.returnPressed.connect(self.finish)
        self.escaped.connect(self._drop)
        self.hide()

    @property
    def row(self) -> int:
        """The candidate being written about; -1 when none is."""
        return self._row

    def start(self, row: int, text: str) -> None:
        """Begin to write about a candidate, whose comment is `text`, or go on with what is kept."""
        self.finish()
        self._row, self._before = row, text
        window = self.window()
        self._return_to = None if window is None else window.focusWidget()
        self.setText(self._unsaved.get(row, text))
        self.show()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def keep(self, row: int, text: str) -> None:
        """Take back what could not be saved: the next writing about the row begins with it."""
        self._unsaved[row] = text

    def keeps(self, row: int) -> bool:
        """Whether something about a candidate has yet to be saved."""
        return row in self._unsaved

    def finish(self) -> None:
        """Save what was written, if it has changed, and leave."""
        row, text = self._row, self.text().strip()
        changed = row >= 0 and text != self._before
        self._unsaved.pop(row, None)
        self._leave()
        if changed:
            self.saved.emit(row, text)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        super().focusOutEvent(event)
        # A menu or another program takes the focus for a while; the writing goes on after.
        passing = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if event is not None and event.reason() not in passing:
            self.finish()

    def _drop(self) -> None:
        self._unsaved.pop(self._row, None)
        self._leave()

    def _leave(self) -> None:
        if self._row < 0:
            return
        self._row = -1
        had_focus = self.hasFocus()
        self.hide()
        if had_focus:
            self.clearFocus()
            if self._return_to is not None and self._return_to is not self:
                self._return_to.setFocus(Qt.FocusReason.OtherFocusReason)
        self.left.emit()
