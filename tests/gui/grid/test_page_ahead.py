"""A page painted ahead comes at once, and never shows anything but the present state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtTest import QTest

from tests.helpers.fake_session import FakeSession
from tests.helpers.fake_source import FakeCache
from tests.helpers.snapshots import pixels
from tests.helpers.turns import until_handled
from vetter.core.decisions.decision import Verdict
from vetter.gui.grid.grid import Grid
from vetter.gui.grid.page_ahead import PageAhead, TileState

GROUND = QColor(10, 20, 30)
DOWN, UP = Qt.Key.Key_PageDown, Qt.Key.Key_PageUp
LINE_DOWN, LINE_UP = Qt.Key.Key_Down, Qt.Key.Key_Up


@pytest.fixture
def grid(qtbot, session, cache) -> Grid:
    grid = Grid(session, cache)
    qtbot.addWidget(grid)
    grid.resize(700, 500)
    grid.enter()
    grid.show()
    grid.setFocus()
    _see(grid, cache)
    return grid


def _see(grid: Grid, cache: FakeCache) -> Any:
    """RGB of the tiles on screen, whose pictures and those of the next page are there."""
    grid.area.want_shown()
    cache.serve()
    return pixels(grid.area.viewport().grab().toImage())


def _page(grid: Grid) -> int:
    return grid.area.columns * grid.area.lines


def _wait_for(qtbot, grid: Grid, first: int) -> None:
    """Wait until the line of tiles from this place on has been painted ahead."""
    area = grid.area
    places = range(first, first + area.columns)
    qtbot.waitUntil(
        lambda: all(map(area._ahead.has, places)) and not area._ahead_turn.isActive(),
        timeout=30000,
    )


def _count_painted(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows of tiles as they are painted from now on."""
    painted: list[int] = []
    paint = grid.area.tiles.paint

    def counted(painter: QPainter, rect: QRect, state: TileState) -> None:
        painted.append(state.row)
        paint(painter, rect, state)

    monkeypatch.setattr(grid.area.tiles, "paint", counted)
    return painted


def _fresh(grid: Grid) -> Any:
    """RGB of the tiles on screen, all painted now."""
    grid.area._ahead.drop()
    return pixels(grid.area.viewport().grab().toImage())


def test_at_the_key_only_tiles_that_have_changed_are_painted(
    qtbot, grid, cache, monkeypatch
) -> None:
    page = _page(grid)
    _wait_for(qtbot, grid, page)
    painted = _count_painted(grid, monkeypatch)
    QTest.keyClick(grid, DOWN)
    grid.area.viewport().repaint()
    # The vetter has gone from the first candidate, which is half on screen, to the one below.
    assert set(painted) <= {0, page}
    assert np.array_equal(pixels(grid.area.viewport().grab().toImage()), _fresh(grid))


def _say(grid: Grid, session: FakeSession) -> None:
    session.say(_page(grid) + 2, verdict=Verdict.REJECT)


def _turn_dark(grid: Grid, _session: FakeSession) -> None:
    palette = grid.palette()
    palette.setColor(palette.ColorRole.Window, QColor("black"))
    palette.setColor(palette.ColorRole.Base, QColor("black"))
    palette.setColor(palette.ColorRole.Text, QColor("white"))
    grid.setPalette(palette)


def _write_another_fact(grid: Grid, session: FakeSession) -> None:
    """Change a text, as the S/N of a new fit does in a list without a column of it."""
    rows = range(_page(grid), _page(grid) + grid.area.columns)
    session.candidates.table["mag"][list(rows)] = 11.25
    grid.area.update_fit_results(list(rows))


def _write_larger(grid: Grid, _session: FakeSession) -> None:
    font = grid.font()
    font.setPointSizeF(1.5 * font.pointSizeF())
    grid.setFont(font)


