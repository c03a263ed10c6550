"""Band above the panels: a line of words with what the user can do about it."""

from __future__ import annotations

from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QFrame, QVBoxLayout, QWidget


class Band(QFrame):
    """Band in the tone of the buttons, across the width of what it stands above.

    Parameters
    ----------
    name : str
        Name of the object, as ``"offer band"``.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Button)

    def above(self, content: QWidget) -> QWidget:
        """Return the content with the band above it."""
        both = QWidget()
        layout = QVBoxLayout(both)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self)
        layout.addWidget(content, 1)
        return both
