"""The toast alone: where it stands, what of its text it has room for, and when it goes."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QWidget

from tests.helpers.snapshots import pixels
from tests.helpers.turns import until_timer
from vetter.core.decisions.decision import Verdict
from vetter.gui.widgets import toast as toast_module
from vetter.gui.widgets.theme import DARK, LIGHT, palette_of
from vetter.gui.widgets.toast import Toast
from vetter.gui.widgets.verdict_style import colour

REJECT = Verdict.REJECT.code


@pytest.fixture
def toast(qtbot: Any) -> Toast:
    page = QWidget()
    qtbot.addWidget(page)
    page.setPalette(palette_of(DARK))
    page.resize(600, 200)
    page.show()
    toast = Toast(page)
    # Held by the toast: Python would delete a parent that only Qt refers to.
    toast.page = page
    return toast


def test_toast_is_at_the_top_right_and_as_wide_as_its_text(toast: Toast) -> None:
    assert toast.isHidden()
    toast.show_text("rejected J001", REJECT)
    assert toast.isVisible() and toast.text == toast.accessibleName() == "rejected J001"
    assert 600 - toast.geometry().right() < 15 and 0 < toast.y() < 10
    width, height = toast.width(), toast.height()
    assert width > toast.fontMetrics().horizontalAdvance("rejected J001") + 16
    toast.show_text("rejected J001 and more", REJECT)
    more = toast.fontMetrics().horizontalAdvance
    assert toast.width() - width == more("rejected J001 and more") - more("rejected J001")
    assert toast.height() == height > toast.fontMetrics().height()


def test_long_text_is_cut_in_the_middle_and_stays_in_the_page(toast: Toast) -> None:
    toast.show_text("w" * 600, REJECT)
    assert toast.text == "w" * 600
    assert 0 < toast.x() <= 60 and toast.geometry().right() < 600
    toast.page.resize(20, 200)
    toast.show_text("w" * 600, REJECT)
    assert toast.isVisible()


@pytest.mark.parametrize("tones", [DARK, LIGHT])
def test_verdict_has_its_colour_around_and_its_mark(toast: Toast, tones: Any) -> None:
    toast.page.setPalette(palette_of(tones))
    toast.show_text("rejected", REJECT)
    shown = pixels(toast.grab().toImage())
    tone = colour(REJECT, tones is DARK)
    is_tone = (shown == (tone.red(), tone.green(), tone.blue())).all(axis=2)
    # A line around, which is a bar of three pixels at the left.
    assert is_tone[0].all() and is_tone[-1].all() and is_tone[:, -1].all()
    assert is_tone[:, :3].all() and not is_tone[2:-2, 3:6].any()
    ground = QColor(tones.raised)
    inside = shown[2:-2, 4:-2]
    inked = (inside != (ground.red(), ground.green(), ground.blue())).any(axis=(0, 2))
    mark, text = inked[:22], inked[26:]
    assert mark.any() and text.any() and not inked[21:24].any()
    # The mark is that of the verdict.
    toast.show_text("rejected", Verdict.ACCEPT.code)
    assert (pixels(toast.grab().toImage())[2:-2, 4:26] != shown[2:-2, 4:26]).any()


def test_toast_goes_after_a_while(
    qtbot: Any, toast: Toast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toast_module, "SHOWN_MS", 20)
    brief = Toast(toast.page)
    brief.show_text("rejected", REJECT)
    until_timer(qtbot, 20)
    assert brief.isHidden()