CHANGES: dict[str, Callable[[Grid, FakeSession], Any]] = {
    "nothing": lambda grid, session: None,
    "a verdict": _say,
    "a selected tile": lambda grid, session: QTest.keyClick(
        grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier
    ),
    "dark": _turn_dark,
    "larger tiles": lambda grid, session: grid.resize_tiles(1),
    "larger letters": _write_larger,
    "another plane": lambda grid, session: grid.bar.planes.setCurrentText("diff"),
    "another size of the window": lambda grid, session: grid.resize(820, 610),
    "another fact": _write_another_fact,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
@pytest.mark.parametrize("key", [DOWN, UP], ids=["down", "up"])
def test_a_page_is_the_same_as_if_painted_now(qtbot, session, grid, cache, change, key) -> None:
    if key == UP:
        for _ in range(3):
            QTest.keyClick(grid, DOWN)
            _see(grid, cache)
        QTest.keyClick(grid, UP)
        _see(grid, cache)
    at = grid.area._shown.position_of(session.current_row)
    _wait_for(qtbot, grid, at + (1 if key == DOWN else -1) * _page(grid))
    change(grid, session)
    cache.serve()
    QTest.keyClick(grid, key)
    shown = pixels(grid.area.viewport().grab().toImage())
    assert np.array_equal(shown, _fresh(grid))


def _picture_ahead(grid: Grid, place: int) -> object:
    state = grid.area._ahead._states.get(place)
    return None if state is None else state.picture


def test_pictures_that_arrive_later_are_painted_ahead_too(qtbot, session, monkeypatch) -> None:
    cache = FakeCache(session.source)
    grid = Grid(session, cache)
    qtbot.addWidget(grid)
    grid.resize(700, 500)
    grid.enter()
    grid.show()
    page = _page(grid)
    _wait_for(qtbot, grid, page)
    line = range(page, page + grid.area.columns)
    assert not any(isinstance(_picture_ahead(grid, n), QImage) for n in line)
    _see(grid, cache)
    # Its hints have the room that they need by now, and the tiles the rest.
    page = _page(grid)
    line = range(page, page + grid.area.columns)
    qtbot.waitUntil(
        lambda: all(isinstance(_picture_ahead(grid, n), QImage) for n in line),
        timeout=30000,
    )
    painted = _count_painted(grid, monkeypatch)
    QTest.keyClick(grid, DOWN)
    grid.area.viewport().repaint()
    assert set(painted) <= {0, page}


def test_tiles_with_new_facts_are_painted_ahead_again(qtbot, grid, session, monkeypatch) -> None:
    page = _page(grid)
    _wait_for(qtbot, grid, page)
    rows = [int(row) for row in grid.area._shown.order[page : page + 3]]
    grid.area.update_fit_results(rows)
    assert not grid.area._ahead.has(page)
    _wait_for(qtbot, grid, page)
    painted = _count_painted(grid, monkeypatch)
    QTest.keyClick(grid, DOWN)
    grid.area.viewport().repaint()
    assert set(painted) <= {session.current_row, 0}


def test_a_hidden_grid_paints_nothing_ahead(qtbot, grid) -> None:
    grid.hide()
    assert not grid.area._ahead_turn.isActive()
    assert not grid.area._ahead.has(_page(grid))


STATE = TileState(3, None, 0, 0, False, False)


def _filled(ahead: PageAhead, page: object, colour: str) -> None:
    painter = ahead.begin(page, QSize(40, 30), 1.0, GROUND)
    painter.fillRect(QRect(10, 10, 10, 10), QColor(colour))
    painter.end()


def _drawn(ahead: PageAhead, part: QRect, ratio: float = 1.0) -> Any:
    sheet = QImage(QSize(40, 30) * ratio, QImage.Format.Format_RGB32)
    sheet.setDevicePixelRatio(ratio)
    sheet.fill(0)
    painter = QPainter(sheet)
    ahead.draw(painter, part)
    painter.end()
    return pixels(sheet)


def test_a_part_is_copied_to_its_place(qapp) -> None:
    ahead = PageAhead()
    _filled(ahead, "page", "red")
    drawn = _drawn(ahead, QRect(5, 5, 10, 10))
    assert (drawn[10:15, 10:15] == (255, 0, 0)).all()
    assert (drawn[5:10, 5:15] == (10, 20, 30)).all()
    assert (drawn[:5] == 0).all() and (drawn[15:] == 0).all() and (drawn[:, 15:] == 0).all()


def test_a_part_of_a_dense_screen_is_copied_to_its_place(qapp) -> None:
    ahead = PageAhead()
    painter = ahead.begin("page", QSize(40, 30), 2.0, GROUND)
    painter.fillRect(QRect(10, 10, 10, 10), QColor("red"))
    painter.end()
    drawn = _drawn(ahead, QRect(5, 5, 10, 10), ratio=2.0)
    assert (drawn[20:30, 20:30] == (255, 0, 0)).all()
    assert (drawn[10:20, 10:30] == (10, 20, 30)).all()
    assert (drawn[30:] == 0).all()


def test_what_was_painted_of_a_page_stays_until_another_page(qapp) -> None:
    ahead = PageAhead()
    _filled(ahead, "page", "red")
    ahead.note(7, STATE)
    ahead.begin("page", QSize(40, 30), 1.0, GROUND).end()
    assert ahead.is_of("page") and ahead.shows(7, STATE) and ahead.has(7)
    assert (_drawn(ahead, QRect(10, 10, 5, 5))[10:15, 10:15] == (255, 0, 0)).all()
    ahead.begin("another", QSize(40, 30), 1.0, GROUND).end()
    assert ahead.is_of("another") and not ahead.has(7)
    assert (_drawn(ahead, QRect(0, 0, 40, 30)) == (10, 20, 30)).all()


@pytest.mark.parametrize(
    "change",
    [
        {"row": 4},
        {"picture": "no cutout"},
        {"code": 1},
        {"answer": 2},
        {"is_selected": True},
        {"is_current": True},
    ],
)
def test_a_tile_in_another_state_is_not_shown(change: dict[str, Any]) -> None:
    ahead = PageAhead()
    ahead.note(7, STATE)
    assert ahead.shows(7, STATE) and not ahead.shows(8, STATE)
    assert not ahead.shows(7, STATE._replace(**change))


def test_forgotten_tiles_and_dropped_pages_are_not_shown(qapp) -> None:
    ahead = PageAhead()
    _filled(ahead, "page", "red")
    for place in (7, 8):
        ahead.note(place, STATE)
    assert ahead.forget([7, -1, 99])
    assert not ahead.has(7) and ahead.has(8)
    assert not ahead.forget([7, -1, 99])
    ahead.drop()
    assert not ahead.is_of("page") and not ahead.has(8)


def _on_screen(grid: Grid) -> Any:
    """RGB of the tiles as they were last painted or moved."""
    view, screen = grid.area.viewport(), grid.screen()
    assert view is not None and screen is not None
    corner, size = view.mapTo(grid, QPoint(0, 0)), view.size()
    shot = screen.grabWindow(grid.winId(), corner.x(), corner.y(), size.width(), size.height())
    return pixels(shot.toImage())


@pytest.mark.parametrize("keys", [[LINE_DOWN] * 5, [DOWN] * 2 + [LINE_UP] * 4, [DOWN, UP, DOWN]])
def test_tiles_that_were_moved_are_as_if_painted_now(qtbot, grid, keys: list[Qt.Key]) -> None:
    tops = set()
    for key in keys:
        QTest.keyClick(grid, key)
        until_handled(qtbot)
        tops.add(grid.area.verticalScrollBar().value())
        assert np.array_equal(_on_screen(grid), _fresh(grid)), key
    assert len(tops) >= 2
