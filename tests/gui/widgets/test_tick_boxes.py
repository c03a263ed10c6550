from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QApplication, QCheckBox, QLineEdit

from vetter.gui.widgets.theme import apply_theme


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    style, palette = qapp.style().objectName(), QPalette(qapp.palette())
    yield qapp
    for widget_class in ("QCheckBox", "QLineEdit", "QListWidget", "QTableWidget"):
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


@pytest.mark.parametrize("dark", [True, False])
def test_the_edge_of_a_text_field_can_be_seen(qtbot, app: QApplication, dark: bool) -> None:
    apply_theme(app, dark)
    field = QLineEdit()
    qtbot.addWidget(field)
    field.setFixedSize(100, 24)
    image = field.grab().toImage()
    inside = image.pixelColor(50, 12).lightness()
    edge = {abs(image.pixelColor(50, y).lightness() - inside) for y in range(3)}
    assert max(edge) > 40
