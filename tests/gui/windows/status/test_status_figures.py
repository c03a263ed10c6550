"""Figures of the status bar: what they say, which give way, how messages go, as pictures too."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace as Some
from typing import Any

import pytest
from PyQt6.QtCore import QObject, QPoint, Qt, pyqtSignal
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QLabel, QProgressBar

from tests.gui.conftest import CheckLook
from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.decisions.decision import Verdict
from vetter.core.judgement.answer import Answer
from vetter.gui.actions.keymap import Keymap
from vetter.gui.windows.status.answer_counts import AnswerCounts
from vetter.gui.windows.status.status_bar import Status
from vetter.gui.windows.status.verdict_counts import VerdictCounts

LEFT = Qt.MouseButton.LeftButton


class Session(FakeSession):
    """A session with a pace and an end."""

    end_reached = pyqtSignal(str, int)

    def __init__(self) -> None:
        super().__init__(candidate_list(1200))
        self.pace = Some(per_minute=31.4, seconds_left=1800.0)
        self.others = Some(is_arbiter=False)


class Fits(QObject):
    progressed = pyqtSignal()
    progress = "12 of 1,200 fitted"

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[Answer, int] = {Answer.EXPLAINED: 7, Answer.KEPT: 0, Answer.VARIABLE: 2}
        self.table = Some(count_answers=lambda: self.answers)


@pytest.fixture
def session(qapp: Any) -> Session:
    session = Session()
    for row, verdict in enumerate((Verdict.ACCEPT, Verdict.ACCEPT, Verdict.REJECT, Verdict.MAYBE)):
        session.say(row, verdict=verdict)
    return session


@pytest.fixture
def fits(qapp: Any) -> Fits:
    return Fits()


@pytest.fixture
def keymap() -> Keymap:
    return {"go.undecided": ("U",), "file.export": ("Ctrl+E",)}


@pytest.fixture
def status(qtbot: Any, session: Session, fits: Fits, keymap: Keymap) -> Iterator[Status]:
    status = Status(session, fits, keymap)
    qtbot.addWidget(status)
    status.resize(1400, 26)
    status.show()
    yield status
    status.stop()


def figures(status: Status) -> list[str]:
    """The texts on screen, from left to right."""
    labels = [label for label in status.findChildren(QLabel) if label.isVisible()]
    labels.sort(key=lambda label: label.mapTo(status, QPoint()).x())
    return [label.text() for label in labels]


VERDICTS = ["4 of 1,200 decided", "✓ 2 accepted", "✗ 1 rejected", "? 1 maybe"]
FITTED, PACE = "12 of 1,200 fitted", "31 a minute, 30 min left"


def test_figures_say_how_far_it_is(status: Status) -> None:
    assert figures(status) == [FITTED, *VERDICTS, PACE]
    bar = status.findChild(QProgressBar)
    assert (bar.minimum(), bar.value(), bar.maximum()) == (0, 4, 1200)
    assert status.answers.isVisible()


@pytest.mark.parametrize("width", [1400, 760])
def test_status_bar(check_look: CheckLook, status: Status, session: Session, width: int) -> None:
    status.resize(width, 26)
    session.say(5, verdict=Verdict.LATER)
    status.refresh()
    status.showMessage("rejected J0421, which nobody had seen before")
    check_look(status, f"status_{width}")


def test_least_important_figures_give_way(status: Status) -> None:
    gone: list[str] = []
    for width in range(1400, 300, -10):
        status.resize(width, 26)
        status.refresh()
        left = figures(status)
        names = [text for text in (FITTED, PACE) if text not in left]
        names += ["bar"] * status.findChild(QProgressBar).isHidden()
        names += ["answers"] * status.answers.isHidden()
        gone += [name for name in names if name not in gone]
        assert left[-4:] == VERDICTS or left[-5:-1] == VERDICTS
    assert gone == [PACE, FITTED, "bar", "answers"]


@pytest.mark.parametrize(
    ("per_minute", "seconds", "text"),
    [
        (31.4, 89.4, "31 a minute, 89 s left"),
        (31.4, 90.0, "31 a minute, 2 min left"),
        (31.4, 5399.0, "31 a minute, 90 min left"),
        (31.4, 5400.0, "31 a minute, 1.5 h left"),
        (None, 60.0, ""),
        (30.0, None, ""),
    ],
)
def test_time_left_is_in_its_unit(
    status: Status, session: Session, per_minute: float | None, seconds: float | None, text: str
) -> None:
    session.pace = Some(per_minute=per_minute, seconds_left=seconds)
    status.refresh()
    assert figures(status) == [FITTED, *VERDICTS, *([text] if text else [])]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"listed_count_text": "300 of about 1,200"}, "listing: 300 of about 1,200"),
        (
            {"listed_count_text": "300", "read_error": "bad"},
            "⚠ the rest could not be read: 300",
        ),
        ({"read_only": True}, "READ ONLY"),
        ({"others": Some(is_arbiter=True)}, "ARBITER"),
        ({"others": Some(is_arbiter=True), "read_only": True}, "READ ONLY"),
    ],
)
def test_states_come_before_the_figures(
    status: Status, session: Session, changes: dict[str, Any], text: str
) -> None:
    vars(session).update(changes)
    status.refresh()
    assert figures(status) == [text, FITTED, *VERDICTS, PACE]


def test_expected_number_is_that_of_the_bar(status: Status, session: Session) -> None:
    session.expected = 5000
    status.refresh()
    assert status.findChild(QProgressBar).maximum() == 5000
    session.expected = 10
    status.refresh()
    assert status.findChild(QProgressBar).maximum() == 1200


def test_message_goes_with_the_candidate_unless_it_is_important(
    qtbot: Any, status: Status, session: Session
) -> None:
    session.message.emit("copied")
    session.current_changed.emit(1)
    assert status.currentMessage() == "copied"
    qtbot.waitUntil(lambda: status.currentMessage() == "", timeout=30000)
    session.noticed.emit("the list has changed")
    session.current_changed.emit(2)
    status.refresh()
    assert status.currentMessage() == status.toolTip() == "the list has changed"
    # The next one takes its place, and goes again.
    session.message.emit("copied")
    session.completed.emit()
    status.refresh()
    assert status.currentMessage() == status.toolTip() == ""


def test_message_after_the_candidate_changed_stays(status: Status, session: Session) -> None:
    session.message.emit("copied")
    session.current_changed.emit(1)
    session.message.emit("nothing to undo")
    status.refresh()
    assert status.currentMessage() == "nothing to undo"


@pytest.fixture
def all_decided(session: Session) -> None:
    session.codes[:] = 2


@pytest.mark.parametrize(
    ("keys", "undecided", "text"),
    [
        (("U",), 3, "end of the list: U goes to the next"),
        # Others are undecided, which a filter hides.
        (("U",), 0, "end of the list"),
        ((), 3, "end of the list"),
    ],
)
def test_end_names_the_key_to_what_is_undecided(
    status: Status,
    session: Session,
    keymap: Keymap,
    keys: tuple[str, ...],
    undecided: int,
    text: str,
) -> None:
    keymap["go.undecided"] = keys
    session.end_reached.emit("end of the list", undecided)
    assert status.currentMessage() == text


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (("Ctrl+E",), "all decided: Ctrl+E exports the verdicts"),
        (("Ctrl+J",), "all decided: Ctrl+J exports the verdicts"),
        ((), "all decided"),
    ],
)
@pytest.mark.usefixtures("all_decided")
def test_end_of_the_work_names_the_key_of_the_export(
    status: Status, session: Session, keymap: Keymap, keys: tuple[str, ...], text: str
) -> None:
    keymap["file.export"] = keys
    session.end_reached.emit("all decided", 0)
    assert status.currentMessage() == text


@pytest.mark.usefixtures("all_decided")
def test_end_of_a_practice_offers_no_export(status: Status, session: Session) -> None:
    status.offers_export = False
    session.end_reached.emit("all decided", 0)
    assert status.currentMessage() == "all decided"


def test_list_that_broke_off_says_why(status: Status, session: Session) -> None:
    session.incomplete_reason = "the rest is unreadable"
    session.broke_off.emit()
    session.current_changed.emit(1)
    status.refresh()
    assert status.currentMessage() == "the rest is unreadable"


def test_results_of_fits_come_into_the_figures_soon(qtbot: Any, status: Status, fits: Fits) -> None:
    fits.progress = "13 of 1,200 fitted"
    fits.progressed.emit()
    assert FITTED in figures(status)
    qtbot.waitUntil(lambda: "13 of 1,200 fitted" in figures(status), timeout=30000)


def test_closed_window_refreshes_nothing(qtbot: Any, session: Session, fits: Fits) -> None:
    closed, open_one = Status(session, fits, {}), Status(session, fits, {})
    for status in (closed, open_one):
        qtbot.addWidget(status)
        status.resize(1400, 26)
        status.show()
    session.message.emit("copied")
    closed.stop()
    assert closed.currentMessage() == ""
    session.say(9, verdict=Verdict.ACCEPT)
    fits.progressed.emit()
    session.current_changed.emit(1)
    qtbot.waitUntil(lambda: VERDICTS[0] not in figures(open_one), timeout=30000)
    assert VERDICTS[0] in figures(closed)
    open_one.stop()


def test_click_on_a_count_lists_these_candidates(qtbot: Any, session: Session) -> None:
    counts, picked = VerdictCounts(), []
    qtbot.addWidget(counts)
    counts.picked.connect(picked.append)
    session.say(5, verdict=Verdict.LATER)
    counts.set_counts(session.counts)
    counts.show()
    for name in ("decided", "accepted", "rejected", "maybe", "later"):
        middle = counts.labels[name].geometry().center()
        QTest.mouseClick(counts, Qt.MouseButton.RightButton, pos=middle)
        QTest.mouseClick(counts, LEFT, pos=middle)
    assert picked == [
        "verdict=none",
        "verdict=accept",
        "verdict=reject",
        "verdict=maybe",
        "verdict=later",
    ]
    assert counts.text().endswith("\N{RIGHTWARDS ARROW} 1 later")
    session.say(5, verdict=Verdict.NONE)
    counts.set_counts(session.counts)
    assert counts.labels["later"].isHidden()


def test_click_on_an_answer_lists_these_candidates(qtbot: Any) -> None:
    answers, picked = AnswerCounts(), []
    qtbot.addWidget(answers)
    answers.picked.connect(picked.append)
    answers.set_counts({Answer.EXPLAINED: 1234, Answer.KEPT: 0, Answer.NOT_JUDGED: 2})
    answers.resize(answers.sizeHint())
    assert answers.accessibleName() == "answers: 1,234 explained, 2 not judged"
    width = answers.sizeHint().width()
    seen = [answers.answer_at(QPoint(x, 3)) for x in range(-1, width + 1)]
    edge = seen.index(Answer.NOT_JUDGED)
    assert seen == [
        None,
        *[Answer.EXPLAINED] * (edge - 1),
        *[Answer.NOT_JUDGED] * (width + 1 - edge),
        None,
    ]
    for x in (1, width - 1):
        QTest.mouseClick(answers, Qt.MouseButton.RightButton, pos=QPoint(x, 3))
        QTest.mouseClick(answers, LEFT, pos=QPoint(x, 3))
    assert picked == ['answer="explained"', 'answer="not judged"']
    answers.set_counts({})
    assert answers.isHidden() and answers.answer_at(QPoint(1, 3)) is None
