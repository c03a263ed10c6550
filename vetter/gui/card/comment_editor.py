"""Editor of a comment: Enter saves, Esc discards the changes."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent
from PyQt6.QtWidgets import QWidget

from vetter.gui.widgets.line_edits import EscapeLine


class CommentEditor(EscapeLine):
    """Line editor that belongs to one candidate from the first letter to the last.

    Enter, a click elsewhere or a move to another candidate save the text for the candidate it
    was begun for; only Esc discards it.
    """

    saved = pyqtSignal(int, str)
    """Row and text, emitted if the text was changed."""

    left = pyqtSignal()
    """Writing has ended, saved or discarded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = -1
        self._before = ""
        self._unsaved: dict[int, str] = {}
        self._return_to: QWidget | None = None
        self.setPlaceholderText("Comment: Enter saves, Esc discards changes")
        self.setAccessibleName("comment")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.returnPressed.connect(self.finish)
        self.escaped.connect(self._drop)
        self.hide()

    @property
    def row(self) -> int:
        """Row of the candidate whose comment is being written, or -1."""
        return self._row

    def start(self, row: int, text: str) -> None:
        """Edit a candidate's comment `text`, or the unsaved text kept for the row."""
        self.finish()
        self._row, self._before = row, text
        window = self.window()
        self._return_to = None if window is None else window.focusWidget()
        self.setText(self._unsaved.get(row, text))
        self.show()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def keep_unsaved(self, row: int, text: str) -> None:
        """Keep a text that could not be saved; the next edit of this row begins with it."""
        self._unsaved[row] = text

    def has_unsaved(self, row: int) -> bool:
        """Return whether an unsaved text is kept for a candidate."""
        return row in self._unsaved

    def finish(self) -> None:
        """Save the text if it has changed, and close the editor."""
        row, text = self._row, self.text().strip()
        changed = row >= 0 and text != self._before
        self._unsaved.pop(row, None)
        self._leave()
        if changed:
            self.saved.emit(row, text)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        super().focusOutEvent(event)
        # Menus and other programs take the focus for a while, which does not end the edit.
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
