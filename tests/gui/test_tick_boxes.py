from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QApplication, QCheckBox

from vetter.gui.theme import apply_theme


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    style, palette = qapp.style().objectName(), QPalette(qapp.palette())
    yield qapp
    for widget_class in ("QCheckBox", "QListWidget", "QTableWidget"):
        qapp.setPalette(palette, widget_class)
    qapp.setPalette(palette)
    qapp.setStyle(style)


@pytest.mark.parametrize("dark", [True, False])
def test_an_empty_tick_box_can_be_seen(qtbot, app: QApplication, dark: bool) -> None:
    apply_theme(app, dark)
    box = QCheckBox()
    qtbot.addWidget(box)
    box.resize(30, 24)
    box.show()
    image = box.grab().toImage()
    shades = {image.pixelColor(x, 12).lightness() for x in range(20)}
    assert max(shades) - min(shades) > 40
