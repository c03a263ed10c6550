"""Strip over the window's content: the input that is being opened, or why opening failed."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QPalette, QResizeEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from vetter.gui.widgets.plain_text import plain_label


class Overlaid(QWidget):
    """Content with a strip over its lower edge, so that the strip moves nothing.

    Parameters
    ----------
    content, strip : QWidget
    """

    def __init__(self, content: QWidget, strip: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strip = strip
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(content)
        strip.setParent(self)
        strip.hide()

    def event(self, event: QEvent | None) -> bool:
        # A child outside of the layout asks for another size by this event.
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        height = self._strip.heightForWidth(self.width())
        height = max(height, self._strip.minimumSizeHint().height())
        self._strip.setGeometry(0, self.height() - height, self.width(), height)


class OpeningStrip(QFrame):
    """Line of text with a button; hidden while no input is being opened and none has failed."""

    cancelled = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("opening strip")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Button)
        self.text = plain_label(parent=self)
        self.text.setWordWrap(True)
        self.text.setAccessibleName("opening")
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # A path without a blank in it must not make the window wider.
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.button = QPushButton("Cancel", self)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._on_clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        self._is_opening = False
        self.hide()

    def show_opening(self, name: str) -> None:
        """Show that an input is being read, with a button that cancels."""
        self._show_text(f"opening {name} ...", "Cancel", "stop waiting; what is shown stays", True)

    def show_waiting_for_export(self, name: str) -> None:
        """Show that an input was read and appears once the export has finished."""
        self._show_text(
            f"{name} is read: it is shown when the export is over and its dialog closed",
            "Cancel",
            "leave it; what is shown stays",
            True,
        )

    def show_failed(self, text: str) -> None:
        """Show why an input was not opened, until the user hides the line or opens another."""
        self._show_text(f"⚠ not opened: {text}", "Dismiss", "hide this line", False)

    def put_away(self) -> None:
        """Hide the strip."""
        self.hide()

    def _show_text(self, text: str, button: str, tip: str, opening: bool) -> None:
        self._is_opening = opening
        self.text.setText(text)
        self.text.setAccessibleName(text)
        self.button.setText(button)
        self.button.setToolTip(tip)
        self.show()
        self.raise_()
        self.updateGeometry()

    def _on_clicked(self) -> None:
        was_opening = self._is_opening
        self.put_away()
        if was_opening:
            self.cancelled.emit()
