"""The grid: keys act on what is selected, and many are counted before they are decided."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtGui import QAction, QColor, QImage, QKeySequence, QPainter, QRegion
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from tests.helpers.fake_session import FakeSession
from tests.helpers.fake_source import FakeCache
from tests.helpers.snapshots import pixels
from tests.helpers.turns import until_handled
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Verdict
from vetter.core.display.style import DisplayStyle
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.gui.grid import grid_area
from vetter.gui.grid.grid import Grid
from vetter.gui.grid.page_ahead import TileState

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def grid(qtbot, session, cache) -> Grid:
    grid = Grid(session, cache)
    qtbot.addWidget(grid)
    grid.resize(700, 500)
    grid.enter()
    grid.show()
    grid.setFocus()
    return grid


def _serve(qtbot, grid: Grid, cache: FakeCache) -> None:
    """Let what is on screen arrive, and be painted."""
    grid.area.want_shown()
    cache.serve()
    grid.area.viewport().grab()
    grid.area._later.stop()


def _painted(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows of tiles as they are painted on the screen from now on."""
    painted: list[int] = []

    def paint(painter: QPainter, _rect: QRect, state: TileState, _ground: QColor) -> None:
        # The page ahead is painted into a picture.
        if isinstance(painter.device(), QWidget):
            painted.append(state.row)

    monkeypatch.setattr(grid.area, "_paint_tile", paint)
    return painted


def _point(grid: Grid, place: int) -> QPoint:
    return grid.area._rect(place).center()


def _click(grid: Grid, place: int, held: Qt.KeyboardModifier | None = None) -> None:
    modifiers = Qt.KeyboardModifier.NoModifier if held is None else held
    view = grid.area.viewport()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, modifiers, _point(grid, place))


def test_it_begins_with_the_current_candidate(grid, session) -> None:
    session.go_to_row(7)
    grid.enter()
    assert grid.selection.listed == [7]


def test_the_page_on_screen_is_wanted_first_then_the_next(grid, cache) -> None:
    grid.area.want_shown()
    shown = grid.area.columns * (grid.area.lines + 1)
    assert cache.wanted[:shown] == list(range(shown))
    assert shown < len(cache.wanted) <= 2 * shown


def test_builder_rests_until_a_scrolled_page_is_painted(qtbot, grid, cache) -> None:
    grid.area.want_shown()
    QTest.keyClick(grid, Qt.Key.Key_End)
    assert cache.wanted == []
    qtbot.waitUntil(lambda: 199 in cache.wanted, timeout=30000)


def test_arrows_move_where_the_vetter_is(grid, session) -> None:
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        QTest.keyClick(grid, key)
    assert session.current_row == 1 + grid.area.columns
    assert grid.selection.listed == [session.current_row]


def test_the_ends_are_the_ends(grid, session) -> None:
    QTest.keyClick(grid, Qt.Key.Key_Left)
    assert session.current_row == 0
    QTest.keyClick(grid, Qt.Key.Key_End)
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert session.current_row == 199


def test_the_current_candidate_is_scrolled_into_view(grid) -> None:
    QTest.keyClick(grid, Qt.Key.Key_End)
    assert grid.area.viewport().rect().contains(grid.area._rect(199))


def test_shift_selects_a_range(grid) -> None:
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    QTest.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    assert grid.selection.listed == [1, 2, 3]
    QTest.keyClick(grid, Qt.Key.Key_Left, SHIFT)
    assert grid.selection.listed == [1, 2]


def test_tiles_beyond_the_time_of_a_paint_follow(qtbot, grid, cache, monkeypatch) -> None:
    monkeypatch.setattr(grid_area, "PAINT_SECONDS", -1.0)
    _serve(qtbot, grid, cache)
    shown = set(range(grid.area.columns * grid.area.lines))
    assert not grid.area.seen
    qtbot.waitUntil(lambda: grid.area.seen >= shown, timeout=30000)


def test_only_tiles_that_changed_are_painted(qtbot, grid, cache, monkeypatch) -> None:
    _serve(qtbot, grid, cache)
    until_handled(qtbot)
    painted = _painted(grid, monkeypatch)
    last = grid.area.columns * grid.area.lines - 1
    view = grid.area.viewport()
    view.repaint(QRegion(grid.area._rect(0)).united(QRegion(grid.area._rect(last))))
    assert painted == [0, last]


