"""Picture of a widget painted ahead: whose it is, and that it covers until it is lifted."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QLabel, QWidget

from vetter.gui.widgets.painted_ahead import PaintedAhead


@pytest.fixture
def widget(qtbot: Any) -> QWidget:
    """A red widget with a black label in its corner."""
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setAutoFillBackground(True)
    paint(widget, "red")
    label = QLabel(widget)
    label.setAutoFillBackground(True)
    paint(label, "black")
    label.setGeometry(0, 0, 10, 10)
    widget.resize(40, 20)
    return widget


def paint(widget: QWidget, colour: str) -> None:
    palette = widget.palette()
    palette.setColor(QPalette.ColorRole.Window, QColor(colour))
    widget.setPalette(palette)


def seen(widget: QWidget) -> tuple[str, str]:
    """The colours of the corner and of the middle."""
    image = widget.grab().toImage()
    return image.pixelColor(5, 5).name(), image.pixelColor(30, 15).name()


RED, BLACK, BLUE = "#ff0000", "#000000", "#0000ff"


def test_picture_covers_what_changes_until_it_is_lifted(widget: QWidget) -> None:
    ahead = PaintedAhead(widget)
    assert not ahead.is_covering and not ahead.holds(None)
    ahead.keep("J001")
    assert ahead.holds("J001") and not ahead.holds("J002") and not ahead.is_covering
    widget.findChild(QLabel).hide()
    paint(widget, "blue")
    assert seen(widget) == (BLUE, BLUE)
    ahead.cover()
    assert ahead.is_covering and ahead.geometry() == widget.rect()
    assert ahead.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    assert seen(widget) == (BLACK, RED)
    ahead.lift()
    assert not ahead.is_covering and not ahead.holds("J001")
    assert seen(widget) == (BLUE, BLUE)


def test_lifting_what_does_not_cover_keeps_the_picture(widget: QWidget) -> None:
    ahead = PaintedAhead(widget)
    ahead.keep("J001")
    ahead.lift()
    assert ahead.holds("J001")
