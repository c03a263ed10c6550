"""The strip over the lower edge: what it says, what its button does, and that it moves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtWidgets import QWidget

from tests.helpers.turns import until_handled
from vetter.gui.opening.progress_strip import OpeningStrip, Overlaid


@pytest.fixture
def both(qtbot: Any) -> Overlaid:
    both = Overlaid(QWidget(), OpeningStrip())
    qtbot.addWidget(both)
    both.resize(400, 300)
    both.show()
    return both


@pytest.fixture
def strip(both: Overlaid) -> OpeningStrip:
    strip = both.findChild(OpeningStrip)
    assert strip is not None
    return strip


@pytest.mark.parametrize(
    ("show", "words", "button", "cancels"),
    [
        ("show_opening", "opening a.csv ...", "Cancel", True),
        (
            "show_waiting_for_export",
            "a.csv is read: it is shown when the export is over and its dialog closed",
            "Cancel",
            True,
        ),
        ("show_failed", "⚠ not opened: a.csv", "Dismiss", False),
    ],
)
def test_button_cancels_what_is_opening_and_hides_what_failed(
    strip: OpeningStrip, show: str, words: str, button: str, cancels: bool
) -> None:
    told: list[int] = []
    strip.cancelled.connect(lambda: told.append(1))
    assert strip.isHidden()
    getattr(strip, show)("a.csv")
    assert not strip.isHidden() and strip.button.text() == button
    assert strip.text.text() == strip.text.accessibleName() == words
    strip.button.click()
    assert strip.isHidden() and bool(told) == cancels


def test_strip_put_away_cancels_nothing(strip: OpeningStrip) -> None:
    told: list[int] = []
    strip.cancelled.connect(lambda: told.append(1))
    strip.show_opening("a.csv")
    strip.put_away()
    assert strip.isHidden()
    # What failed after that is not what was opening.
    strip.show_failed("b.csv: no such file")
    strip.button.click()
    assert told == []


def test_strip_lies_over_the_lower_edge(qtbot: Any, both: Overlaid, strip: OpeningStrip) -> None:
    content = both.layout().itemAt(0).widget()
    strip.show_opening("a.csv")
    until_handled(qtbot)
    one_line = strip.height()
    assert strip.geometry().bottom() == 299 and 15 < one_line < 60
    assert strip.width() == 400 and content.height() == 300
    # A longer text takes more lines, and a narrower window too.
    strip.show_failed("no such file " * 20)
    until_handled(qtbot)
    several = strip.height()
    assert several > one_line + 10 and strip.geometry().bottom() == 299
    both.resize(200, 280)
    until_handled(qtbot)
    assert strip.height() > several and strip.width() == 200
    assert strip.geometry().bottom() == 279 and content.height() == 280
