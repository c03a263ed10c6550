"""Line edits for text and for a number; Esc leaves them, even if Esc is a command's key."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QWidget


class EscapeLine(QLineEdit):
    """Line edit with a signal for Esc."""

    escaped = pyqtSignal()

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() == Qt.Key.Key_Escape:
                # Esc may be a command's key; an accepted override arrives as a key press.
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        super().keyPressEvent(event)


class NumberField(QLineEdit):
    """Field for a number; Enter takes it, Esc restores the last; both return the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self.beside: NumberField | None = None
        """Field that Tab leads to; outside of these fields Tab never stops here."""
        # ClickFocus, never Tab, so that verdict keys reach the window.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("-0.00000e+00"))
        self.returnPressed.connect(self.clearFocus)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() == Qt.Key.Key_Escape:
            self.undo_typing()
            self.clearFocus()
            return
        super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        if self.beside is None:
            return super().focusNextPrevChild(next)
        self.beside.type_into()
        return True

    def type_into(self) -> None:
        """Put the cursor into the field and select the number, so that typing replaces it."""
        self.setFocus(Qt.FocusReason.TabFocusReason)
        self.selectAll()

    def set_number(self, value: float) -> None:
        """Show a number and remember it."""
        self._shown = f"{value:.6g}"
        self.setText(self._shown)

    def undo_typing(self) -> None:
        """Restore the number last shown."""
        self.setText(self._shown)
