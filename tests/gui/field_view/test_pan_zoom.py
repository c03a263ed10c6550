"""Camera on a plane of points: what is where, what a drag catches, and what the wheel keeps."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication

from vetter.gui.field_view.pan_zoom import FieldCamera

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
PRESS, MOVE, RELEASE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonRelease,
)
PLACES = np.array([[10.0, 10.0], [30.0, 10.0], [30.0, 40.0], [np.nan, 5.0], [90.0, 45.0]])


class Camera(FieldCamera):
    """A plane of 100 x 50, on a screen of two pixels for each."""

    margins = (10.0, 20.0, 30.0, 40.0)
    extent = (0.0, 100.0, 0.0, 50.0)

    def __init__(self) -> None:
        super().__init__()
        self.points.rows = np.arange(len(PLACES)) + 100
        self.repaints = 0
        self.caught: list[tuple[list[int], bool]] = []
        self.went: list[int] = []
        self.banded.connect(lambda rows, more: self.caught.append((list(rows), more)))
        self.picked.connect(self.went.append)

    def where(self) -> np.ndarray:
        return PLACES

    def repaint_points(self) -> None:
        self.repaints += 1


@pytest.fixture
def camera(qtbot: Any) -> Camera:
    camera = Camera()
    qtbot.addWidget(camera)
    camera.resize(240, 160)
    camera.show()
    camera.repaints = 0
    return camera


def mouse(
    camera: Camera,
    kind: QEvent.Type,
    x: float,
    y: float,
    button: Qt.MouseButton = LEFT,
    held: Qt.KeyboardModifier = PLAIN,
) -> None:
    point = QPointF(x, y)
    QApplication.sendEvent(camera, QMouseEvent(kind, point, point, button, button, held))


def drag(camera: Camera, *points: tuple[float, float], held: Qt.KeyboardModifier = PLAIN) -> None:
    mouse(camera, PRESS, *points[0], held=held)
    for point in points[1:]:
        mouse(camera, MOVE, *point, held=held)
    mouse(camera, RELEASE, *points[-1], held=held)


def wheel(camera: Camera, x: float, y: float, turn: int) -> None:
    point = QPointF(x, y)
    phase, none = Qt.ScrollPhase.NoScrollPhase, Qt.MouseButton.NoButton
    event = QWheelEvent(point, point, QPoint(), QPoint(0, turn), none, PLAIN, phase, False)
    QApplication.sendEvent(camera, event)


def screen(camera: Camera, x: float, y: float) -> tuple[float, float]:
    return tuple(camera.to_screen(np.array([[x, y]]))[0])


def test_plane_fits_its_room_undistorted(camera: Camera) -> None:
    # 200 x 100 pixels are left for 100 x 50 units.
    frame = camera.frame
    assert (frame.x(), frame.y(), frame.width(), frame.height()) == (10, 20, 200, 100)
    assert camera.scale == 2.0
    assert screen(camera, 0, 0) == (10, 120) and screen(camera, 100, 50) == (210, 20)
    camera.resize(240, 260)
    frame = camera.frame
    assert (frame.x(), frame.y(), frame.width(), frame.height()) == (10, 70, 200, 100)
    camera.resize(400, 160)
    frame = camera.frame
    assert (frame.x(), frame.y(), frame.width(), frame.height()) == (90, 20, 200, 100)


@pytest.mark.parametrize(
    ("point", "row"),
    [
        ((30, 100), 100),
        ((40, 100), 100),
        ((40.5, 100), -1),
        ((30, 110), 100),
        ((70, 40), 102),
        ((70, 60), -1),
        # Ten pixels from one, nearer to another.
        ((65, 100), 101),
    ],
)
def test_candidate_in_the_pointers_reach(
    camera: Camera, point: tuple[float, float], row: int
) -> None:
    drag(camera, point)
    assert camera.went == ([row] if row >= 0 else [])
    if point[0] == int(point[0]):
        assert camera.row_at(QPoint(*map(int, point))) == row


def test_without_candidates_none_is_near(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    for places in (np.empty((0, 2)), np.full((1, 2), np.nan)):
        monkeypatch.setattr(camera, "where", partial(np.copy, places))
        assert camera.row_at(QPoint(30, 100)) == -1


@pytest.mark.parametrize("held", [PLAIN, SHIFT])
def test_rectangle_catches_what_is_in_it_edges_included(
    camera: Camera, held: Qt.KeyboardModifier
) -> None:
    more = held == SHIFT
    drag(camera, (70, 100), (30, 40), held=held)
    assert camera.caught == [([100, 101, 102], more)]
    drag(camera, (31, 41), (69, 99), held=held)
    assert camera.caught[-1] == ([], more)
    drag(camera, (31, 101), (70, 99), held=held)
    assert camera.caught[-1] == ([101], more) and camera.went == []


def test_lasso_catches_what_it_goes_around(camera: Camera) -> None:
    camera.lasso = True
    # A triangle around two, whose rectangle holds the third.
    drag(camera, (20, 110), (80, 110), (80, 30), (20, 110))
    assert camera.caught == [([100, 101], False)]


@pytest.mark.parametrize(
    ("move", "catches"), [((2, 3), False), ((2, 4), True), ((-5, 0), False), ((-6, 0), True)]
)
def test_short_move_is_a_click(camera: Camera, move: tuple[int, int], catches: bool) -> None:
    drag(camera, (30, 100), (30 + move[0], 100 + move[1]))
    assert bool(camera.caught) == catches and bool(camera.went) == (not catches)


def test_wheel_keeps_what_is_under_the_pointer_and_ends_at_its_limits(camera: Camera) -> None:
    assert not camera.zoomed
    wheel(camera, 70, 40, 480)
    assert camera.zoomed and camera.scale == pytest.approx(4.0) and camera.repaints == 1
    assert screen(camera, 30, 40) == pytest.approx((70, 40))
    wheel(camera, 30, 90, 240)
    assert camera.scale == pytest.approx(4 * 2**0.5)
    for _ in range(10):
        wheel(camera, 70, 40, 480)
    assert camera.scale == pytest.approx(80.0)
    for _ in range(20):
        wheel(camera, 70, 40, -480)
    assert camera.scale == 2.0 and not camera.zoomed
    assert screen(camera, 0, 0) == (10, 120)


def test_right_button_moves_the_plane_with_the_pointer(camera: Camera) -> None:
    wheel(camera, 110, 70, 480)
    before, repaints = screen(camera, 30, 40), camera.repaints
    mouse(camera, PRESS, 100, 100, RIGHT)
    mouse(camera, MOVE, 110, 95, RIGHT)
    mouse(camera, MOVE, 120, 80, RIGHT)
    mouse(camera, RELEASE, 120, 80, RIGHT)
    assert screen(camera, 30, 40) == pytest.approx((before[0] + 20, before[1] - 20))
    assert camera.repaints == repaints + 2
    # Let go, it stays; nothing was selected.
    mouse(camera, MOVE, 10, 10, RIGHT)
    assert screen(camera, 30, 40) == pytest.approx((before[0] + 20, before[1] - 20))
    assert camera.caught == [] and camera.went == []
    mouse(camera, QEvent.Type.MouseButtonDblClick, 50, 50)
    assert not camera.zoomed and screen(camera, 0, 0) == (10, 120)


def test_moved_plane_counts_as_zoomed(camera: Camera) -> None:
    mouse(camera, PRESS, 100, 100, RIGHT)
    mouse(camera, MOVE, 110, 95, RIGHT)
    mouse(camera, RELEASE, 110, 95, RIGHT)
    assert camera.scale == 2.0 and camera.zoomed
