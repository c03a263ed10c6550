"""How large the window is at first: as large as is useful, where the screen has the room."""

from __future__ import annotations

from PyQt6.QtWidgets import QApplication

USEFUL_SIZE = (1600, 900)
TITLE_BAR = 32
"""Pixels kept free for the title bar, whose height is known only after the window shows."""


def first_size(app: QApplication) -> tuple[int, int]:
    """Width and height: as large as is useful, and no larger than the screen with a title bar."""
    screen = app.primaryScreen()
    width, height = USEFUL_SIZE
    if screen is None:
        return width, height
    room = screen.availableGeometry()
    return min(width, room.width()), min(height, room.height() - TITLE_BAR)
