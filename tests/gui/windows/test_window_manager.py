"""The manager of windows on the first page, and the words about an opened input."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QRect

from tests.helpers.fake_session import candidate_list
from tests.helpers.growing_source import GrowingFake
from tests.helpers.plain_source import PlainSource
from tests.helpers.windows import WITHOUT_FITS, until_painted
from vetter.app import make_window_manager
from vetter.gui.opening.planes_dialog import PlanesDialog
from vetter.gui.windows.main_window import MainWindow
from vetter.gui.windows.start_window import StartWindow
from vetter.gui.windows.window_manager import WindowManager, opened_text
from vetter.io.field.nearby_planes import PlanesWanted
from vetter.review.opening.input_reader import OpenRequest


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def manager(qtbot: Any) -> Iterator[WindowManager]:
    manager = make_window_manager(WITHOUT_FITS, None, "ann")
    yield manager
    manager.window.close()


def strip_text(manager: WindowManager) -> str:
    strip = manager.window.opening.strip
    return "" if strip.isHidden() else strip.text.text()


@pytest.mark.parametrize(
    ("problem", "words"), [("", ""), ("a.csv: no such file", "⚠ not opened: a.csv: no such file")]
)
def test_first_page_says_what_kept_the_input_from_opening(
    manager: WindowManager, problem: str, words: str
) -> None:
    manager.show_start(problem)
    assert isinstance(manager.window, StartWindow) and manager.window.isVisible()
    assert strip_text(manager) == words


def test_failed_input_leaves_the_first_page(
    qtbot: Any, manager: WindowManager, tmp_path: Path
) -> None:
    manager.show_start()
    before = manager.window
    manager.open(OpenRequest((str(tmp_path / "gone.csv"),)))
    assert strip_text(manager) == "opening gone.csv ..."
    qtbot.waitUntil(lambda: "not opened" in strip_text(manager), timeout=30000)
    assert "gone.csv" in strip_text(manager) and manager.window is before


def test_cancelled_input_is_shown_no_more(
    qtbot: Any, manager: WindowManager, tmp_path: Path
) -> None:
    manager.show_start()
    manager.open(OpenRequest((str(tmp_path / "gone.csv"),)))
    manager.window.opening.strip.button.click()
    assert strip_text(manager) == ""
    manager.open(OpenRequest((str(tmp_path / "other.csv"),)))
    qtbot.waitUntil(lambda: "not opened" in strip_text(manager), timeout=30000)
    assert "other.csv" in strip_text(manager)


def test_planes_are_asked_for_on_the_first_page(manager: WindowManager, tmp_path: Path) -> None:
    table = str(tmp_path / "list.csv")
    manager.ask(OpenRequest((table,)), PlanesWanted("no image", table, {}))
    shown = manager.window.findChild(PlanesDialog)
    assert isinstance(manager.window, StartWindow) and shown is not None
    # The dialog says it all.
    assert strip_text(manager) == ""
    shown.close()


def test_closed_input_gives_its_place_to_the_first_page(
    qtbot: Any, manager: WindowManager, tmp_path: Path
) -> None:
    manager.show_start()
    start = manager.window
    start.setGeometry(QRect(30, 40, 900, 640))
    start.toggle_theme()
    dark = start.is_dark
    manager.open(OpenRequest(("demo",), session=tmp_path / "s.vetter"))
    qtbot.waitUntil(lambda: isinstance(manager.window, MainWindow), timeout=30000)
    window = manager.main_window
    until_painted(qtbot, window)
    assert not start.isVisible()
    assert window.geometry() == QRect(30, 40, 900, 640) and window.is_dark is dark
    assert "opened" in window.status.currentMessage()
    window.close_wanted.emit()
    again = manager.window
    assert isinstance(again, StartWindow) and not window.isVisible()
    assert again.geometry() == QRect(30, 40, 900, 640) and again.is_dark is dark
    again.set_theme(True)


@pytest.mark.parametrize(
    ("notes", "more", "attention", "words"),
    [
        ([], {}, [], "opened test: 3 candidates"),
        (["test: 3 rows"], {}, [], "opened test: 3 rows; 1 note: File > Notes on the input"),
        (
            ["3 rows"],
            {"notes": ("3 rows", "no WCS")},
            [],
            "opened test: 3 candidates; 2 notes: File > Notes on the input",
        ),
        (
            [],
            {"report": ("a.fits", "b.fits")},
            ["another name"],
            "another name; opened test: 3 candidates; 2 could not be read: File > Report",
        ),
    ],
)
def test_opened_input_is_summed_up(
    notes: list[str], more: dict[str, Any], attention: list[str], words: str
) -> None:
    candidates = dataclasses.replace(candidate_list(3), notes=tuple(notes))
    source = PlainSource(candidates=candidates, **more)
    assert opened_text(source, attention) == words


@pytest.mark.parametrize(
    ("expected", "words"),
    [(None, "3 candidates so far"), (1200, "3 candidates so far of about 1,200")],
)
def test_list_that_is_still_read_says_how_far(expected: int | None, words: str) -> None:
    source = GrowingFake((3, 9))
    source.expected_count = expected
    assert opened_text(source) == f"opened growing: {words}"