def test_a_step_paints_the_two_tiles_that_it_changes(qtbot, grid, cache, monkeypatch) -> None:
    _serve(qtbot, grid, cache)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    until_handled(qtbot)
    painted = _painted(grid, monkeypatch)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: len(painted) >= 2, timeout=30000)
    assert sorted(painted) == [1, 2]


def test_a_page_of_new_tiles_selected_is_painted_whole(qtbot, grid, cache, monkeypatch) -> None:
    _serve(qtbot, grid, cache)
    until_handled(qtbot)
    painted = _painted(grid, monkeypatch)
    QTest.keyClick(grid, Qt.Key.Key_A, CTRL)
    qtbot.waitUntil(lambda: len(painted) >= grid.area.columns * grid.area.lines, timeout=30000)


def test_shift_and_ctrl_with_the_mouse(grid, session) -> None:
    _click(grid, 1)
    _click(grid, 3, SHIFT)
    assert grid.selection.listed == [1, 2, 3]
    _click(grid, 2, CTRL)
    assert grid.selection.listed == [1, 3]
    _click(grid, 5, CTRL)
    assert grid.selection.listed == [1, 3, 5] and session.current_row == 5


def test_a_range_follows_the_order_of_the_list(grid, session) -> None:
    session.queue.sort_by("mag", True)
    session.go_to_row(199)
    QTest.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    assert grid.selection.listed == [199, 198]


def test_a_verdict_for_one_is_left_to_the_session(grid) -> None:
    assert grid.decide(Verdict.REJECT) is False
    assert grid.question.text == ""


def test_many_are_counted_before_they_are_decided(qtbot, grid, session, cache) -> None:
    _serve(qtbot, grid, cache)
    session.calls.clear()
    _click(grid, 3, SHIFT)
    assert grid.decide(Verdict.REJECT) is True
    assert grid.question.text == "Reject 4 candidates?"
    assert not any(call[0] == "decide_group" for call in session.calls)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert session.calls[-1] == ("decide_group", [0, 1, 2, 3], Verdict.REJECT)
    assert grid.question.text == "" and not grid.question.isVisible()


def test_what_was_never_on_screen_is_said(qtbot, grid, cache) -> None:
    _serve(qtbot, grid, cache)
    seen = len(grid.area.seen)
    assert 0 < seen < 200
    QTest.keyClick(grid, Qt.Key.Key_A, CTRL)
    grid.decide(Verdict.ACCEPT)
    assert grid.question.text == (
        f"Accept 200 candidates?  {200 - seen} of them have not been on screen."
    )


def test_escape_answers_no_and_then_leaves(qtbot, grid, session) -> None:
    QTest.keyClick(grid, Qt.Key.Key_A, CTRL)
    grid.decide(Verdict.REJECT)
    with qtbot.assertNotEmitted(grid.left):
        QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert session.calls == [] and grid.question.text == ""
    with qtbot.waitSignal(grid.left):
        QTest.keyClick(grid, Qt.Key.Key_Escape)


def test_another_selection_is_another_question(grid, session) -> None:
    QTest.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    grid.decide(Verdict.REJECT)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert grid.question.text == ""


def test_the_only_selected_one_that_is_not_current_is_asked_for(grid, session) -> None:
    _click(grid, 1, CTRL)
    _click(grid, 1, CTRL)
    assert grid.selection.listed == [0] and session.current_row == 1
    assert grid.decide(Verdict.REJECT) is True
    assert grid.question.text.startswith("Reject 1 candidate?")


def test_a_read_only_session_asks_nothing(grid, session) -> None:
    session.read_only = True
    QTest.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    assert grid.decide(Verdict.REJECT) is True
    assert grid.question.text == ""


def test_enter_and_double_click_go_to_the_panels(qtbot, grid, session) -> None:
    with qtbot.waitSignal(grid.left):
        QTest.keyClick(grid, Qt.Key.Key_Return)
    with qtbot.waitSignal(grid.left):
        view = grid.area.viewport()
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=_point(grid, 4))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=_point(grid, 4))
    assert session.current_row == 4


def test_the_mouse_alone_changes_nothing(grid, session) -> None:
    QTest.mouseMove(grid.area.viewport(), _point(grid, 9))
    assert session.current_row == 0 and grid.selection.listed == [0]


