"""First page: what it says of recent sessions, and what its rows and buttons ask for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from PyQt6.QtCore import Qt

from vetter.gui.opening.start_page import StartPage
from vetter.io.session.recent_sessions import RecentSession


@pytest.fixture
def page(qtbot: Any) -> StartPage:
    page = StartPage(("Ctrl+O", "", "D"))
    qtbot.addWidget(page)
    return page


@pytest.fixture
def chatham(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A time zone 13 h 45 min east of Greenwich at the turn of the year."""
    monkeypatch.setenv("TZ", "Pacific/Chatham")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def entry(**changes: Any) -> RecentSession:
    values = {
        "session": "/n/night.vetter",
        "title": "night",
        "inputs": ("/n/night.toml",),
        "decided": 1200,
        "candidates": 45678,
        "at": "2026-12-31T23:30:00+00:00",
    }
    return RecentSession(**{**values, **changes})


def texts(page: StartPage, row: int = 0) -> list[str]:
    items = [page.table.item(row, column) for column in range(page.table.columnCount())]
    return ["" if item is None else item.text() for item in items]


@pytest.mark.parametrize(
    ("changes", "column", "text"),
    [
        ({}, 0, "night.vetter"),
        ({}, 1, "/n/night.toml"),
        ({"inputs": ("/n/a.csv", "/n/b.fits")}, 1, "/n/a.csv and 1 more"),
        ({"inputs": ("/n/a.csv", "b", "c")}, 1, "/n/a.csv and 2 more"),
        ({"inputs": ("demo",), "title": "the demo"}, 1, "the demo"),
        ({"inputs": ()}, 1, "night"),
        ({}, 2, "1,200 of 45,678"),
        ({"estimated": True}, 2, "1,200 of about 45,678"),
        ({}, 3, "2027-01-01 13:15"),
        # Earlier versions wrote UTC without saying so.
        ({"at": "2026-12-31T23:30:00"}, 3, "2027-01-01 13:15"),
        ({"at": "last night"}, 3, "last night"),
    ],
)
def test_recent_session_in_words(
    page: StartPage, chatham: None, changes: dict[str, Any], column: int, text: str
) -> None:
    page.show_recents((entry(**changes),), frozenset())
    assert texts(page)[column] == text


def test_missing_session_is_said_and_cannot_be_opened(qtbot: Any, page: StartPage) -> None:
    wanted: list[RecentSession] = []
    page.session_wanted.connect(wanted.append)
    there, gone = entry(), entry(session="/n/gone.vetter")
    page.show_recents((there, gone), frozenset({gone.session}))
    assert texts(page, 1)[2] == "file is missing"
    page.table.setCurrentCell(0, 0)
    page.table.activated.emit(page.table.currentIndex())
    assert wanted == [there]
    # It may go while it is the current one.
    page.show_recents((there, gone), frozenset({there.session, gone.session}))
    page.table.activated.emit(page.table.currentIndex())
    assert wanted == [there]
    tips = [page.table.item(0, column).toolTip() for column in range(4)]
    assert tips == ["/n/night.vetter", "/n/night.toml", "/n/night.vetter", "/n/night.vetter"]


def test_first_row_is_chosen_and_the_choice_stays(page: StartPage) -> None:
    page.show_recents((entry(), entry(session="/n/b.vetter")), frozenset())
    assert page.table.currentRow() == 0
    page.table.setCurrentCell(1, 0)
    page.show_recents((entry(), entry(session="/n/b.vetter")), frozenset())
    assert page.table.currentRow() == 1


def test_table_is_as_high_as_its_rows_and_hidden_without_one(page: StartPage) -> None:
    assert page.table.isHidden() and page.clear.isHidden() and not page.nothing.isHidden()
    heights = []
    for count in (1, 2, 3):
        page.show_recents([entry(session=f"/{n}.vetter") for n in range(count)], frozenset())
        heights.append(page.table.height())
    assert not page.table.isHidden() and not page.clear.isHidden() and page.nothing.isHidden()
    row = page.table.rowHeight(0)
    assert heights[1] - heights[0] == heights[2] - heights[1] == row
    assert heights[0] >= row + page.table.horizontalHeader().sizeHint().height()


def test_buttons_name_their_keys_and_ask(qtbot: Any, page: StartPage) -> None:
    assert [button.text() for button in page.buttons] == [
        "Open files...   Ctrl+O",
        "Open folder...",
        "Demo: a simulated field   D",
    ]
    signals = (page.files_wanted, page.folder_wanted, page.demo_wanted)
    for button, signal in zip(page.buttons, signals, strict=True):
        with qtbot.waitSignal(signal, timeout=30000):
            button.click()
    with qtbot.waitSignal(page.clear_wanted, timeout=30000):
        page.clear.click()


def test_box_of_the_blind_review_tells_what_it_is_now(qtbot: Any, page: StartPage) -> None:
    told: list[bool] = []
    page.blind_wanted.connect(told.append)
    assert not page.blind.isChecked()
    page.blind.click()
    page.blind.click()
    assert told == [True, False]


def test_tab_leaves_the_table(page: StartPage) -> None:
    page.show_recents((entry(), entry(session="/n/b.vetter")), frozenset())
    assert not page.table.tabKeyNavigation()
    assert page.table.item(0, 0).flags() & Qt.ItemFlag.ItemIsEnabled
