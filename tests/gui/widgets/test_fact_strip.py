"""Strip of facts: where they stand, what stays in place, and how dim the captions are."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QLabel

from vetter.gui.widgets.fact_strip import FactStrip
from vetter.gui.widgets.theme import DARK, LIGHT, palette_of


@pytest.fixture
def strip(qtbot: Any) -> FactStrip:
    strip = FactStrip()
    qtbot.addWidget(strip)
    strip.resize(600, 20)
    strip.show()
    strip.set_captions(["mag", "band"], ["<b> tip", ""], copied=["band"])
    strip.set_values(["19.25", "r"])
    return strip


def labels(strip: FactStrip) -> dict[str, QLabel]:
    """The labels by text, those that are to be deleted left out."""
    return {label.text(): label for label in strip.findChildren(QLabel)}


def needed(strip: FactStrip) -> int:
    """Width in which the last fact just ends."""
    return max(label.geometry().right() + 1 for label in labels(strip).values())


def test_texts_are_values_by_caption(strip: FactStrip) -> None:
    assert strip.texts() == {"mag": "19.25", "band": "r"}


def test_only_copied_values_can_be_selected_and_none_has_the_focus(strip: FactStrip) -> None:
    mag, band = labels(strip)["19.25"], labels(strip)["r"]
    selectable = Qt.TextInteractionFlag.TextSelectableByMouse
    assert not mag.textInteractionFlags() & selectable
    assert band.textInteractionFlags() & selectable
    assert {mag.focusPolicy(), band.focusPolicy()} == {Qt.FocusPolicy.NoFocus}
    assert (mag.accessibleName(), band.accessibleName()) == ("mag", "band")
    assert (
        mag.toolTip()
        == labels(strip)["mag"].toolTip()
        == ('<p style="white-space: pre-wrap">&lt;b&gt; tip</p>')
    )


def test_a_shorter_value_moves_no_fact_and_a_longer_one_does(strip: FactStrip) -> None:
    before = labels(strip)["band"].x()
    strip.set_values(["9", "r"])
    assert labels(strip)["band"].x() == before
    strip.set_values(["19.250000001", "r"])
    after = labels(strip)["band"].x()
    assert after > before
    assert labels(strip)["19.250000001"].width() > strip.fontMetrics().horizontalAdvance(
        "19.250000001"
    )
    # New captions begin anew.
    strip.set_captions(["mag", "band"], ["", ""])
    strip.set_values(["9", "r"])
    assert labels(strip)["band"].x() < before


def test_facts_close_up_before_they_take_another_line(strip: FactStrip) -> None:
    line = strip.fontMetrics().height()
    wide = needed(strip)
    strip.resize(wide, strip.height())
    assert needed(strip) == wide and strip.height() == line
    strip.resize(wide - 1, strip.height())
    close = needed(strip)
    assert close < wide and strip.height() == line
    strip.resize(close, strip.height())
    assert needed(strip) == close and strip.height() == line
    strip.resize(close - 1, strip.height())
    assert strip.height() > 2 * line and labels(strip)["band"].pos().x() == 0
    assert labels(strip)["band"].y() == labels(strip)["r"].y() > line
    assert strip.sizeHint().height() == strip.height()


def test_captions_are_dim_in_either_theme(strip: FactStrip) -> None:
    for tones in (DARK, LIGHT):
        strip.setPalette(palette_of(tones))
        role = QPalette.ColorRole.WindowText
        assert labels(strip)["mag"].palette().color(role).name() == tones.dim
        assert labels(strip)["19.25"].palette().color(role).name() == tones.text
