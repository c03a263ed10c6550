"""The list beside the panels: what it shows, where a click goes, and what it leaves alone."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor, QImage, QPalette
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.snapshots import pixels
from tests.helpers.turns import until_timer
from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.columns.sorted_rows import SortKey
from vetter.core.decisions.decision import Verdict
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.gui.candidate_list.line_painter import MARGIN
from vetter.gui.candidate_list.list_model import CandidateModel
from vetter.gui.candidate_list.list_view import FITS_SHOW_MS, CandidateListView
from vetter.gui.widgets.answer_style import answer_colour, badge_width
from vetter.gui.widgets.theme import DARK, LIGHT, Tones, palette_of
from vetter.gui.widgets.verdict_style import badge, is_dark


@pytest.fixture
def session(qapp) -> FakeSession:
    return FakeSession(candidate_list(1000))


@pytest.fixture
def view(qtbot, session: FakeSession) -> CandidateListView:
    view = CandidateListView(session)
    qtbot.addWidget(view)
    view.resize(420, 400)
    view.show()
    return view


def _cell(view: CandidateListView, place: int, column: str) -> str:
    model = view.model()
    return model.data(model.index(place, view.columns.index(column)))


def _middle_of(view: CandidateListView, place: int) -> QPoint:
    return QPoint(100, view.rowViewportPosition(place) + view.rowHeight(place) // 2)


def test_it_shows_verdict_name_magnitude_and_tags_at_first(view, session) -> None:
    session.say(1, verdict=Verdict.REJECT, tags=("dipole", "ghost"))
    assert view.columns == ["verdict", "name", "mag", "tags"]
    assert [_cell(view, 1, name) for name in view.columns] == [
        "rejected",
        "J001",
        "18.125",
        "dipole, ghost",
    ]


def test_a_click_goes_to_the_candidate_of_the_line(view, session) -> None:
    session.queue.sort_by("mag", True)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=_middle_of(view, 2))
    assert session.calls == [("go_to_row", 997)]


def test_a_click_below_the_last_line_does_nothing(view, session) -> None:
    session.queue.set_filter("J001")
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 300))
    assert session.calls == []


def test_the_keyboard_stays_where_it_was(qtbot, session) -> None:
    window = QWidget()
    window.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    qtbot.addWidget(window)
    view = CandidateListView(session, parent=window)
    window.show()
    window.setFocus()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    QTest.mouseClick(view.horizontalHeader().viewport(), Qt.MouseButton.LeftButton)
    assert not view.hasFocus() and not view.horizontalHeader().hasFocus()
    assert not view.focusPolicy() & Qt.FocusPolicy.ClickFocus


def test_headings_sort_up_then_down_then_not(view, session) -> None:
    header = view.horizontalHeader()
    section = view.columns.index("mag")
    seen = []
    for _ in range(3):
        header.sectionClicked.emit(section)
        seen.append((session.queue.sort_column, session.queue.descending))
    assert seen == [("mag", False), ("mag", True), (None, False)]


def click_heading(view, name: str, held=Qt.KeyboardModifier.NoModifier) -> None:
    header = view.horizontalHeader()
    x = header.sectionViewportPosition(view.columns.index(name)) + 12
    place = QPoint(x, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, held, place)


def test_shift_click_sorts_by_a_second_column(view, session) -> None:
    click_heading(view, "name")
    click_heading(view, "mag", Qt.KeyboardModifier.ShiftModifier)
    click_heading(view, "mag", Qt.KeyboardModifier.ShiftModifier)
    assert session.queue.sort_keys == (("name", False), ("mag", True))
    headings = [
        str(view.model().headerData(section, Qt.Orientation.Horizontal)).strip()
        for section in range(len(view.columns))
    ]
    assert "1▲ name" in headings and "2▼ mag" in headings
    click_heading(view, "mag", Qt.KeyboardModifier.ShiftModifier)
    assert session.queue.sort_keys == (("name", False),)


def test_plain_click_sorts_by_one_column_again(view, session) -> None:
    session.queue.arrange([SortKey("name"), SortKey("mag")], None)
    click_heading(view, "mag")
    assert session.queue.sort_keys == (("mag", False),)


def test_the_sort_is_shown_in_the_heading(view, session) -> None:
    session.queue.sort_by("mag", True)
    header = view.horizontalHeader()
    assert header.sortIndicatorSection() == view.columns.index("mag")
    assert header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder


def test_heading_has_sort_arrow_on_screen(view, session) -> None:
    header = view.horizontalHeader()
    assert header.isSortIndicatorShown()
    before = header.grab().toImage()
    session.queue.sort_by("mag", True)
    assert header.grab().toImage() != before


def test_following_within_the_view_does_not_scroll(view) -> None:
    view.follow(3)
    assert view.verticalScrollBar().value() == 0


def test_following_out_of_the_view_scrolls_half_a_page(view) -> None:
    lines = view.viewport().height() // view.rowHeight(0)
    view.follow(lines)
    assert view.verticalScrollBar().value() == lines - lines // 2


def test_the_mark_stays_with_the_candidate_when_the_order_changes(view, session) -> None:
    session.current_row = 5
    session.queue.sort_by("mag", True)
    assert view._lines.current_place == 994
    first = view.verticalScrollBar().value()
    assert first <= 994 <= first + view.viewport().height() // view.rowHeight(0)


def test_a_filter_shortens_the_list(view, session) -> None:
    session.queue.set_filter("mag<19")
    assert view.model().rowCount() == 8


def test_numbers_are_aligned_to_the_right(view) -> None:
    model = view.model()
    aligned = {
        name: bool(
            model.data(model.index(0, i), Qt.ItemDataRole.TextAlignmentRole)
            & Qt.AlignmentFlag.AlignRight
        )
        for i, name in enumerate(view.columns)
    }
    assert aligned == {"verdict": False, "name": False, "mag": True, "tags": False}


def test_the_tables_own_format_is_used(qtbot, qapp) -> None:
    candidates = candidate_list(3)
    candidates.table["mag"].info.format = ".1f"
    view = CandidateListView(FakeSession(candidates))
    qtbot.addWidget(view)
    assert _cell(view, 1, "mag") == "18.1"


def test_picked_columns_are_told_by_name(qtbot, view) -> None:
    with qtbot.waitSignal(view.columns_changed, timeout=30000) as told:
        view.pick_columns()
        picker = view.findChild(QWidget, "column picker")
        picker.picked.emit(["name", "ra", "x"])
        picker.reject()
    assert told.args == [["name", "ra", "x"]]
    assert view.columns == ["name", "ra", "x"]
    assert _cell(view, 0, "ra") == "65.250000"


def test_moved_columns_are_told_by_name(qtbot, view) -> None:
    with qtbot.waitSignal(view.columns_changed, timeout=30000) as told:
        view.horizontalHeader().moveSection(2, 1)
    assert told.args == [["verdict", "mag", "name", "tags"]]


def test_remembered_columns_that_are_gone_are_left_out(qtbot, session) -> None:
    view = CandidateListView(session, ["name", "drb", "mag"])
    qtbot.addWidget(view)
    assert view.columns == ["name", "mag"]


def test_no_known_column_means_the_defaults(qtbot, session) -> None:
    view = CandidateListView(session, ["drb"])
    qtbot.addWidget(view)
    assert view.columns == ["verdict", "name", "mag", "tags"]


def test_the_line_of_the_current_candidate_is_highlighted(view) -> None:
    palette = QPalette(view.palette())
    palette.setColor(QPalette.ColorRole.Highlight, QColor("#123456"))
    view.setPalette(palette)
    view.follow(2)
    image = view.viewport().grab().toImage()
    y = _middle_of(view, 2).y()
    assert image.pixelColor(3, y) == QColor("#123456")
    assert image.pixelColor(3, _middle_of(view, 3).y()) != QColor("#123456")


def test_verdicts_differ_in_shape_not_only_in_colour(qapp) -> None:
    shapes = []
    for code in range(4):
        image = badge(code, 16, True).toImage().convertToFormat(QImage.Format.Format_ARGB32)
        shapes.append(
            tuple(image.pixelColor(x, y).alpha() > 128 for x in range(16) for y in range(16))
        )
    assert len(set(shapes)) == 4


def test_an_empty_list_is_shown_as_such(qtbot, qapp) -> None:
    view = CandidateListView(FakeSession(candidate_list(0)))
    qtbot.addWidget(view)
    view.show()
    view.follow(-1)
    assert view.model().rowCount() == 0


def test_fits_of_a_filter_without_a_match_paint_nothing(qtbot, session, monkeypatch) -> None:
    monkeypatch.setattr(
        session, "columns", ReviewColumns(session.candidates, session, FitTable(1000))
    )
    view = CandidateListView(session, ["verdict", "name", "disappeared"])
    qtbot.addWidget(view)
    view.show()
    session.queue.set_filter("mag>999")
    repaints: list[int] = []
    view.repaint_later = lambda: repaints.append(1)
    view.update_fit_results([0, 3])
    qtbot.waitUntil(lambda: not view._arrived, timeout=30000)
    assert view.model().rowCount() == 0 and not repaints


def test_a_list_without_magnitudes_shows_positions(qtbot, qapp) -> None:
    candidates = candidate_list(3)
    without = CandidateList(
        candidates.table,
        candidates.roles.with_(mag=None),
        candidates.keys,
        candidates.x,
        candidates.y,
        candidates.ra,
        candidates.dec,
    )
    view = CandidateListView(FakeSession(without))
    qtbot.addWidget(view)
    assert view.columns == ["verdict", "name", "x", "y", "tags"]
    assert _cell(view, 0, "x") == "10.00"


def test_it_does_not_shrink_to_a_sliver(view) -> None:
    assert view.minimumSizeHint().width() >= 200


def test_a_long_name_does_not_push_the_other_columns_out(qtbot, qapp) -> None:
    candidates = candidate_list(3)
    candidates.table["id"] = ["a very long name of a candidate " * 8] * 3
    view = CandidateListView(FakeSession(candidates))
    qtbot.addWidget(view)
    view.resize(view.sizeHint().width(), 300)
    view.show()
    bar = view.horizontalScrollBar()
    assert bar.maximum() == 0


def test_what_has_changed_of_a_candidate_is_painted_anew(view, qtbot) -> None:
    view.grab()
    painted: list[int] = []
    paint = view._lines.paint
    view._lines.paint = lambda painter, places, *rest: (
        painted.extend(places),
        paint(painter, places, *rest),
    )
    view.update_rows([3, 900])
    qtbot.waitUntil(lambda: 3 in painted, timeout=30000)
    assert 900 not in painted


@pytest.mark.parametrize(("count", "repaints"), [(199, 0), (200, 1)])
def test_many_changes_off_screen_paint_the_list_once(
    view, count: int, repaints: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(view, "repaint_later", lambda: told.append(1))
    view.update_rows(list(range(700, 700 + count)))
    assert len(told) == repaints


def test_mark_that_moves_to_first_line_paints_both_lines(view, qtbot) -> None:
    view.follow(2)
    view.grab()
    painted: set[int] = set()
    paint = view._lines.paint
    view._lines.paint = lambda painter, places, *rest: (
        painted.update(places),
        paint(painter, places, *rest),
    )
    view.follow(0)
    qtbot.waitUntil(lambda: {0, 2} <= painted, timeout=30000)


def test_results_of_fits_show_where_they_are_on_screen(qtbot, session, monkeypatch) -> None:
    monkeypatch.setattr(
        session, "columns", ReviewColumns(session.candidates, session, FitTable(1000))
    )
    view = CandidateListView(session, ["verdict", "name", "disappeared"])
    qtbot.addWidget(view)
    view.resize(420, 400)
    view.show()
    repaints: list[int] = []
    view.repaint_later = lambda: repaints.append(1)
    view.update_fit_results([900])
    until_timer(qtbot, FITS_SHOW_MS)
    assert not repaints
    view.update_fit_results([3])
    view.update_fit_results([4])
    qtbot.waitUntil(lambda: bool(repaints), timeout=30000)
    assert len(repaints) == 1
    view.hide()


def test_a_name_is_cut_in_the_middle(view) -> None:
    names = view.columns
    modes = [view.model().elision(section) for section in range(len(names))]
    assert modes[names.index("name")] == Qt.TextElideMode.ElideMiddle
    assert modes[names.index("tags")] == Qt.TextElideMode.ElideRight


def test_candidates_off_the_image_say_so_behind_their_names(qapp) -> None:
    session = FakeSession()
    session.candidates.x[:2] = [5000, float("nan")]
    session.source.shape = (50, 50)
    model = CandidateModel(session, session.columns)
    model.set_columns(["name"])
    names = [model.text(place, 0) for place in range(3)]
    assert names == ["J000  (off the image)", "J001  (no position)", "J002"]


def test_answer_column_has_badge_and_word(qtbot, session, monkeypatch) -> None:
    fits = FitTable(1000)
    monkeypatch.setattr(session, "columns", ReviewColumns(session.candidates, session, fits))
    view = CandidateListView(session, ["name", "answer"])
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    fits.set(2, Adjustment(True, dx=0.1), Judgement(Answer.ORDINARY, ""))
    model = view.model()
    assert [model.text(place, 1) for place in (1, 2)] == ["", "ordinary"]
    assert [model.answer_codes(section, range(2, 3)) for section in (0, 1)] == [
        [0],
        [Answer.ORDINARY.code],
    ]
    image = pixels(view.viewport().grab().toImage()).astype(int)
    tone = answer_colour(Answer.ORDINARY.code, is_dark(view.palette()))
    near = np.abs(image - (tone.red(), tone.green(), tone.blue())).max(axis=2) < 40
    assert near.sum() >= 8


@pytest.mark.parametrize("answer", list(Answer))
def test_answer_column_is_wide_enough_for_every_word(qtbot, session, monkeypatch, answer) -> None:
    fits = FitTable(1000)
    monkeypatch.setattr(session, "columns", ReviewColumns(session.candidates, session, fits))
    view = CandidateListView(session, ["verdict", "name", "mag", "answer", "tags"])
    qtbot.addWidget(view)
    taken = view.fontMetrics().horizontalAdvance(answer.value) + badge_width(13) + 4
    assert view.columnWidth(3) >= taken + 2 * MARGIN


@pytest.mark.parametrize("tones", [LIGHT, DARK])
def test_scroll_bar_has_the_colours_of_the_theme(view: CandidateListView, tones: Tones) -> None:
    view.setPalette(palette_of(tones))
    bar = view.verticalScrollBar()
    assert bar.grab().toImage().pixelColor(1, bar.height() - 2).name() == tones.window
