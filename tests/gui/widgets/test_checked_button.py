from __future__ import annotations

import pytest
from PyQt6.QtGui import QColor

from vetter.gui.widgets.buttons import CheckedButton
from vetter.gui.widgets.theme import DARK, LIGHT, palette_of


def filling(button: CheckedButton) -> QColor:
    """Inside the frame, off the words."""
    return button.grab().toImage().pixelColor(4, button.height() // 2)


@pytest.mark.parametrize("tones", [DARK, LIGHT], ids=["dark", "light"])
def test_a_button_that_is_on_is_told_from_one_that_is_off(qtbot, tones) -> None:
    button = CheckedButton("Map")
    qtbot.addWidget(button)
    button.setPalette(palette_of(tones))
    button.resize(60, 24)
    off = filling(button)
    button.setChecked(True)
    on = filling(button)
    assert abs(on.lightness() - off.lightness()) > 30 and on.saturation() > 80
