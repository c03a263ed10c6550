"""Boxes and buttons that Tab reaches, with a visible focus; letters stay with the commands."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QCheckBox, QComboBox, QPushButton, QWidget

from vetter.gui.widgets.buttons import press_on_enter

_STEPS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)


class FocusCombo(QComboBox):
    """Combo box for Tab: Up and Down step, Enter opens, and all other keys go on."""

    def __init__(self, titles: list[str], tip: str, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.addItems(titles)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(tip)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.showPopup()
        elif event.key() in _STEPS:
            super().keyPressEvent(event)
        else:
            # A letter would choose the entry that begins with it.
            event.ignore()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        outline_focus(self)


class FocusCheck(QCheckBox):
    """Tick box for Tab: Enter presses it; Space and the letters go on."""

    def __init__(self, words: str, tip: str) -> None:
        super().__init__(words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(tip)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and not press_on_enter(self, event):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        outline_focus(self)


class FocusButton(QPushButton):
    """Button for Tab: Enter presses it; Space and the letters go on."""

    def __init__(self, words: str, tip: str) -> None:
        super().__init__(words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        self.setToolTip(tip)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and not press_on_enter(self, event):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        outline_focus(self)


def outline_focus(widget: QWidget) -> None:
    """Paint a frame in the theme's accent around a widget that has the focus."""
    if not widget.hasFocus():
        return
    painter = QPainter(widget)
    pen = QPen(widget.palette().color(QPalette.ColorRole.Link), 2)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.drawRect(widget.rect().adjusted(1, 1, -1, -1))
    painter.end()
