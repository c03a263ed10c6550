"""The grid's choices: planes, size, only undecided, and what its tiles show."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QImage, QMouseEvent
from PyQt6.QtTest import QTest

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from tests.helpers.snapshots import pixels
from tests.helpers.turns import until_handled
from vetter.core.columns.broker_columns import tile_facts
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Verdict
from vetter.gui.grid.grid import Grid
from vetter.gui.grid.tile_painter import selection_colours
from vetter.gui.panels.panel_choice import plane_choices
from vetter.gui.widgets.theme import DARK, LIGHT

CTRL = Qt.KeyboardModifier.ControlModifier


def _open(qtbot, session: FakeSession, cache: FakeCache, **choice: object) -> Grid:
    grid = Grid(session, cache, choice=choice)
    qtbot.addWidget(grid)
    grid.resize(900, 600)
    grid.enter()
    grid.show()
    grid.setFocus()
    return grid


@pytest.fixture
def grid(qtbot, session, cache) -> Grid:
    return _open(qtbot, session, cache)


def _drag(grid: Grid, start: QPoint, end: QPoint, held=Qt.KeyboardModifier.NoModifier) -> None:
    view, left = grid.area.viewport(), Qt.MouseButton.LeftButton
    QTest.mousePress(view, left, held, start)
    # QTest.mouseMove() holds no button and no key.
    for point in ((start + end) / 2, end):
        at = QPointF(point)
        event = QMouseEvent(
            QEvent.Type.MouseMove, at, QPointF(view.mapToGlobal(point)), left, left, held
        )
        grid.area.mouseMoveEvent(event)
    QTest.mouseRelease(view, left, held, end)


def _centre(grid: Grid, place: int) -> QPoint:
    return grid.area._rect(place).center()


def test_plane_choices_with_three_planes_begin_with_triplet() -> None:
    assert plane_choices(["image", "template", "diff"]) == {
        "triplet": ("image", "template", "diff"),
        "image": ("image",),
        "template": ("template",),
        "diff": ("diff",),
    }
    assert "triplet" not in plane_choices(["image", "template"])


def test_plus_and_minus_change_the_size_of_tiles(grid) -> None:
    size, columns = grid.area.tiles.size, grid.area.columns
    QTest.keyClick(grid, Qt.Key.Key_Plus)
    QTest.keyClick(grid, Qt.Key.Key_Plus)
    assert grid.area.tiles.size > size and grid.area.columns < columns
    for _ in range(2):
        QTest.keyClick(grid, Qt.Key.Key_Minus)
    assert grid.area.tiles.size == size


def test_few_candidates_fill_the_page_with_large_tiles(qtbot) -> None:
    source = FakeSource(candidate_list(6))
    session = FakeSession(source.candidates)
    session.source = source
    grid = _open(qtbot, session, FakeCache(source))
    assert grid.area.tiles.size > 80
    assert grid.area.columns * grid.area.lines >= 6


def test_choice_is_restored_and_damaged_one_is_not(qtbot, session, cache) -> None:
    chosen = _open(qtbot, session, cache, planes="diff", size=128, only_undecided=True)
    assert chosen.choice == {"planes": "diff", "size": 128, "only_undecided": True}
    damaged = _open(qtbot, session, cache, planes="none", size=7, only_undecided="x")
    assert damaged.choice == {"planes": "triplet", "size": None, "only_undecided": False}


def test_names_in_tiles_are_whole(grid, session) -> None:
    for size in (-1, -1, -1):
        grid.resize_tiles(size)
    name = "J213322.78-005238.8"
    session.candidates.table["id"] = np.array([name] * 200)
    grid.area.tiles.forget()
    grid.area.set_up()
    caption = grid.area.tiles._caption(0, grid.area._rect(0).width() - 10)[0]
    assert caption.text() == session.candidates.name(0) == name


def test_tile_facts_are_magnitude_signal_and_score() -> None:
    listed = candidate_list(3, rb=np.array([0.5, 0.75, 0.875]))
    columns = ReviewColumns(listed, FakeSession(listed))
    texts = [(fact.caption, fact.text(1)) for fact in tile_facts(columns, listed)]
    # 1.0857 / 0.05
    assert texts == [("mag", "18.125"), ("S/N", "21.7"), ("rb", "0.750")]


def test_list_with_snr_column_shows_that_column() -> None:
    listed = candidate_list(3, snr=np.array([5.5, 6.5, np.nan]))
    columns = ReviewColumns(listed, FakeSession(listed))
    fact = next(fact for fact in tile_facts(columns, listed) if fact.caption == "S/N")
    assert [fact.text(row) for row in range(3)] == ["5.5", "6.5", "-"]


def test_decided_tile_is_dimmed(qtbot, grid, session, cache) -> None:
    grid.area.want_shown()
    cache.serve()
    frame = grid.area._rect(5).adjusted(20, 10, -20, -70)
    before = pixels(grid.area.viewport().grab(frame).toImage()).astype(int)
    session.say(5, verdict=Verdict.REJECT)
    after = pixels(grid.area.viewport().grab(frame).toImage()).astype(int)
    assert after.std() < 0.6 * before.std()


@pytest.mark.parametrize("planes", ["triplet", "diff"])
def test_facts_in_tiles_are_whole(grid, session, planes) -> None:
    grid.bar.planes.setCurrentText(planes)
    _, *lines = grid.area.tiles._caption(7, grid.area._rect(0).width() - 10)
    texts = " ".join(line.text() for line in lines).split()
    assert texts == ["mag", "18.875", "S/N", "21.7"]


@pytest.mark.parametrize("tones", [DARK, LIGHT], ids=["dark", "light"])
def test_selection_colour_has_no_hue(qapp, tones) -> None:
    ground, text = selection_colours(tones is DARK)
    assert ground.hsvSaturation() < 20
    assert abs(ground.lightness() - text.lightness()) > 90


def test_rubber_band_selects_touched_tiles(grid) -> None:
    columns = grid.area.columns
    _drag(grid, _centre(grid, 0), _centre(grid, columns + 1))
    assert grid.selection.listed == [0, 1, columns, columns + 1]


def test_rubber_band_with_ctrl_adds_to_selection(grid) -> None:
    columns = grid.area.columns
    QTest.mouseClick(
        grid.area.viewport(), Qt.MouseButton.LeftButton, pos=_centre(grid, 2 * columns)
    )
    _drag(grid, _centre(grid, 0), _centre(grid, 1), CTRL)
    assert grid.selection.listed == [0, 1, 2 * columns]


def test_small_movement_of_a_click_draws_no_band(grid) -> None:
    start = _centre(grid, 1)
    _drag(grid, start, start + QPoint(2, 1))
    assert grid.selection.listed == [1]


def test_question_moves_no_tile(qtbot, grid) -> None:
    before = grid.area.geometry()
    QTest.keyClick(grid, Qt.Key.Key_A, CTRL)
    grid.decide(Verdict.REJECT)
    until_handled(qtbot)
    assert grid.question.isVisible() and grid.area.geometry() == before


def test_heading_shows_the_current_candidate(qtbot, grid, session) -> None:
    QTest.keyClick(grid, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: grid.card.name.text() == "J001", timeout=30000)
    assert grid.card.isVisible()


def test_only_undecided_leaves_out_decided_ones(grid, session) -> None:
    session.say(1, verdict=Verdict.REJECT)
    grid.toggle_only_undecided()
    assert grid.shown.order[:3].tolist() == [0, 2, 3]
    assert grid.count.text() == "199 candidates, 1 selected"
    grid.toggle_only_undecided()
    assert grid.shown.order[:3].tolist() == [0, 1, 2]


def test_decided_ones_leave_and_the_next_is_current(qtbot, grid, session) -> None:
    grid.toggle_only_undecided()
    _drag(grid, _centre(grid, 0), _centre(grid, 2))
    grid.decide(Verdict.REJECT)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.current_row == 3, timeout=30000)
    assert grid.selection.listed == [3] and len(grid.shown) == 197


def test_verdict_taken_back_returns_to_undecided(grid, session) -> None:
    grid.toggle_only_undecided()
    session.say(4, verdict=Verdict.REJECT)
    assert grid.shown.position_of(4) == -1
    session.say(4, verdict=Verdict.NONE)
    assert grid.shown.position_of(4) == 4


def test_all_decided_leaves_an_empty_grid(grid, session) -> None:
    session.codes[:] = 2
    grid.toggle_only_undecided()
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert len(grid.shown) == 0 and grid.selection.listed == []
    assert grid.decide(Verdict.ACCEPT) is False


def test_two_selected_are_compared_side_by_side(qtbot, grid, session, cache) -> None:
    _drag(grid, _centre(grid, 0), _centre(grid, 1))
    grid.compare()
    assert grid.is_comparing and grid.compared.rows == [0, 1]
    assert cache.wanted == [0, 1]
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert session.current_row == 1
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert not grid.is_comparing and grid.selection.listed == [0, 1]


def test_verdict_while_comparing_is_for_the_current_one(qtbot, grid, session) -> None:
    _drag(grid, _centre(grid, 0), _centre(grid, 1))
    grid.compare()
    assert grid.decide(Verdict.ACCEPT) is True
    assert session.calls[-1] == ("decide_group", [0], Verdict.ACCEPT)
    qtbot.waitUntil(lambda: session.current_row == 1, timeout=30000)
    assert grid.is_comparing


def test_bar_shows_only_what_acts_while_comparing(qtbot, grid, session) -> None:
    bar = grid.bar
    choices = (bar.planes, bar.smaller, bar.larger, bar.undecided)
    grid.selection.select(np.arange(3))
    grid.compare()
    assert not any(choice.isVisible() for choice in choices) and bar.hint.isVisible()
    assert "size" not in bar.hint.text() and "planes" not in bar.hint.text()
    assert "Tab: next" in bar.hint.text() and "Esc: to tiles" in bar.hint.text()
    with qtbot.waitSignal(session.message) as said:
        grid.toggle_only_undecided()
    assert said.args == ["compared candidates stay: go back to the grid first (Esc)"]
    assert not grid.shown.only_undecided
    QTest.keyClick(grid, Qt.Key.Key_Tab)
    assert session.current_row == 1
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert all(choice.isVisible() for choice in choices)
    assert "planes" in bar.hint.text()


def test_line_without_room_leaves_the_hint_of_comparing_out(grid) -> None:
    grid.resize(420, 600)
    grid.selection.select(np.arange(2))
    grid.compare()
    assert not grid.bar.hint.isVisible()


@pytest.mark.parametrize("count", [1, 5])
def test_other_numbers_than_two_to_four_are_refused(qtbot, grid, session, count) -> None:
    grid.selection.select(np.arange(count))
    with qtbot.waitSignal(session.message) as said:
        grid.compare()
    assert said.args == ["select 2 to 4 candidates, then compare them"]
    assert not grid.is_comparing


def test_compared_candidates_are_painted_at_one_scale(qtbot, grid, session, cache) -> None:
    _drag(grid, _centre(grid, 0), _centre(grid, 1))
    grid.compare()
    cache.serve()
    one, two = grid.compared._areas()
    assert one.size() == two.size() and not one.intersects(two)
    shown = pixels(grid.compared.grab().toImage())
    assert shown.std() > 10


@pytest.mark.parametrize("size", [(1440, 620), (700, 900), (1000, 700)])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_compared_candidates_fill_the_area(qtbot, grid, cache, size, count) -> None:
    grid.resize(*size)
    grid.selection.select(np.arange(count))
    grid.compare()
    cache.serve()
    until_handled(qtbot)
    shown = pixels(grid.compared.grab().toImage())
    background = pixels(_blank(grid))[0, 0]
    assert (shown != background).any(axis=2).mean() > 0.35


def _blank(grid: Grid) -> QImage:
    image = QImage(1, 1, QImage.Format.Format_RGB32)
    image.fill(grid.palette().window().color())
    return image
