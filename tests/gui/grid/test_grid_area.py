"""Area of the tiles: where each is, what a band touches, wheel and tips, and how it scrolls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PyQt6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QToolTip, QWidget

from tests.gui.conftest import CheckLook
from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.decisions.decision import Verdict
from vetter.gui.grid.compare_view import CompareView
from vetter.gui.grid.grid import Grid
from vetter.gui.grid.grid_area import GridArea
from vetter.gui.grid.tile_painter import TilePainter
from vetter.gui.widgets.theme import DARK, LIGHT, Tones, palette_of

COUNT = 50
LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PLAIN, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
PRESS, MOVE, RELEASE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonRelease,
)


@pytest.fixture
def cache() -> FakeCache:
    return FakeCache(FakeSource(candidate_list(COUNT)))


@pytest.fixture
def grid(qtbot: Any, cache: FakeCache) -> Grid:
    source = cache.source
    session = FakeSession(source.candidates)
    session.source = source
    grid = Grid(session, cache)
    qtbot.addWidget(grid)
    grid.resize(700, 500)
    grid.enter()
    grid.show()
    return grid


@pytest.fixture
def area(grid: Grid) -> GridArea:
    return grid.area


def viewport(area: GridArea) -> Any:
    found = area.viewport()
    assert found is not None
    return found


def corner(area: GridArea, place: int) -> QPoint:
    """The upper left pixel of a tile, found by who is where."""
    rows = [area.row_at(QPoint(x, 3)) for x in range(viewport(area).width())]
    x = rows.index(place % area.columns)
    column = [area.row_at(QPoint(3, y)) for y in range(viewport(area).height())]
    return QPoint(x, column.index(place // area.columns * area.columns))


def mouse(area: GridArea, kind: QEvent.Type, point: QPoint, held: Any = PLAIN) -> None:
    at = QPointF(point)
    QApplication.sendEvent(viewport(area), QMouseEvent(kind, at, at, LEFT, LEFT, held))


def wheel(area: GridArea, turn: int, held: Any = PLAIN) -> bool:
    at, phase = QPointF(20, 20), Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, at, QPoint(), QPoint(0, turn), NO_BUTTON, held, phase, False)
    QApplication.sendEvent(viewport(area), event)
    return event.isAccepted()


def test_tiles_share_the_width_and_lie_line_by_line(area: GridArea) -> None:
    width, columns = viewport(area).width(), area.columns
    assert columns > 1 and area.lines > 1
    rows = [area.row_at(QPoint(x, 3)) for x in range(-1, width + 1)]
    assert rows[0] == -1 and rows[1] == 0
    # What is left after as many tiles of one width as fit has no tile.
    tile = rows.count(0)
    assert [rows.count(place) for place in range(columns)] == [tile] * columns
    assert rows.count(-1) == width + 2 - columns * tile and width - columns * tile < columns
    below = [area.row_at(QPoint(3, y)) for y in range(viewport(area).height())]
    high = below.count(0)
    assert below[high] == columns and below.count(columns) == high
    assert area.lines == viewport(area).height() // high


def test_below_the_last_tile_there_is_none(grid: Grid, area: GridArea) -> None:
    grid.area.show_place(COUNT - 1)
    last = COUNT - 1
    bottom = viewport(area).height() - 2
    left = (last % area.columns) * (viewport(area).width() // area.columns)
    assert area.row_at(QPoint(left + 3, bottom)) == last
    assert area.row_at(QPoint(viewport(area).width() - area.columns - 3, bottom)) in (-1, last)
    assert area.row_at(QPoint(left + 3, bottom + 400)) == -1


@pytest.mark.parametrize(("turn", "steps"), [(120, [1]), (-120, [-1]), (0, [])])
def test_wheel_with_ctrl_changes_the_size_and_does_not_scroll(
    area: GridArea, turn: int, steps: list[int]
) -> None:
    told: list[int] = []
    area.resize_wanted.connect(told.append)
    bar = area.verticalScrollBar()
    assert bar is not None
    wheel(area, -120)
    before = bar.value()
    assert before > 0 and told == []
    assert wheel(area, turn, CTRL)
    assert told == steps


def test_scroll_bar_ends_with_the_last_line(area: GridArea) -> None:
    bar = area.verticalScrollBar()
    assert bar is not None
    high = bar.singleStep()
    lines = -(-COUNT // area.columns)
    assert bar.maximum() == lines * high - viewport(area).height()
    assert bar.pageStep() == viewport(area).height()


def test_place_is_scrolled_to_as_little_as_needed(area: GridArea) -> None:
    bar = area.verticalScrollBar()
    assert bar is not None
    high, room = bar.singleStep(), viewport(area).height()
    area.show_place(-1)
    area.show_place(0)
    assert bar.value() == 0
    line = room // high + 1
    area.show_place(line * area.columns)
    assert bar.value() == (line + 1) * high - room
    area.show_place(line * area.columns)
    assert bar.value() == (line + 1) * high - room
    area.show_place(area.columns)
    assert bar.value() == min((line + 1) * high - room, high)
    area.show_place(0)
    assert bar.value() == 0


@pytest.mark.parametrize("beside", [False, True])
def test_tip_is_the_whole_name_with_the_facts(
    area: GridArea, monkeypatch: pytest.MonkeyPatch, beside: bool
) -> None:
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: told.append(text))
    point = QPoint(viewport(area).width() + 30, 5) if beside else QPoint(5, 5)
    QApplication.sendEvent(viewport(area), QHelpEvent(QEvent.Type.ToolTip, point, point))
    assert told == [""] if beside else told[0].splitlines()[0] == "J000"


def test_keys_go_on_to_the_grid(area: GridArea) -> None:
    for key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_A):
        event = QKeyEvent(QEvent.Type.KeyPress, key, PLAIN)
        area.keyPressEvent(event)
        assert not event.isAccepted()


def test_band_touches_what_it_goes_over(area: GridArea) -> None:
    told: list[list[int]] = []
    area.banded.connect(lambda rows, _held: told.append(list(rows)))
    first, second = corner(area, 0), corner(area, area.columns + 1)
    inside = QPoint(second.x() + 1, second.y() + 1)
    mouse(area, PRESS, first + QPoint(5, 5))
    mouse(area, MOVE, inside)
    assert told[-1] == [0, 1, area.columns, area.columns + 1]
    # Up to the last pixel before the tile below, and before the one beside.
    mouse(area, MOVE, QPoint(second.x() - 1, second.y() - 1))
    assert told[-1] == [0]
    mouse(area, MOVE, QPoint(second.x(), second.y() - 1))
    assert told[-1] == [0, 1]
    mouse(area, MOVE, QPoint(second.x() - 1, second.y()))
    assert told[-1] == [0, area.columns]
    mouse(area, RELEASE, inside)
    mouse(area, MOVE, inside)
    assert len(told) == 4


def test_band_beyond_the_last_column_touches_no_tile_of_the_next_line(area: GridArea) -> None:
    told: list[list[int]] = []
    area.banded.connect(lambda rows, _held: told.append(list(rows)))
    mouse(area, PRESS, QPoint(5, 5))
    mouse(area, MOVE, QPoint(viewport(area).width() * 2, 8))
    assert told[-1] == list(range(area.columns))
    mouse(area, MOVE, QPoint(-50, 8))
    assert told[-1] == [0]
    mouse(area, RELEASE, QPoint(5, 8))


def test_band_at_an_edge_scrolls_and_touches_what_comes(area: GridArea) -> None:
    told: list[list[int]] = []
    area.banded.connect(lambda rows, _held: told.append(list(rows)))
    bar, high = area.verticalScrollBar(), viewport(area).height()
    assert bar is not None
    mouse(area, PRESS, QPoint(5, 5))
    mouse(area, MOVE, QPoint(5, high - 1))
    assert bar.value() == 0
    mouse(area, MOVE, QPoint(5, high + 10))
    assert bar.value() == 10
    mouse(area, MOVE, QPoint(5, high + 10))
    assert bar.value() == 20
    assert told[-1][0] == 0 and all(row % area.columns == 0 for row in told[-1])
    mouse(area, MOVE, QPoint(5, -7))
    assert bar.value() == 13
    mouse(area, RELEASE, QPoint(5, 5))


def test_band_as_a_picture(check_look: CheckLook, area: GridArea) -> None:
    mouse(area, PRESS, QPoint(30, 30))
    mouse(area, MOVE, QPoint(420, 210))
    viewport(area).grab()
    check_look(viewport(area), "grid_band")
    mouse(area, RELEASE, QPoint(420, 210))


def test_longer_list_leaves_the_tiles_on_screen_in_place(grid: Grid, area: GridArea) -> None:
    bar = area.verticalScrollBar()
    assert bar is not None
    before = bar.maximum()
    area.grow()
    assert bar.maximum() == before and bar.value() == 0


def test_only_the_left_button_and_a_tile_open(area: GridArea) -> None:
    opened: list[int] = []
    area.opened.connect(opened.append)
    for button, point in (
        (Qt.MouseButton.RightButton, QPoint(5, 5)),
        (LEFT, QPoint(5, 5)),
        (LEFT, QPoint(viewport(area).width() - 1, viewport(area).height() + 5000)),
    ):
        QTest.mouseDClick(viewport(area), button, PLAIN, point)
        QTest.mouseRelease(viewport(area), button, PLAIN, point)
    assert opened == [0]


@pytest.mark.parametrize(("count", "fits"), [(1, True), (10_000, False)])
def test_room_is_for_so_many_tiles(area: GridArea, count: int, fits: bool) -> None:
    assert area.has_room(64, 1, count) == fits
    most = area.columns * area.lines
    assert area.has_room(64, 1, most) and not area.has_room(64, 1, most + 1)


@pytest.fixture
def compared(qtbot: Any) -> Iterator[CompareView]:
    source = FakeSource(candidate_list(4))
    source.unreadable = {2}
    session, cache = FakeSession(source.candidates), FakeCache(source)
    session.source = source
    session.say(1, verdict=Verdict.REJECT)
    compared = CompareView(session, cache, TilePainter(QWidget(), session))
    qtbot.addWidget(compared)
    compared.resize(620, 460)
    compared.show_rows([0, 1, 2, 3])
    cache.want([0, 1, 2])
    cache.serve()
    compared.session = session
    yield compared
    compared.hide()


@pytest.mark.parametrize("size", [(620, 460), (900, 240)])
def test_compared_ones_as_a_picture(
    check_look: CheckLook, compared: CompareView, size: tuple[int, int], qtbot: Any
) -> None:
    compared.resize(*size)
    check_look(compared, f"compared_{size[0]}")


def test_hidden_view_asks_for_no_missing_cutout(compared: CompareView) -> None:
    compared.show()
    compared.grab()
    timers = compared.findChildren(QTimer)
    assert any(timer.isActive() for timer in timers)
    compared.hide()
    assert not any(timer.isActive() for timer in timers)


def test_click_goes_to_the_candidate_under_it(compared: CompareView) -> None:
    told: list[int] = []
    compared.pressed.connect(told.append)
    compared.resize(900, 240)
    for place in range(4):
        QTest.mouseClick(compared, LEFT, PLAIN, QPoint(225 * place + 100, 100))
    assert told == [0, 1, 2, 3]
    assert compared.accessibleDescription() == (
        "J000 undecided, J001 rejected, J002 undecided, J003 undecided"
    )


def test_neighbours_go_around_and_the_next_undecided_is_the_nearest(compared: CompareView) -> None:
    session = compared.session
    assert [compared.neighbour(steps) for steps in (1, -1, 4)] == [1, 3, 0]
    assert compared.next_undecided() == 2
    session.current_row = 3
    assert (compared.neighbour(1), compared.next_undecided()) == (0, 0)
    for row in (0, 2):
        session.say(row, verdict=Verdict.ACCEPT)
    assert compared.next_undecided() == 3
    session.say(3, verdict=Verdict.ACCEPT)
    assert compared.next_undecided() is None
    session.current_row = 99
    assert (compared.neighbour(1), compared.neighbour(-1)) == (0, 3)


@pytest.mark.parametrize("tones", [LIGHT, DARK])
def test_scroll_bar_has_the_colours_of_the_theme(area: GridArea, tones: Tones) -> None:
    area.setPalette(palette_of(tones))
    bar = area.verticalScrollBar()
    assert bar.grab().toImage().pixelColor(1, bar.height() - 2).name() == tones.window


def test_hidden_grid_leaves_the_requests_of_others_alone(grid: Grid, cache: FakeCache) -> None:
    area, bar = grid.area, grid.area.verticalScrollBar()
    assert bar.maximum() > 0
    grid.hide()
    cache.want([7, 8])
    bar.setValue(bar.maximum())
    area.show_place(0)
    assert cache.wanted == [7, 8]
