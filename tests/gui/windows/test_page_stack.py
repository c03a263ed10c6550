"""Panels, grid and field view as pages: which of them a command is for."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PyQt6.QtWidgets import QPushButton, QWidget

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.decisions.decision import Verdict
from vetter.gui.windows.page_stack import Pages

VERBS = {
    Verdict.ACCEPT: "accept",
    Verdict.REJECT: "reject",
    Verdict.MAYBE: "maybe",
    Verdict.LATER: "later",
    Verdict.NONE: "clear",
}


class Session(FakeSession):
    """Notes the verbs and the settings that are kept."""

    takes_keys = True

    def __init__(self) -> None:
        super().__init__(candidate_list(30))
        self.source = FakeSource(self.candidates)
        self.kept: dict[str, Any] = {}
        self.writer = SimpleNamespace(keep_setting=self.kept.__setitem__)
        for verb in VERBS.values():
            setattr(self, verb, lambda verb=verb: self.calls.append((verb,)))


class Field(SimpleNamespace):
    """Has the names of the dock of the field view; its view decides if a test says so."""

    def __init__(self) -> None:
        picture = QPushButton()
        picture.setCheckable(True)
        self.decides, self.toggled = False, 0
        self.view = SimpleNamespace(picture=picture, decide=lambda _verdict: self.decides)

    def toggle(self) -> None:
        self.toggled += 1


@pytest.fixture
def session(qapp: Any) -> Session:
    return Session()


@pytest.fixture
def pages(qtbot: Any, session: Session) -> Iterator[Pages]:
    pages = pages_of(qtbot, session)
    pages.show()
    yield pages
    pages.close()


def pages_of(qtbot: Any, session: Session, **asked: Any) -> Pages:
    def ask(verdict: Verdict, doubt: str) -> None:
        session.calls.append(("ask", verdict, doubt))

    pages = Pages(session, FakeCache(session.source), QWidget(), Field, ask, **asked)
    qtbot.addWidget(pages)
    pages.resize(600, 400)
    return pages


@pytest.mark.parametrize(("verdict", "verb"), VERBS.items())
def test_verdict_is_the_candidates_on_screen(
    pages: Pages, session: Session, verdict: Verdict, verb: str
) -> None:
    pages.decide(verdict)
    pages.decide_current(verdict)
    assert session.calls == [(verb,), (verb,)]


def test_unseen_cautions_come_before_a_verdict(qtbot: Any, session: Session) -> None:
    pages = pages_of(qtbot, session, lets_decide=lambda: False)
    pages.decide(Verdict.ACCEPT)
    pages.decide_current(Verdict.ACCEPT)
    assert session.calls == []


UNSEEN, OUTSIDE = "of which no pixels are shown", "which does not match the filter"


@pytest.mark.parametrize(
    ("verdict", "filtered", "takes_keys", "doubt"),
    [
        (Verdict.ACCEPT, "", True, UNSEEN),
        (Verdict.NONE, "", True, ""),
        (Verdict.ACCEPT, "J001", True, OUTSIDE),
        (Verdict.NONE, "J001", True, OUTSIDE),
        (Verdict.ACCEPT, "J000", True, UNSEEN),
        # The session itself says why no key is taken.
        (Verdict.ACCEPT, "J001", False, ""),
    ],
)
def test_verdict_in_doubt_is_asked_about(
    qtbot: Any, session: Session, verdict: Verdict, filtered: str, takes_keys: bool, doubt: str
) -> None:
    pages = pages_of(qtbot, session, lacks_pixels=lambda: True)
    session.queue.set_filter(filtered)
    session.takes_keys = takes_keys
    pages.decide(verdict)
    assert session.calls == [("ask", verdict, doubt) if doubt else (VERBS[verdict],)]


@pytest.mark.parametrize("command", ["compare", "toggle_only_undecided"])
def test_commands_of_the_grid_need_it_in_front(
    qtbot: Any, pages: Pages, session: Session, command: str
) -> None:
    said: list[str] = []
    session.message.connect(said.append)
    for _ in range(2):
        getattr(pages, command)()
        assert said == ["open the grid first (View > Grid of many candidates)"]
        assert not pages.is_grid_shown
        said.clear()
        # Opened and left again, the grid is there, behind the panels.
        pages.toggle_grid()
        pages.toggle_grid()
    pages.toggle_grid()
    grid = pages.grid
    assert grid is not None and pages.is_grid_shown
    grid.selection.select(np.array([0, 1]))
    getattr(pages, command)()
    assert not said
    assert grid.is_comparing == (command == "compare")
    assert grid.shown.only_undecided == (command == "toggle_only_undecided")


def test_grid_is_built_once_with_what_was_chosen(
    qtbot: Any, pages: Pages, session: Session
) -> None:
    made: list[object] = []
    pages.grid_made.connect(made.append)
    assert pages.grid is None
    # Without a grid there is nothing to update.
    pages.update_fit_results([0])
    pages.grid_choice = {"planes": "diff"}
    for _ in range(3):
        pages.toggle_grid()
    assert pages.grid is not None and made == [pages.grid.area]
    assert pages.grid.choice["planes"] == "diff"
    told: list[list[int]] = []
    pages.grid.area.update_fit_results = told.append
    pages.update_fit_results([3, 4])
    assert told == [[3, 4]]
    pages.grid.left.emit()
    assert not pages.is_grid_shown
    pages.grid.choice_changed.emit({"size": 80})
    assert session.kept == {"grid": {"size": 80}}


@pytest.mark.parametrize("stored", [["diff"], {"planes": ["diff"]}, {"size": "80"}, {"size": [80]}])
def test_stored_choice_that_is_none_is_ignored(pages: Pages, stored: object) -> None:
    pages.grid_choice = stored
    pages.toggle_grid()
    assert pages.is_grid_shown
    assert pages.grid.choice == {"planes": "triplet", "size": None, "only_undecided": False}


@pytest.mark.parametrize("stored", [None, False, True])
def test_field_view_is_built_once_and_its_image_remembered(
    pages: Pages, session: Session, stored: bool | None
) -> None:
    has_image = stored is not False
    if stored is not None:
        pages.has_field_image = stored
    pages.toggle_field()
    field = pages.field
    assert field is not None and field.toggled == 0
    button = field.view.picture
    assert button.isChecked() == has_image and session.kept == {}
    button.click()
    assert session.kept == {"field_image": not has_image}
    pages.toggle_field()
    assert pages.field is field and field.toggled == 1


@pytest.mark.parametrize("decides", [False, True])
def test_group_of_the_field_view_comes_before_the_candidate(
    pages: Pages, session: Session, decides: bool
) -> None:
    pages.toggle_field()
    pages.field.decides = decides
    pages.decide(Verdict.ACCEPT)
    assert session.calls == ([] if decides else [("accept",)])
    pages.decide_current(Verdict.REJECT)
    assert session.calls[-1] == ("reject",)
