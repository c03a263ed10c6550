"""Question before a verdict for many candidates: its words, its keys, and what it emits."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QWidget

from vetter.core.decisions.decision import Verdict
from vetter.gui.widgets.band import AskingBand
from vetter.gui.widgets.group_question import GroupQuestion

Key, Kind = Qt.Key, QEvent.Type


def key_event(key: Qt.Key, kind: QEvent.Type = Kind.KeyPress) -> QKeyEvent:
    event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    return event


@pytest.fixture
def question(qtbot: Any) -> GroupQuestion:
    question = GroupQuestion()
    qtbot.addWidget(question)
    return question


@pytest.fixture
def answers(question: GroupQuestion) -> list[Any]:
    """What the question has emitted."""
    told: list[Any] = []
    question.agreed.connect(lambda rows, verdict: told.append((rows, verdict)))
    question.closed.connect(lambda: told.append("closed"))
    return told


@pytest.mark.parametrize(
    ("rows", "verdict", "words", "text"),
    [
        (3, Verdict.ACCEPT, {}, "Accept 3 candidates?"),
        (1, Verdict.REJECT, {}, "Reject 1 candidate?"),
        (2, Verdict.MAYBE, {}, "Maybe for 2 candidates?"),
        (2, Verdict.LATER, {"named": "all epochs"}, "Put off all epochs?"),
        (2, Verdict.NONE, {}, "Clear the verdicts of 2 candidates?"),
        (1, Verdict.NONE, {}, "Clear the verdict of 1 candidate?"),
        (
            3,
            Verdict.REJECT,
            {"unseen": 1},
            "Reject 3 candidates?  1 of them has not been on screen.",
        ),
        (
            3,
            Verdict.REJECT,
            {"unseen": 2, "unlisted": "some are missing"},
            "Reject 3 candidates?  2 of them have not been on screen.  "
            "Some are missing; unlisted candidates are not included.",
        ),
    ],
)
def test_question_says_what_it_is_about(
    question: GroupQuestion, rows: int, verdict: Verdict, words: dict[str, Any], text: str
) -> None:
    question.ask(list(range(rows)), verdict, **{"unseen": 0, **words})
    assert question.text == text and not question.isHidden()


def test_no_question_has_no_text_and_is_hidden(question: GroupQuestion, answers: list[Any]) -> None:
    assert question.text == "" and question.isHidden()
    question.agree()
    question.dismiss()
    assert answers == []


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (Key.Key_Return, ["closed", ([4, 5], Verdict.MAYBE)]),
        (Key.Key_Enter, ["closed", ([4, 5], Verdict.MAYBE)]),
        (Key.Key_Escape, ["closed"]),
    ],
)
def test_enter_and_escape_answer_once(
    question: GroupQuestion, answers: list[Any], key: Qt.Key, told: list[Any]
) -> None:
    assert not question.take_key(key_event(key))
    question.ask([4, 5], Verdict.MAYBE, unseen=0)
    override = key_event(key, Kind.ShortcutOverride)
    # An override that is accepted arrives as a press; the release goes on to the window.
    assert question.take_key(override) and override.isAccepted() and answers == []
    assert not question.take_key(key_event(key, Kind.KeyRelease)) and answers == []
    assert question.take_key(key_event(key))
    assert answers == told and question.text == "" and question.isHidden()
    assert not question.take_key(key_event(key))


def test_other_keys_leave_the_question_open(question: GroupQuestion, answers: list[Any]) -> None:
    question.ask([4], Verdict.ACCEPT, unseen=0)
    for key in (Key.Key_A, Key.Key_Space, Key.Key_Tab):
        assert not question.take_key(key_event(key))
    assert question.text and answers == []


@pytest.mark.parametrize(("button", "told"), [("yes", 2), ("no", 1)])
def test_buttons_answer_without_the_focus(
    question: GroupQuestion, answers: list[Any], button: str, told: int
) -> None:
    question.ask([4], Verdict.ACCEPT, unseen=0)
    pressed = getattr(question, button)
    assert pressed.focusPolicy() == Qt.FocusPolicy.NoFocus
    pressed.click()
    assert len(answers) == told and not question.text


def test_question_about_changed_candidates_is_withdrawn(
    question: GroupQuestion, answers: list[Any]
) -> None:
    question.forget([1])
    question.ask([4, 5], Verdict.ACCEPT, unseen=0)
    question.forget([3, 6])
    assert question.text and answers == []
    question.forget([5, 9])
    assert not question.text and answers == ["closed"]


class Window(QWidget):
    """Window that remembers the keys that nothing in it took."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[int] = []

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        self.keys.append(event.key())


def test_band_has_the_keyboard_until_the_answer(qtbot: Any) -> None:
    window = Window()
    qtbot.addWidget(window)
    line = QLineEdit(window)
    band = AskingBand("question band", window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=30000)
    band.question.closed.connect(band.return_keyboard)
    line.setFocus()
    for verdict in (Verdict.ACCEPT, Verdict.REJECT):
        # The second question takes the place of the first, which keeps where the keyboard was.
        band.take_keyboard()
        band.question.ask([1], verdict, unseen=0)
        assert band.hasFocus() and band.isVisible()
    qtbot.keyClick(band, Key.Key_A)
    assert band.question.text
    with qtbot.waitSignal(band.question.agreed, timeout=30000) as agreed:
        qtbot.keyClick(band, Key.Key_Return)
    assert agreed.args == [[1], Verdict.REJECT] and line.hasFocus()
    # Without a question Enter goes on too.
    qtbot.keyClick(band, Key.Key_Return)
    assert window.keys == [Key.Key_A, Key.Key_Return]
    # Whoever has the keyboard meanwhile keeps it.
    band.take_keyboard()
    other = QLineEdit(window)
    other.show()
    other.setFocus()
    band.return_keyboard()
    assert other.hasFocus()
