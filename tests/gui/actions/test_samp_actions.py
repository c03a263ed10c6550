"""Commands of SAMP: a question before the first position leaves, and nothing before that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtWidgets import QMessageBox, QWidget

from tests.helpers.fake_session import FakeSession
from vetter.gui.actions.samp_actions import SampActions


class Link:
    """A link that remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def send_list(self) -> None:
        self.calls.append("list")

    def send_position(self, row: int) -> None:
        self.calls.append(f"position {row}")

    def toggle_following(self) -> None:
        self.calls.append("follow")

    def close(self) -> None:
        self.calls.append("close")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def actions(qtbot, said) -> Iterator[SampActions]:
    window = QWidget()
    qtbot.addWidget(window)
    actions = SampActions(FakeSession(), said.append, window)
    yield actions
    actions.stop()


def _answer(monkeypatch, answer: str) -> list[str]:
    asked: list[str] = []

    def question(parent: QWidget, title: str, text: str) -> QMessageBox.StandardButton:
        asked.append(text)
        return QMessageBox.StandardButton[answer]

    monkeypatch.setattr(QMessageBox, "question", question)
    return asked


def test_question_comes_once_before_the_first_position(actions, monkeypatch) -> None:
    asked = _answer(monkeypatch, "Yes")
    actions._link = link = Link()
    actions.send_position()
    actions.send_list()
    assert len(asked) == 1 and "Send positions to other programs" in asked[0]
    assert link.calls == ["position 0", "list"]


def test_refused_question_sends_nothing_and_is_asked_again(actions, monkeypatch) -> None:
    asked = _answer(monkeypatch, "No")
    actions._link = link = Link()
    actions.send_list()
    actions.send_position()
    assert len(asked) == 2 and link.calls == []


def test_following_asks_nothing(actions, monkeypatch) -> None:
    asked = _answer(monkeypatch, "No")
    actions._link = link = Link()
    actions.toggle_following()
    assert (asked, link.calls) == ([], ["follow"])


def test_no_candidate_on_screen_is_said(actions, said) -> None:
    actions._session.current_row = -1
    actions.send_position()
    assert said == ["no candidate is on screen"] and actions._link is None


def test_chosen_row_of_another_program_is_shown(actions) -> None:
    actions.link.row_chosen.emit(4)
    assert actions._session.calls == [("go_to_row", 4)]


def test_unused_actions_have_no_link(actions) -> None:
    actions.stop()
    assert actions._link is None


def test_hub_is_left_with_the_window(actions) -> None:
    actions._link = link = Link()
    actions.stop()
    assert link.calls == ["close"]
