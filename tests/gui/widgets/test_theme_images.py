"""The theme as a picture: controls, off and on, disabled, and with a text that only hints."""

from __future__ import annotations

from typing import Any

from PyQt6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QPushButton, QWidget

from tests.gui.conftest import CheckLook
from vetter.gui.widgets.buttons import CheckedButton


def test_controls(qtbot: Any, check_look: CheckLook) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    grid = QGridLayout(window)
    for line, enabled in enumerate((True, False)):
        field, text = QLineEdit(window), QLineEdit("J0421", window)
        field.setPlaceholderText("filter or search")
        check, button = QCheckBox("invert", window), QPushButton("Export", window)
        check.setChecked(enabled)
        choice, lasso = QComboBox(window), CheckedButton("Lasso", window)
        choice.addItem("asinh")
        lasso.setChecked(enabled)
        for column, widget in enumerate((field, text, check, button, choice, lasso)):
            widget.setEnabled(enabled)
            widget.setAccessibleName(f"control {column}")
            grid.addWidget(widget, line, column)
    window.resize(640, 80)
    check_look(window, "controls")
