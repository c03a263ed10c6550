"""Line edits for text and for a number; Esc leaves them, whatever command has it elsewhere."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QWidget


class EscapeLine(QLineEdit):
    """Tells when Esc was pressed in it."""

    escaped = pyqtSignal()

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() == Qt.Key.Key_Escape:
                # Esc may be a command's key: here it comes as a key press.
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        super().keyPressEvent(event)


class NumberField(QLineEdit):
    """A number; Enter takes it, Escape gives it up; both give the keys back to the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self.beside: NumberField | None = None
        """Where Tab leads, as these fields are in no one's way otherwise."""
        # Clicked into, never tabbed into: verdict keys have to reach the window.
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
        """Put the cursor into it; what is typed takes the number's place."""
        self.setFocus(Qt.FocusReason.TabFocusReason)
        self.selectAll()

    def set_number(self, value: float) -> None:
        """Show a number and remember it."""
        self._shown = f"{value:.6g}"
        self.setText(self._shown)

    def undo_typing(self) -> None:
        """Back to the number last shown."""
        self.setText(self._shown)
