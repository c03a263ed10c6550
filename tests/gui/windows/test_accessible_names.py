"""Each widget that takes the keyboard has a name for who does not see it."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractButton, QLabel, QWidget

from vetter.gui.windows.main_window import MainWindow


def nameless(window: QWidget) -> list[str]:
    """Shown widgets that take the keyboard by Tab and have neither a name nor a text."""
    labelled = {label.buddy() for label in window.findChildren(QLabel)}
    found = []
    for widget in window.findChildren(QWidget):
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        named = widget.accessibleName() or text or widget in labelled
        if takes and widget.isVisible() and not named:
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


@pytest.mark.parametrize(
    "shown", ["toggle_grid", "toggle_field", "show_panels"], ids=["grid", "field", "panels"]
)
def test_widgets_of_the_window_have_names(window: MainWindow, qtbot: Any, shown: str) -> None:
    getattr(window.pages, shown)()
    page = window.pages.currentWidget()
    qtbot.waitUntil(page.isVisible, timeout=30000)
    assert nameless(window) == []


def test_grid_and_its_tiles_have_names(window: MainWindow) -> None:
    window.pages.toggle_grid()
    grid = window.pages.grid
    assert grid.accessibleName() == "grid of candidates"
    assert grid.area.accessibleName() == "candidates as thumbnails"
