"""Histogram: its handles are the limits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from vetter.core.display.plane_noise import measure_noise
from vetter.gui.panels.stretch.histogram import LimitsHistogram


@pytest.fixture
def histogram(qtbot: QtBot) -> Iterator[LimitsHistogram]:
    histogram = LimitsHistogram()
    qtbot.addWidget(histogram)
    histogram.resize(600, histogram.height())
    image = np.random.default_rng(1).normal(100, 5, (41, 41))
    image[3, 3] = 60_000
    noise = measure_noise({"image": image})["image"]
    histogram.show_plane("image", image, (90.0, 150.0), noise)
    yield histogram


def drag(histogram: LimitsHistogram, qtbot: QtBot, start: float, end: float) -> None:
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(histogram, left, pos=QPoint(round(start), 30))
    qtbot.mouseMove(histogram, QPoint(round(end), 30))
    qtbot.mouseRelease(histogram, left, pos=QPoint(round(end), 30))


@pytest.mark.parametrize("value", [90.0, 100, 150, 60_000])
def test_place_and_value_are_inverse(histogram: LimitsHistogram, value: float) -> None:
    assert histogram.value_at(histogram.place_of(value)) == pytest.approx(value, rel=1e-6)


def test_noise_and_the_brightest_pixel_both_have_room(histogram: LimitsHistogram) -> None:
    assert histogram.place_of(150) - histogram.place_of(90) > 100
    assert histogram.place_of(60_000) == pytest.approx(592)


def test_dragged_handle_is_the_new_limit(histogram: LimitsHistogram, qtbot: QtBot) -> None:
    told: list[tuple[float, float]] = []
    histogram.limits_changed.connect(lambda low, high: told.append((low, high)))
    drag(histogram, qtbot, histogram.place_of(150), histogram.place_of(1000))
    assert told[-1] == histogram.limits
    assert histogram.limits == (90, pytest.approx(1000, rel=0.05))


def test_drag_away_from_the_handles_does_nothing(histogram: LimitsHistogram, qtbot: QtBot) -> None:
    drag(histogram, qtbot, histogram.place_of(5000), histogram.place_of(20_000))
    assert histogram.limits == (90, 150)


def test_handles_never_cross(histogram: LimitsHistogram, qtbot: QtBot) -> None:
    drag(histogram, qtbot, histogram.place_of(90), 600)
    low, high = histogram.limits
    assert low < high == 150


def test_handle_moves_by_keyboard(histogram: LimitsHistogram, qtbot: QtBot) -> None:
    qtbot.keyClick(histogram, Qt.Key.Key_Down)
    qtbot.keyClick(histogram, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    low, high = histogram.limits
    assert low > 90 and high == 150
    qtbot.keyClick(histogram, Qt.Key.Key_Up)
    qtbot.keyClick(histogram, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert histogram.limits[1] < 150


@pytest.mark.parametrize(
    "pixels",
    [None, np.full((5, 5), np.nan), np.full((5, 5), 7.0), np.array([[1e308, -1e308, np.inf]])],
    ids=["none", "nan", "constant", "extreme"],
)
def test_any_pixels_can_be_shown(histogram: LimitsHistogram, pixels: np.ndarray | None) -> None:
    histogram.show_plane("image", pixels, (0.0, 1.0), None)
    assert not histogram.grab().toImage().isNull()
    assert np.isfinite(histogram.place_of(0.5))


def test_axis_stays_while_a_handle_is_dragged(histogram: LimitsHistogram, qtbot: QtBot) -> None:
    start = QPoint(round(histogram.place_of(90)), 30)
    qtbot.mousePress(histogram, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(histogram, QPoint(start.x() + 20, 30))
    before, low = histogram.place_of(1000), histogram.limits[0]
    histogram.show_plane("image", np.full((5, 5), 100.0), (low, 150.0), None)
    assert histogram.place_of(1000) == before
    qtbot.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=start)
