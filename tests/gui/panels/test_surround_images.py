"""Surroundings by themselves: as pictures, and what the pointer finds in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QHelpEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QToolTip, QWidget

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.snapshots import check_snapshot
from vetter.core.decisions.decision import Verdict
from vetter.gui.panels.surround_view import TITLE_HEIGHT, SurroundView
from vetter.review.cutouts.surround import Surround

SIDE = 200
POINTS = np.array([[0.25, 0.75], [0.8, 0.2], [0.3, 0.7]])


def surround(row: int, shape: tuple[int, int] = (40, 60)) -> Surround:
    """A ramp in greys with three other candidates."""
    grey = np.arange(shape[0] * shape[1], dtype=np.uint32).reshape(shape) // 10 % 256
    picture = np.uint32(0xFF000000) | grey * np.uint32(0x010101)
    return Surround(
        row=row,
        picture=picture,
        rows=np.array([4, 5, 6]),
        points=POINTS,
        footprint=(0.4, 0.35, 0.6, 0.65),
        wider=4.0,
        north=90.0,
        east=180.0,
    )


class Cache(QObject):
    """A cache with the surroundings of two rows."""

    surround_ready = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.made = {0: surround(0), 1: surround(1, (60, 20))}
        self.wanted: list[list[int]] = []

    def surround(self, row: int) -> Surround | None:
        return self.made.get(row)

    def want_surrounds(self, rows: list[int]) -> None:
        self.wanted.append(rows)


@pytest.fixture
def cache(qapp: Any) -> Cache:
    return Cache()


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    session = FakeSession(candidate_list(9))
    session.direction = 1
    session.say(5, verdict=Verdict.REJECT)
    return session


@pytest.fixture
def view(qtbot: Any, session: FakeSession, cache: Cache) -> Iterator[SurroundView]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(SIDE, SIDE + round(TITLE_HEIGHT))
    window.show()
    view = SurroundView(session, cache, window)
    view.resize(window.size())
    view.show()
    yield view
    view.stop()


@pytest.mark.parametrize(("row", "name"), [(0, "wide"), (1, "high"), (2, "unread")])
def test_surroundings(
    snapshot_application: QApplication, view: SurroundView, row: int, name: str
) -> None:
    view.set_theme(row != 1)
    view.turn_to(row)
    check_snapshot(view.grab().toImage(), f"surround_{name}")


def test_mask_takes_the_place_of_the_surroundings(
    snapshot_application: QApplication, view: SurroundView, cache: Cache
) -> None:
    view.set_theme(False)
    view.turn_to(0, cache.made[1].picture)
    check_snapshot(view.grab().toImage(), "surround_mask")
    cache.surround_ready.emit(0)
    assert view.shown is None


def spot(place: int) -> QPointF:
    x, y = POINTS[place]
    return QPointF(x * SIDE, TITLE_HEIGHT + (1 - y) * SIDE)


def test_pointer_finds_the_nearest_mark_within_reach(view: SurroundView) -> None:
    view.turn_to(0)
    assert [view.row_at(spot(place)) for place in range(3)] == [4, 5, 6]
    found = [view.row_at(spot(1) + QPointF(step, 0)) for step in range(30)]
    reach = found.index(None)
    assert found == [5] * reach + [None] * (30 - reach) and 5 < reach < 25
    # Between two, the nearer one.
    assert view.row_at(0.4 * spot(0) + 0.6 * spot(2)) == 6
    view.turn_to(2)
    assert view.row_at(spot(1)) is None


def test_tip_names_the_candidate_and_a_click_goes_there(
    session: FakeSession, view: SurroundView, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: told.append(text))
    view.turn_to(0)
    for point in (spot(1).toPoint(), QPoint(5, SIDE)):
        QApplication.sendEvent(view, QHelpEvent(QEvent.Type.ToolTip, point, point))
        QTest.mouseClick(view, Qt.MouseButton.RightButton, pos=point)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=point)
        QTest.mouseMove(view, point)
        told.append(view.cursor().shape().name)
    assert told == ["J005", "PointingHandCursor", "", "ArrowCursor"]
    assert session.calls == [("go_to_row", 5)]


def test_those_of_the_next_candidate_are_read_too(
    qtbot: Any, session: FakeSession, view: SurroundView, cache: Cache
) -> None:
    session.current_row = 3
    view.turn_to(3)
    qtbot.waitUntil(lambda: cache.wanted == [[3, 4]], timeout=30000)
    cache.made[3] = surround(3)
    cache.surround_ready.emit(4)
    assert view.shown is None
    cache.surround_ready.emit(3)
    assert view.shown is cache.made[3]
    session.current_row = 8
    view.turn_to(8)
    qtbot.waitUntil(lambda: cache.wanted[-1] == [8], timeout=30000)


def test_hidden_it_reads_and_shows_nothing(view: SurroundView, cache: Cache) -> None:
    view.hide()
    view.turn_to(0)
    cache.surround_ready.emit(0)
    assert view.shown is None and cache.wanted == []