def test_its_keys_come_before_the_windows_and_letters_do_not(qtbot, session, cache) -> None:
    window, ran = QWidget(), []
    qtbot.addWidget(window)
    for key in ("Right", "Home", "PgDown", "A"):
        action = QAction(window)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _=False, key=key: ran.append(key))
        window.addAction(action)
    grid = Grid(session, cache)
    QVBoxLayout(window).addWidget(grid)
    window.resize(700, 500)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    grid.enter()
    grid.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_A):
        QTest.keyClick(grid, key)
    assert ran == ["A"]


def test_pictures_are_those_of_the_chosen_plane(qtbot, grid, session, cache) -> None:
    _serve(qtbot, grid, cache)
    assert grid.thumbnails.planes == ("image", "template", "diff")
    triplet = grid.thumbnails.image(3)
    QTest.keyClick(grid, Qt.Key.Key_Tab)
    assert grid.thumbnails.planes == ("image",)
    image = grid.thumbnails.image(3)
    assert isinstance(triplet, QImage) and isinstance(image, QImage)
    assert triplet.width() > 3 * triplet.height() and image.width() == image.height()


def test_a_thumbnail_has_its_first_row_lowest(grid, session, cache) -> None:
    cache.want([3])
    cache.serve()
    frame = cache.get(3)
    grid.thumbnails.set_planes(("diff",))
    thumbnail = grid.thumbnails.image(3)
    lowest_left = int(frame.pictures["diff"][0, 0])
    assert thumbnail.pixel(0, thumbnail.height() - 1) == lowest_left


def test_other_looks_make_other_pictures(qtbot, grid, cache) -> None:
    _serve(qtbot, grid, cache)
    before = grid.thumbnails.image(0)
    cache.looks = DisplayStyle().with_("difference", invert=True)
    cache._frames.clear()
    with qtbot.waitSignal(grid.thumbnails.outdated):
        cache.serve()
    assert grid.thumbnails.image(0) != before


def test_what_cannot_be_shown_says_so(grid, session, cache) -> None:
    session.source.unreadable = {0}
    cache.want([0, 1])
    cache.serve()
    assert grid.thumbnails.image(0) == "no cutout"
    grid.thumbnails.set_plane("mask")
    assert grid.thumbnails.image(1) == "no mask"
    assert grid.thumbnails.image(2) is None


def test_a_filter_takes_what_it_hides_out_of_the_selection(grid, session) -> None:
    QTest.keyClick(grid, Qt.Key.Key_A, CTRL)
    session.queue.set_filter("J00")
    assert grid.selection.listed == list(range(10))
    assert grid.count.text() == "10 candidates, 10 selected"


def test_it_asks_again_for_what_is_missing_on_screen(qtbot, grid, cache) -> None:
    grid.area.viewport().grab()
    cache.want([])
    qtbot.waitUntil(lambda: bool(cache.wanted), timeout=30000)
    assert cache.wanted[0] == 0
    grid.hide()


def test_a_cutout_that_is_not_square_keeps_its_shape(grid, cache, session) -> None:
    from vetter.gui.panels.thumbnails import _scale_picture

    image = _scale_picture(np.full((10, 20), 0xFF102030, np.uint32), 96)
    assert (image.width(), image.height()) == (96, 48)


def _judge(session: FakeSession, row: int, answer: Answer) -> None:
    fits = session.columns.fits
    assert fits is not None
    fits.set(row, Adjustment(True, dx=0.1), Judgement(answer, ""))


def test_tile_shows_the_answer_of_its_fit(qtbot, grid, session, cache):
    session.columns = ReviewColumns(session.candidates, session, FitTable(200))
    _serve(qtbot, grid, cache)
    before = pixels(grid.area.viewport().grab().toImage()).astype(int)
    _judge(session, 1, Answer.VARIABLE)
    after = pixels(grid.area.viewport().grab().toImage()).astype(int)
    changed = np.argwhere((before != after).any(axis=2))
    rect = grid.area._rect(1)
    assert len(changed) > 10
    assert all(rect.contains(int(x), int(y)) for y, x in changed)
    # Below the picture, which the badge must not hide.
    assert changed[:, 0].min() > rect.top() + 96


def test_answers_that_arrive_are_painted_together(qtbot, grid, session, cache, monkeypatch):
    session.columns = ReviewColumns(session.candidates, session, FitTable(200))
    _serve(qtbot, grid, cache)
    asked: list[int] = []
    monkeypatch.setattr(grid.area, "update_row", asked.append)
    for row in (1, 2, 190):
        _judge(session, row, Answer.KEPT)
        grid.area.update_fit_results([row])
    assert asked == []
    qtbot.waitUntil(lambda: asked == [1, 2], timeout=30000)
