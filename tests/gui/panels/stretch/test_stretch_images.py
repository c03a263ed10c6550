"""Stretch bar, histogram and limits as pictures, with room and without."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QApplication, QWidget

from tests.gui.conftest import CheckLook
from tests.helpers.snapshots import check_snapshot
from vetter.core.display.interval import Interval
from vetter.core.display.plane_noise import measure_noise
from vetter.core.display.style import DisplayStyle
from vetter.gui.actions.keymap import make_keymap
from vetter.gui.commands import COMMANDS
from vetter.gui.panels.stretch.histogram import LimitsHistogram
from vetter.gui.panels.stretch.limits_text import LimitsText
from vetter.gui.panels.stretch.stretch_bar import StretchBar
from vetter.gui.widgets.theme import DARK, LIGHT, Tones, apply_theme

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def test_bars_of_all_widths(qtbot: Any, check_look: CheckLook) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1240, 200)
    manual = DisplayStyle().with_("sky", interval=Interval("manual", -12.5, 1e5), contrast=2.0)
    for place, width in enumerate((1230, 820, 560, 400)):
        looks = manual if place % 2 else DisplayStyle()
        bar = StretchBar(looks, make_keymap(COMMANDS), window)
        bar.setGeometry(4, 4 + 48 * place, width, 40)
    window.show()
    check_look(window, "stretch_bars")


def test_limits_in_words(qtbot: Any, check_look: CheckLook) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    for place, text in enumerate(("12.5 to 99 adu", "a text that has no room " * 4)):
        limits = LimitsText(window)
        limits.set_text(text)
        limits.move(4, 4 + 24 * place)
        assert limits.text() == limits.accessibleDescription() == text
    window.resize(320, 50)
    check_look(window, "limits")


@pytest.mark.parametrize("tones", [DARK, LIGHT], ids=["dark", "light"])
def test_pixels_of_a_plane(qtbot: Any, snapshot_application: QApplication, tones: Tones) -> None:
    apply_theme(snapshot_application, tones is DARK)
    histogram = LimitsHistogram()
    qtbot.addWidget(histogram)
    histogram.resize(420, histogram.height())
    image = np.random.default_rng(1).normal(10, 5, (41, 41))
    image[3, 3] = 60_000
    histogram.show_plane("image", image, (-4.5, 150.0), measure_noise({"image": image})["image"])
    histogram.set_tones(tones)
    check_snapshot(histogram.grab().toImage(), f"histogram_{'dark' if tones is DARK else 'light'}")


@pytest.mark.parametrize(("x", "held"), [(-13, None), (-12, 0), (0, 0), (12, 0), (13, None)])
def test_handle_is_held_within_its_reach(qtbot: Any, x: int, held: int | None) -> None:
    histogram = LimitsHistogram()
    qtbot.addWidget(histogram)
    # Limits of a plane without noise: the axis is in tenths of their range.
    histogram.resize(416, histogram.height())
    histogram.show_plane("image", None, (0.0, 1.0), None)
    assert (histogram.place_of(0.0), histogram.place_of(1.0)) == pytest.approx((8, 408))
    start = round(histogram.place_of(0.0)) + x
    press = QMouseEvent(
        QEvent.Type.MouseButtonPress, QPointF(start, 30), QPointF(start, 30), LEFT, LEFT, PLAIN
    )
    QApplication.sendEvent(histogram, press)
    point = QPointF(histogram.place_of(0.5), 30)
    QApplication.sendEvent(
        histogram, QMouseEvent(QEvent.Type.MouseMove, point, point, LEFT, LEFT, PLAIN)
    )
    assert histogram.limits == pytest.approx((0.5 if held == 0 else 0.0, 1.0))


@pytest.mark.parametrize(("x", "value"), [(-50.0, 0.0), (8.0, 0.0), (408.0, 1.0), (900.0, 1.0)])
def test_value_ends_at_the_axis(qtbot: Any, x: float, value: float) -> None:
    histogram = LimitsHistogram()
    qtbot.addWidget(histogram)
    histogram.resize(416, histogram.height())
    histogram.show_plane("image", None, (0.0, 1.0), None)
    assert histogram.value_at(x) == pytest.approx(value, abs=1e-9)
