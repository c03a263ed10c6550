from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from tests.helpers.fake_session import FakeSession
from vetter.gui.actions.command import Command
from vetter.gui.dialogs.palette import Palette
from vetter.gui.dialogs.palette_search import CandidateSearch

COMMANDS = (
    Command("review.accept", "Accept, then next", ("A",), "Review", lambda w: w.ran.append("A")),
    Command("view.fit", "Fit view", ("0",), "View", lambda w: w.ran.append("fit view")),
    Command("fit.now", "Fit now", ("F",), "Fit", lambda w: w.ran.append("fit now")),
    Command("go.palette", "Command palette", ("Ctrl+K",), "Go", lambda w: w.ran.append("again")),
)
KEYMAP = {"review.accept": ("A",), "view.fit": ("0", "Ctrl+0"), "fit.now": (), "go.palette": ()}


class Window(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.session = FakeSession()
        self.ran: list[str] = []


@pytest.fixture
def window(qtbot, qapp) -> Window:
    window = Window()
    qtbot.addWidget(window)
    window.resize(800, 600)
    return window


@pytest.fixture
def palette(window) -> Iterator[Palette]:
    search = CandidateSearch(window.session)
    palette = Palette(COMMANDS, KEYMAP, window, search, "a candidate's name")
    palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    yield palette
    palette.close()


def test_every_command_is_there_but_the_palette_itself(palette) -> None:
    assert palette.result_titles() == [
        "Review: Accept, then next",
        "View: Fit view",
        "Fit: Fit now",
    ]


def test_enter_runs_the_best_fit(palette, window) -> None:
    QTest.keyClicks(palette.line, "fv")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.ran == ["fit view"]


def test_arrows_choose_while_the_cursor_stays_in_the_line(palette, window) -> None:
    QTest.keyClicks(palette.line, "fit")
    assert palette.result_titles()[:2] == ["Fit: Fit now", "View: Fit view"]
    QTest.keyClick(palette.line, Qt.Key.Key_Down)
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.ran == ["fit view"]


def test_a_candidate_is_found_by_its_name(palette, window) -> None:
    QTest.keyClicks(palette.line, "j013")
    assert palette.result_titles() == ["Go to J013"]
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.session.calls == [("go_to_row", 13)]


def test_nothing_found_runs_nothing(palette, window) -> None:
    QTest.keyClicks(palette.line, "qqq")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.result_titles() == [] and window.ran == [] and window.session.calls == []


def test_that_nothing_was_found_is_said(palette) -> None:
    assert not palette.nothing.isVisibleTo(palette)
    palette.line.setText("qqq")
    assert palette.nothing.isVisibleTo(palette)
    palette.line.setText("fit")
    assert not palette.nothing.isVisibleTo(palette)


def test_keys_are_those_in_force(palette) -> None:
    from vetter.gui.dialogs.palette import KEYS_ROLE

    assert palette.list.item(1).data(KEYS_ROLE) == "0 or Ctrl+0"
    assert palette.list.item(2).data(KEYS_ROLE) == ""


def test_a_click_runs(palette, window) -> None:
    palette.list.itemClicked.emit(palette.list.item(0))
    palette.list.setCurrentRow(0)
    assert window.ran == ["A"]


def test_the_list_is_sorted_without_the_mouse(palette, window) -> None:
    QTest.keyClicks(palette.line, "sort by mag desc")
    assert palette.result_titles()[0] == "Sort by mag, descending"
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert (window.session.queue.sort_column, window.session.queue.descending) == ("mag", True)


@pytest.mark.parametrize(
    ("typed", "title", "keys"),
    [
        ("sort by mag", "Sort by mag", (("mag", False),)),
        ("sort by mag, desc", "Sort by mag, descending", (("mag", True),)),
        ("sort as in", "Sort as in the file", ()),
    ],
)
def test_sort_goes_the_way_that_its_title_says(window, typed, title, keys) -> None:
    queue = window.session.queue
    queue.sort_by("name", True)
    lines = {line[0]: line[2] for line in CandidateSearch(window.session)(typed)}
    lines[title]()
    assert queue.sort_keys == keys


def test_shuffled_order_stays_below_a_sort_and_goes_without_one(window) -> None:
    queue = window.session.queue
    queue.arrange((), 7, at_once=True)
    lines = {line[0]: line[2] for line in CandidateSearch(window.session)("sort by mag")}
    lines["Sort by mag"]()
    assert queue.seed == 7
    lines = {line[0]: line[2] for line in CandidateSearch(window.session)("sort as in the file")}
    lines["Sort as in the file"]()
    assert queue.seed is None


def test_names_that_begin_with_the_text_come_first(window) -> None:
    titles = [line[0] for line in CandidateSearch(window.session)("j01")]
    assert titles[:3] == ["Go to J010", "Go to J011", "Go to J012"]
    found = [line for line in CandidateSearch(window.session)("J013") if line[0] == "Go to J013"]
    found[0][2]()
    assert window.session.calls == [("go_to_row", 13)]
