"""Histogram: its handles are the limits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor, QKeyEvent
from pytestqt.qtbot import QtBot

from tests.helpers.snapshots import pixels
from vetter.core.display.plane_noise import measure_noise
from vetter.gui.panels.stretch.histogram import LimitsHistogram
from vetter.gui.widgets.theme import DARK, LIGHT, Tones


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


@pytest.mark.parametrize(("beside", "is_held"), [(0, True), (6, True), (40, False)])
def test_handle_is_gripped_near_its_line(
    histogram: LimitsHistogram, qtbot: QtBot, beside: int, is_held: bool
) -> None:
    for sign in (-1, 1):
        histogram.show_plane("image", None, (90.0, 150.0), None)
        start = histogram.place_of(150) + sign * beside
        drag(histogram, qtbot, start, start - 30)
        assert (histogram.limits[1] < 150) == is_held and histogram.limits[0] == 90


def test_other_button_moves_nothing(histogram: LimitsHistogram, qtbot: QtBot) -> None:
    start = QPoint(round(histogram.place_of(90)), 30)
    qtbot.mousePress(histogram, Qt.MouseButton.RightButton, pos=start)
    qtbot.mouseMove(histogram, QPoint(start.x() + 20, 30))
    qtbot.mouseRelease(histogram, Qt.MouseButton.RightButton, pos=start)
    assert histogram.limits == (90, 150)


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_A])
def test_other_keys_are_the_windows(histogram: LimitsHistogram, key: Qt.Key) -> None:
    event = QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    histogram.keyPressEvent(event)
    assert not event.isAccepted() and histogram.limits == (90, 150)


def test_steps_by_keyboard_are_alike_both_ways(histogram: LimitsHistogram, qtbot: QtBot) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    place = histogram.place_of(150)
    qtbot.keyClick(histogram, Qt.Key.Key_Up)
    qtbot.keyClick(histogram, Qt.Key.Key_Left, control)
    step = place - histogram.place_of(histogram.limits[1])
    assert 2 < step < 30
    qtbot.keyClick(histogram, Qt.Key.Key_Right, control)
    assert histogram.limits[1] == pytest.approx(150, rel=1e-9)


def inked(histogram: LimitsHistogram, colour: str) -> np.ndarray:
    tone = QColor(colour)
    shown = pixels(histogram.grab().toImage())
    return (shown == (tone.red(), tone.green(), tone.blue())).all(axis=2)


@pytest.mark.parametrize("tones", [DARK, LIGHT])
def test_bars_are_between_the_handles_triangles(histogram: LimitsHistogram, tones: Tones) -> None:
    histogram.set_tones(tones)
    lines = inked(histogram, tones.text)
    height = histogram.height()
    for limit, inwards in zip(histogram.limits, (1, -1), strict=True):
        x = round(histogram.place_of(limit))
        assert lines[:, x - 1 : x + 2].any(axis=1).all()
        # A triangle at the foot points into the range that is shown.
        foot = lines[height - 4]
        assert foot[x + 3 * inwards] and not foot[x - 3 * inwards]
        assert not lines[height // 2, x + 3 * inwards]
    # Most pixels are near the sky, the one bright pixel far from it.
    bars = inked(histogram, tones.dim).sum(axis=0)
    sky = round(histogram.place_of(100))
    assert bars[sky - 4 : sky + 4].max() > 0.8 * (height - 4)
    empty = round(histogram.place_of(5000))
    assert bars[empty - 4 : empty + 4].max() == 0
    assert 0 < bars[-20:].max() < 0.3 * height


def test_chosen_handle_is_lit_while_it_has_the_keyboard(
    histogram: LimitsHistogram, qtbot: QtBot
) -> None:
    histogram.set_tones(DARK)
    assert not inked(histogram, DARK.link).any()
    histogram.show()
    histogram.activateWindow()
    histogram.setFocus()
    qtbot.waitUntil(histogram.hasFocus, timeout=30000)
    for key, limit in ((Qt.Key.Key_Up, 150), (Qt.Key.Key_Down, 90)):
        qtbot.keyClick(histogram, key)
        # Below the handle's number.
        lit = inked(histogram, DARK.link)[histogram.height() // 2 :]
        columns = np.flatnonzero(lit.any(axis=0))
        place = histogram.place_of(limit)
        assert columns.min() >= place - 10 and columns.max() <= place + 10


def test_pixels_of_another_plane_are_shown_while_a_handle_is_held(
    histogram: LimitsHistogram, qtbot: QtBot
) -> None:
    start = QPoint(round(histogram.place_of(90)), 30)
    qtbot.mousePress(histogram, Qt.MouseButton.LeftButton, pos=start)
    histogram.show_plane("diff", np.full((5, 5), 1.0), (-3.0, 3.0), None)
    assert histogram.limits == (-3, 3)
    qtbot.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=start)
