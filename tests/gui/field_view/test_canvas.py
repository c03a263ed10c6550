"""The canvas of points alone: strengths, rings, arrows at the edge, and the picture in between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QWheelEvent
from PyQt6.QtWidgets import QApplication

from tests.helpers.snapshots import pixels
from vetter.core.judgement.answer import Answer
from vetter.core.judgement.star_calibration import StarCalibration
from vetter.gui.field_view.canvas import MAX_POINTS_AT_ONCE, FieldCanvas
from vetter.gui.field_view.marks import MAX_ARROWS_WITH_HEADS
from vetter.gui.field_view.point_layer import Piece
from vetter.gui.field_view.points import Points
from vetter.gui.widgets.theme import DARK, LIGHT, palette_of

INK = QColor("#00ff00")


class Canvas(FieldCanvas):
    """A plane of 100 x 100 on a screen of four pixels for each, with marks and some arrows."""

    margins = (0.0, 0.0, 0.0, 0.0)
    extent = (0.0, 100.0, 0.0, 100.0)
    has_marks = True

    def where(self) -> np.ndarray:
        return self.points.places

    @property
    def points_frame(self) -> QRectF:
        return QRectF(self.rect())

    def paint_ground(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), QColor(self.tones.window))

    def point_pieces(self) -> Iterator[Piece]:
        every = np.arange(len(self.points.rows))
        yield from self.arrow_pieces(self.points.places, self.points.shifts, every, 100.0, INK)
        if self.has_marks:
            yield from self.mark_pieces()


@pytest.fixture
def canvas(qtbot: Any) -> Canvas:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.setPalette(palette_of(DARK))
    canvas.resize(400, 400)
    canvas.show()
    return canvas


def points(places: Any, shifts: Any = None, decided: Any = None) -> Points:
    places = np.asarray(places, float)
    count = len(places)
    return Points(
        rows=np.arange(count) + 100,
        places=places,
        shifts=np.full((count, 2), np.nan) if shifts is None else np.asarray(shifts, float),
        scales=np.ones(count),
        states=np.full(count, Answer.KEPT.code, np.uint8),
        bound=np.zeros(count, bool),
        decided=np.zeros(count, bool) if decided is None else np.asarray(decided),
    )


def show(canvas: Canvas, shown: Points) -> None:
    canvas.points = shown
    canvas.repaint_points()


def ink(canvas: Canvas) -> np.ndarray:
    """How far each pixel is from the ground, 0 to 255."""
    shown = pixels(canvas.grab().toImage()).astype(int)
    ground = QColor(canvas.tones.window)
    return np.abs(shown - (ground.red(), ground.green(), ground.blue())).max(axis=2)


def around(canvas: Canvas, light: np.ndarray, place: list[float], reach: int = 14) -> np.ndarray:
    x, y = canvas.to_screen(np.array([place]))[0].round().astype(int)
    return light[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1]


def test_decided_candidates_are_faint(canvas: Canvas) -> None:
    show(canvas, points([[20.0, 20.0], [60.0, 70.0]], decided=[False, True]))
    light = ink(canvas)
    full, faint = (around(canvas, light, place).max() for place in ([20.0, 20.0], [60.0, 70.0]))
    assert 0.25 * full < faint < 0.5 * full


def test_chosen_candidates_have_a_square(canvas: Canvas) -> None:
    show(canvas, points([[20.0, 20.0], [60.0, 70.0]]))
    before = ink(canvas)
    canvas.chosen = np.array([101])
    canvas.repaint_points()
    changed = ink(canvas) != before
    assert not around(canvas, changed, [20.0, 20.0]).any()
    ys, xs = np.nonzero(changed)
    x, y = canvas.to_screen(np.array([[60.0, 70.0]]))[0]
    assert xs.mean() == pytest.approx(x, abs=1) and ys.mean() == pytest.approx(y, abs=1)
    # Around the largest mark, not in it.
    assert np.ptp(xs) >= 13 and not around(canvas, changed, [60.0, 70.0], 4).any()


@pytest.mark.parametrize("tones", [DARK, LIGHT])
def test_current_candidate_is_ringed(canvas: Canvas, tones: Any) -> None:
    canvas.setPalette(palette_of(tones))
    show(canvas, points([[20.0, 20.0], [60.0, 70.0], [np.nan, 5.0]]))
    before = ink(canvas)
    canvas.set_current(101)
    changed = ink(canvas) != before
    ys, xs = np.nonzero(changed)
    x, y = canvas.to_screen(np.array([[60.0, 70.0]]))[0]
    assert (xs.min() + xs.max()) / 2 == pytest.approx(x, abs=1)
    assert (ys.min() + ys.max()) / 2 == pytest.approx(y, abs=1)
    # A ring of 9 pixels that leaves the mark free.
    assert 18 <= np.ptp(xs) <= 26 and not around(canvas, changed, [60.0, 70.0], 3).any()
    # Dark on light, and light on dark.
    tone = canvas.grab().toImage().pixelColor(round(x) + 9, round(y))
    assert tone.red() > 150 and (tone.lightness() > 110) == (tones is DARK)
    for row in (102, 999, -1):
        canvas.set_current(row)
        assert (ink(canvas) == before).all()


@pytest.mark.parametrize(
    ("count", "stars", "at_once"),
    [(MAX_POINTS_AT_ONCE, 0, True), (201, 0, False), (150, 50, True), (150, 51, False)],
)
def test_few_points_are_painted_at_once(
    canvas: Canvas, count: int, stars: int, at_once: bool
) -> None:
    shown = points(np.full((count, 2), 50.0))
    names = ("x", "y", "brightness", "dx", "dy", "scale", "chi2_ratio", "snr")
    shown.calibration = StarCalibration(**{name: np.ones(stars) for name in names})
    show(canvas, shown)
    canvas.grab()
    assert canvas.layer.stale == canvas.layer.under_way == (not at_once)
    canvas.layer.finish()


@pytest.mark.parametrize("turn", [120, 240])
def test_picture_follows_the_camera_until_the_next_one(canvas: Canvas, turn: int) -> None:
    places = np.full((MAX_POINTS_AT_ONCE + 1, 2), np.nan)
    places[0] = 60.0, 70.0
    show(canvas, points(places))
    canvas.layer.finish()
    at, no = QPointF(200, 150), Qt.MouseButton.NoButton
    for _ in range(2):
        event = QWheelEvent(
            at,
            at,
            QPoint(),
            QPoint(0, turn),
            no,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(canvas, event)
    ys, xs = np.nonzero(ink(canvas) > 60)
    assert canvas.layer.stale
    x, y = canvas.to_screen(np.array([[60.0, 70.0]]))[0]
    assert (xs.min() + xs.max()) / 2 == pytest.approx(x, abs=1.2)
    assert (ys.min() + ys.max()) / 2 == pytest.approx(y, abs=1.2)
    # The new picture has it in the same place.
    canvas.layer.finish()
    new = np.nonzero(ink(canvas) > 60)
    assert np.mean(new[1]) == pytest.approx(np.mean(xs), abs=1.2)


def test_nothing_of_another_image_stays(canvas: Canvas) -> None:
    show(canvas, points([[20.0, 20.0]]))
    assert ink(canvas).any()
    canvas.forget()
    assert len(canvas.points.rows) == 0 and not ink(canvas).any()


@pytest.mark.parametrize(
    ("place", "shift", "is_seen"),
    [
        ([50.0, 50.0], [0.3, 0.0], True),
        # Up on the sky is up on the screen.
        ([50.0, 0.0], [0.0, 0.3], True),
        ([50.0, 0.0], [0.0, -0.3], False),
        # From beside the image into it: 20 pixels away, then farther than any arrow is long.
        ([-5.0, 50.0], [0.3, 0.0], True),
        ([105.0, 50.0], [-0.3, 0.0], True),
        ([50.0, 105.0], [0.0, -0.3], True),
        ([50.0, -5.0], [0.0, 0.3], True),
        ([-50.0, 50.0], [3.0, 0.0], False),
        ([150.0, 50.0], [-3.0, 0.0], False),
        ([50.0, 150.0], [0.0, -3.0], False),
        ([50.0, -50.0], [0.0, 3.0], False),
        ([np.nan, 50.0], [0.3, 0.0], False),
        ([50.0, 50.0], [np.nan, 0.3], False),
    ],
)
def test_arrows_that_reach_into_view_are_painted(
    canvas: Canvas, place: list[float], shift: list[float], is_seen: bool
) -> None:
    canvas.has_marks = False
    show(canvas, points([place], [shift]))
    assert bool((ink(canvas)[2:-2, 2:-2] > 60).any()) == is_seen


@pytest.mark.parametrize(
    ("count", "strokes"), [(MAX_ARROWS_WITH_HEADS, 3), (MAX_ARROWS_WITH_HEADS + 1, 1)]
)
def test_heads_are_left_out_where_they_would_hide_one_another(
    canvas: Canvas, count: int, strokes: int
) -> None:
    canvas.has_marks = False
    show(canvas, points(np.full((count, 2), 50.0), np.full((count, 2), 0.3)))
    paths = [piece.keywords["path"] for piece in canvas.point_pieces()]
    assert sum(path.elementCount() for path in paths) == 2 * strokes * count
    # A piece takes about a millisecond.
    assert len(paths) >= count / 250


def test_theme_is_taken_at_once(canvas: Canvas) -> None:
    show(canvas, points([[20.0, 20.0]]))
    canvas.grab()
    canvas.setPalette(palette_of(LIGHT))
    assert canvas.grab().toImage().pixelColor(5, 5) == QColor(LIGHT.window)


def test_larger_scale_has_a_larger_mark(canvas: Canvas) -> None:
    shown = points([[20.0, 20.0], [60.0, 70.0]])
    shown.scales = np.array([0.5, 2.0])
    show(canvas, shown)
    light = ink(canvas)
    widths = []
    for place in shown.places.tolist():
        columns = np.flatnonzero(around(canvas, light, place).any(axis=0))
        widths.append(int(np.ptp(columns)))
    assert widths[1] > widths[0] + 5
