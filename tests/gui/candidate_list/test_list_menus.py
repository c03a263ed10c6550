"""Menus, tips and keys of the list: a column's entries, a value's filters, lines that are added."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PyQt6.QtGui import QFontMetrics
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QMenu

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Verdict
from vetter.core.judgement.fit_table import FitTable
from vetter.gui.candidate_list.list_model import (
    LEFT,
    RIGHT,
    SORT_HINT,
    CandidateModel,
    fitting_width,
    shrink_widths,
)
from vetter.gui.candidate_list.list_view import CandidateListView

ROLE = Qt.ItemDataRole
ACROSS, DOWN = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    return FakeSession(candidate_list(40))


@pytest.fixture
def view(qtbot: Any, session: FakeSession) -> CandidateListView:
    view = CandidateListView(session, ["verdict", "name", "mag", "tags", "comment"])
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show()
    return view


@pytest.fixture
def menu(qtbot: Any) -> QMenu:
    menu = QMenu()
    qtbot.addWidget(menu)
    return menu


def titles(menu: QMenu) -> list[str]:
    return [action.text() or "-" for action in menu.actions()]


def choose(menu: QMenu, title: str) -> None:
    next(action for action in menu.actions() if action.text() == title).trigger()


COLUMN = [
    "Sort by mag",
    "Sort by mag, descending",
    "Sort as in the file",
    "Hide column mag",
    "Columns of the table...",
]


def test_heading_offers_what_its_column_can(view: CandidateListView, menu: QMenu) -> None:
    view.heading.add_entries(menu, 2)
    assert titles(menu) == COLUMN


@pytest.mark.parametrize("section", [-1, 5])
def test_beside_the_columns_there_is_only_their_choice(
    view: CandidateListView, menu: QMenu, section: int
) -> None:
    view.heading.add_entries(menu, section)
    assert titles(menu) == ["Columns of the table..."]


@pytest.mark.parametrize(
    ("sorted_by", "more"),
    [
        ("name", ["Then by mag  (Shift+click)", "Then by mag, descending"]),
        ("mag", []),
    ],
)
def test_sorted_list_may_be_sorted_further(
    session: FakeSession, view: CandidateListView, menu: QMenu, sorted_by: str, more: list[str]
) -> None:
    session.queue.sort_by(sorted_by, False)
    view.heading.add_entries(menu, 2)
    assert titles(menu) == [*COLUMN[:2], *more, *COLUMN[2:]]
    for title in more:
        choose(menu, title)
        descending = title.endswith("descending")
        assert session.queue.sort_keys == (("name", False), ("mag", descending))


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("Sort by mag", (("mag", False),)),
        ("Sort by mag, descending", (("mag", True),)),
        ("Sort as in the file", ()),
    ],
)
def test_entries_sort(
    session: FakeSession, view: CandidateListView, menu: QMenu, title: str, keys: tuple[Any, ...]
) -> None:
    session.queue.sort_by("name", True)
    view.heading.add_entries(menu, 2)
    choose(menu, title)
    assert session.queue.sort_keys == keys


def test_shuffled_list_goes_back_to_its_shuffle(
    session: FakeSession, view: CandidateListView, menu: QMenu
) -> None:
    session.queue.arrange((), 7, at_once=True)
    view.heading.add_entries(menu, 2)
    assert titles(menu)[2] == "Sort as shuffled"


def test_column_is_hidden_but_not_the_last_one(
    qtbot: Any, view: CandidateListView, menu: QMenu
) -> None:
    view.heading.add_entries(menu, 2)
    with qtbot.waitSignal(view.columns_changed, timeout=30000) as told:
        choose(menu, "Hide column mag")
    assert told.args == [["verdict", "name", "tags", "comment"]] and view.columns == told.args[0]
    view.set_columns(["mag"])
    menu.clear()
    view.heading.add_entries(menu, 0)
    enabled = {action.text(): action.isEnabled() for action in menu.actions()}
    assert enabled.pop("Hide column mag") is False and all(enabled.values())


@pytest.mark.parametrize(
    ("column", "filters"),
    [
        ("verdict", ["verdict=reject"]),
        ("name", ["name=J003"]),
        ("mag", ["mag=18.375", "mag<=18.375", "mag>=18.375"]),
        ("tags", ["tags=dipole", "tags=ghost"]),
        ("comment", []),
    ],
)
def test_value_under_the_pointer_filters(
    qtbot: Any,
    session: FakeSession,
    view: CandidateListView,
    menu: QMenu,
    column: str,
    filters: list[str],
) -> None:
    session.say(3, verdict=Verdict.REJECT, tags=("dipole", "ghost"), comment="faint")
    section = view.columns.index(column)
    point = QPoint(view.columnViewportPosition(section) + 4, view.rowViewportPosition(3) + 4)
    assert view.row_at(point) == 3
    view.extend_menu(menu, 3, point)
    offered = [title for title in titles(menu) if title.startswith("Filter by ")]
    assert set(offered) >= {f"Filter by {condition}" for condition in filters[:1]}
    assert len(offered) >= len(filters[:1]) and (bool(offered) == bool(filters))
    if column == "tags":
        assert len(offered) == 2
    for title in offered:
        with qtbot.waitSignal(view.filter_wanted, timeout=30000) as told:
            choose(menu, title)
        assert title == f"Filter by {told.args[0]}"
    assert f"Sort by {column}" in titles(menu)


def test_below_the_last_line_there_is_no_candidate(
    session: FakeSession, view: CandidateListView, menu: QMenu
) -> None:
    session.queue.set_filter("name=J000")
    below = QPoint(30, view.rowViewportPosition(0) + view.rowHeight(0) + 4)
    assert view.row_at(below) == -1
    view.extend_menu(menu, -1, below)
    assert titles(menu) == []


def test_arrows_step_and_other_keys_go_on(session: FakeSession, view: CandidateListView) -> None:
    steps: list[str] = []
    session.next = lambda: steps.append("next")
    session.previous = lambda: steps.append("previous")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_A, Qt.Key.Key_PageDown):
        QTest.keyClick(view, key)
    assert steps == ["next", "previous"] and view.verticalScrollBar().value() == 0


@pytest.mark.parametrize(
    ("role", "value"),
    [
        (ROLE.DisplayRole, "18.375"),
        (ROLE.ToolTipRole, "18.375"),
        (ROLE.AccessibleTextRole, "mag 18.375"),
        (ROLE.TextAlignmentRole, RIGHT),
        (ROLE.DecorationRole, None),
    ],
)
def test_cell_tells_its_value(
    view: CandidateListView, role: Qt.ItemDataRole, value: object
) -> None:
    model = view.model()
    assert model.data(model.index(3, 2), role) == value
    assert model.data(QModelIndex(), role) is None


@pytest.mark.parametrize(
    ("section", "role", "value"),
    [
        (0, ROLE.DisplayRole, ""),
        (1, ROLE.DisplayRole, "name"),
        (2, ROLE.DisplayRole, "mag\N{NO-BREAK SPACE}"),
        (1, ROLE.TextAlignmentRole, LEFT),
        (2, ROLE.TextAlignmentRole, RIGHT),
        (2, ROLE.DecorationRole, None),
        (-1, ROLE.DisplayRole, None),
        (5, ROLE.DisplayRole, None),
    ],
)
def test_heading_tells_its_column(
    view: CandidateListView, section: int, role: Qt.ItemDataRole, value: object
) -> None:
    model = view.model()
    assert model.headerData(section, ACROSS, role) == value
    assert model.headerData(section, DOWN, role) is None
    assert model.headerData(2, ACROSS, ROLE.ToolTipRole).endswith(SORT_HINT)


def test_table_has_no_lines_below_a_line(view: CandidateListView) -> None:
    model = view.model()
    assert (model.rowCount(), model.columnCount()) == (40, 5)
    below = model.index(0, 0)
    assert (model.rowCount(below), model.columnCount(below)) == (0, 0)


NAMES = ("name", "mag", "tags")


@pytest.mark.parametrize(
    ("names", "widths", "room", "shrunk"),
    [
        (NAMES, [200, 60, 80], 340, [200, 60, 80]),
        # Tags first, down to 30 pixels; then the name, down to 110.
        (NAMES, [200, 60, 80], 339, [200, 60, 79]),
        (NAMES, [200, 60, 80], 290, [200, 60, 30]),
        (NAMES, [200, 60, 80], 289, [199, 60, 30]),
        (NAMES, [200, 60, 80], 150, [110, 60, 30]),
        (NAMES, [90, 60, 20], 100, [90, 60, 30]),
        (("mag", "x"), [60, 60], 50, [60, 60]),
        (("tags", "name"), [80, 200], 270, [80, 190]),
        ((), [], 50, []),
    ],
)
def test_columns_shrink_to_their_room(
    session: FakeSession, names: tuple[str, ...], widths: list[int], room: int, shrunk: list[int]
) -> None:
    model = CandidateModel(session, session.columns)
    model.set_columns(list(names))
    before = list(widths)
    assert shrink_widths(model, widths, room) == shrunk and widths == before


def test_column_is_as_wide_as_its_widest_text_or_heading(
    session: FakeSession, view: CandidateListView
) -> None:
    model, metrics = view.model(), QFontMetrics(view.font())
    session.say(5, tags=("a very long tag indeed",))
    tags = fitting_width(model, metrics, 3, [5])
    assert tags == metrics.horizontalAdvance("a very long tag indeed") + 14
    assert fitting_width(model, metrics, 3, [4]) == max(metrics.horizontalAdvance("tags") + 16, 48)
    assert fitting_width(model, metrics, 3, []) == fitting_width(model, metrics, 3, [4])
    assert fitting_width(model, metrics, 0, [5]) == 30


def test_double_click_on_a_border_fits_the_lines_on_screen(
    session: FakeSession, view: CandidateListView
) -> None:
    narrow = view.sizeHintForColumn(3)
    session.say(39, tags=("a very long tag indeed",))
    assert view.sizeHintForColumn(3) == narrow
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert view.sizeHintForColumn(3) > narrow


def test_height_is_that_of_lines_and_heading(view: CandidateListView) -> None:
    sizes = [view.height_of_lines(lines) for lines in (0, 1, 2)]
    assert sizes[2] - sizes[1] == sizes[1] - sizes[0] == view.rowHeight(0)
    assert sizes[0] > view.horizontalHeader().height()
    assert view.minimumSizeHint().width() <= view.sizeHint().width()


def test_widths_of_the_user_are_kept_and_wait_for_their_column(view: CandidateListView) -> None:
    view.set_widths({"mag": 77, "x": 91})
    assert view.columnWidth(2) == 77 and view.widths == {"mag": 77, "x": 91}
    view.set_columns(["mag", "x", "name", "tags"])
    assert (view.columnWidth(0), view.columnWidth(1)) == (77, 91)
    view.setColumnWidth(2, 133)
    # The last one takes what is left: its width is nobody's wish.
    view.setColumnWidth(3, 55)
    assert view.widths == {"mag": 77, "x": 91, "name": 133}


def test_columns_set_anew_are_no_move_of_the_user(qtbot: Any, view: CandidateListView) -> None:
    told: list[list[str]] = []
    view.columns_changed.connect(told.append)
    view.heading.moveSection(1, 2)
    assert told == [["verdict", "mag", "name", "tags", "comment"]]
    view.set_columns(["name", "mag", "tags"])
    assert len(told) == 1 and view.columns == ["name", "mag", "tags"]


def test_list_that_has_not_grown_gets_no_line(session: FakeSession) -> None:
    model = CandidateModel(session, session.columns)
    model.set_columns(["name", "mag"])
    added: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: added.append((first, last)))
    session.grown.emit(40)
    assert added == [] and model.rowCount() == 40


@pytest.mark.parametrize(
    ("columns", "visible", "waits"),
    [
        (["name", "answer"], True, True),
        (["name", "answer"], False, False),
        (["name", "mag"], True, False),
    ],
)
def test_fits_are_shown_where_they_are_seen(
    qtbot: Any, session: FakeSession, columns: list[str], visible: bool, waits: bool
) -> None:
    session.columns = ReviewColumns(session.candidates, session, FitTable(40))
    view = CandidateListView(session, columns)
    qtbot.addWidget(view)
    view.setVisible(visible)
    view.update_fit_results([1, 2])
    timers = [timer for timer in view.findChildren(QTimer) if timer.isActive()]
    assert bool(timers) == waits
    view.hide()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_right_click_on_a_heading_opens_its_menu(view: CandidateListView) -> None:
    heading = view.heading
    point = QPoint(heading.sectionViewportPosition(2) + 5, 5)
    heading.customContextMenuRequested.emit(point)
    shown = heading.findChild(QMenu)
    assert shown is not None and shown.isVisible() and titles(shown) == COLUMN
    shown.close()
