"""Commands about other reviewers: what they show, and why they do not."""

from __future__ import annotations

from types import SimpleNamespace as Some
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QObject, pyqtSignal
from pytestqt.qtbot import QtBot

from tests.helpers.fake_session import FakeSession
from vetter.gui.actions import next_for_me
from vetter.gui.actions.queue_commands import LIST_QUEUE
from vetter.gui.actions.reviewer_commands import (
    list_disagreements,
    list_next,
    show_agreement,
    toggle_arbiter,
    toggle_others,
)

ALONE = "no other reviewer has decided here; vetter merge joins sessions"
BLIND = "hidden: blind review"


class Window(QObject):
    """As much of the window as the commands touch; it remembers what they did."""

    closed = pyqtSignal()

    def __init__(self, others: bool = True, blind: bool = False, disagree: str = "yes") -> None:
        super().__init__()
        self.said: list[str] = []
        self.done: list[Any] = []
        self.session = FakeSession()
        self.session.is_blind = blind
        self.session.message.connect(self.said.append)
        self.session.columns = Some(
            others=object() if others else None,
            values=lambda name: np.array(["", disagree]) if name == "disagree" else None,
        )
        self.session.others = Some(
            is_arbiter=False, take_next=self.done.append, all_ratings=lambda _own: None
        )
        self.filter_bar = Some(apply=self.done.append)
        self.dialogs = Some(show_agreement=lambda: self.done.append("agreement"))
        self.status = Some(refresh=lambda: self.done.append("status"))
        self.card = Some(shows_others=False, show_others=self.show_others)

    def show_others(self, shown: bool) -> None:
        self.card.shows_others = shown
        self.done.append(("others", shown))


VERBS = [list_disagreements, list_next, toggle_arbiter, toggle_others, show_agreement]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("blind", "why"), [(False, ALONE), (True, BLIND)])
def test_without_others_each_says_why(qapp: Any, verb: Any, blind: bool, why: str) -> None:
    window = Window(others=False, blind=blind)
    verb(window)
    assert (window.said, window.done) == ([why], [])
    assert not window.session.others.is_arbiter


@pytest.mark.parametrize(
    ("disagree", "said", "done"),
    [("yes", [], ["disagree=yes"]), ("no", ["no open disagreement"], [])],
)
def test_open_disagreements_are_listed(
    qapp: Any, disagree: str, said: list[str], done: list[str]
) -> None:
    window = Window(disagree=disagree)
    list_disagreements(window)
    assert (window.said, window.done) == (said, done)


def test_arbiter_sees_the_others_and_becomes_a_reviewer_again(qapp: Any) -> None:
    window = Window()
    toggle_arbiter(window)
    assert window.session.others.is_arbiter
    assert window.done == [("others", True), "status"]
    window.done.clear()
    toggle_arbiter(window)
    assert not window.session.others.is_arbiter and window.done == ["status"]
    assert window.said == ["arbiter: your verdicts settle", "a reviewer again"]


def test_others_are_shown_and_hidden(qapp: Any) -> None:
    window = Window()
    toggle_others(window)
    toggle_others(window)
    show_agreement(window)
    assert window.done == [("others", True), ("others", False), "agreement"]
    assert window.said == []


@pytest.mark.parametrize(
    ("names", "done", "said"),
    [
        (["ann", "bob", "ann"], ["next=ann"], "2 candidates for you to look at next"),
        (["", "ann"], ["next=ann"], "1 candidate for you to look at next"),
        (["bob", ""], [], next_for_me.NOTHING),
    ],
)
def test_next_ones_are_listed_or_there_are_none(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, names: list[str], done: list[str], said: str
) -> None:
    window, found = Window(), np.array(names)
    monkeypatch.setattr(next_for_me, "name_next", lambda _ratings, _truth: found)
    for _ in range(2):
        list_next(window)
        qtbot.waitUntil(lambda: window.said[-1] == said, timeout=30000)
        assert window.said == ["looking who is next...", said]
        assert window.done[0] is found and window.done[1:] == done
        window.said.clear()
        window.done.clear()
    # One finder serves the window, and ends with it.
    assert len(window.findChildren(next_for_me.NextForMe)) == 1
    window.closed.emit()


@pytest.mark.parametrize("text", ["no storm here", ""])
def test_storm_says_what_there_is_to_say(qapp: Any, text: str) -> None:
    window = Window()
    window.storms = Some(show_sample=lambda: text, ask=lambda: text)
    for command in LIST_QUEUE:
        if "storm" in command.id:
            command.run(window)
    assert window.said == ([text, text] if text else [])
