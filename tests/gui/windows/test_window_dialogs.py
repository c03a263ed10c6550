"""What every window's dialogs say."""

from __future__ import annotations

import pytest
from PyQt6.QtGui import QTextDocument
from PyQt6.QtWidgets import QMessageBox, QWidget

from vetter.gui.windows.window import WindowDialogs


@pytest.fixture
def window(qtbot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


def test_a_list_is_shown_as_it_is_written_item_by_item(window) -> None:
    WindowDialogs(window).show_list("Notes", ["a<b & c.fits: x < 5", "the second"])
    (box,) = window.findChildren(QMessageBox)
    read = QTextDocument()
    read.setHtml(box.text())
    cells = [line.strip() for line in read.toPlainText().splitlines() if line.strip(" \n•\xa0")]
    assert cells == ["a<b & c.fits: x < 5", "the second"]
    box.close()
