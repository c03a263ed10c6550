"""The buttons at the foot of a dialog: words alone, whatever the desktop's icons are."""

from __future__ import annotations

from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QDialogButtonBox, QWidget


def button_box(
    standard: QDialogButtonBox.StandardButton, parent: QWidget | None = None
) -> QDialogButtonBox:
    """Standard buttons without icons.

    Some desktops give them icons, drawn for a light ground, and to these buttons only: beside
    others they looked as if they were of another kind.
    """
    box = QDialogButtonBox(standard, parent)
    for button in box.buttons():
        button.setIcon(QIcon())
    return box
