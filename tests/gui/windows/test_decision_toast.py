"""The toast after a decision: what it reports, and that it moves nothing."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.turns import until_handled
from tests.helpers.windows import until_painted
from vetter.core.decisions.decision import Verdict
from vetter.gui.windows.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier


def press(qtbot: Any, window: MainWindow, key: Qt.Key, *held: Qt.KeyboardModifier) -> str:
    """Press a key, and return the text of the toast after it."""
    until_painted(qtbot, window)
    window.reports.toast.hide()
    QTest.keyClick(window, key, *held)
    qtbot.waitUntil(window.reports.toast.isVisible, timeout=30000)
    return window.reports.toast.text


def test_verdict_key_reports_candidate_and_undo(qtbot: Any, window: MainWindow) -> None:
    name = window.session.candidates.name(window.session.current_row)
    assert press(qtbot, window, Qt.Key.Key_A) == f"accepted {name}, Ctrl+Z takes it back"


def test_verdict_given_again_is_reported(qtbot: Any, window: MainWindow) -> None:
    name = window.session.candidates.name(window.session.current_row)
    press(qtbot, window, Qt.Key.Key_M)
    QTest.keyClick(window, Qt.Key.Key_Left)
    assert press(qtbot, window, Qt.Key.Key_M) == f"already maybe: {name}"


def test_undo_reports_its_step_and_panels_stay_in_place(qtbot: Any, window: MainWindow) -> None:
    before = window.plane_row.geometry()
    name = window.session.candidates.name(window.session.current_row)
    press(qtbot, window, Qt.Key.Key_R)
    assert window.plane_row.geometry() == before
    text = press(qtbot, window, Qt.Key.Key_Z, CTRL)
    assert text.startswith(f"undone: reject of {name}, ")
    assert window.plane_row.geometry() == before
    # Clicks go through it.
    attribute = Qt.WidgetAttribute.WA_TransparentForMouseEvents
    assert window.reports.toast.testAttribute(attribute)


def test_group_verdict_is_reported_with_its_number(qtbot: Any, window: MainWindow) -> None:
    until_painted(qtbot, window)
    window.session.decide_group([2, 3, 5], Verdict.REJECT)
    qtbot.waitUntil(window.reports.toast.isVisible, timeout=30000)
    assert window.reports.toast.text.startswith("rejected 3 candidates, ")


def test_status_forgets_the_undo_once_a_group_is_decided_again(
    qtbot: Any, window: MainWindow
) -> None:
    until_painted(qtbot, window)
    window.session.decide_group([2, 3], Verdict.REJECT)
    qtbot.waitUntil(lambda: window.session.counts.rejected == 2, timeout=30000)
    press(qtbot, window, Qt.Key.Key_Z, CTRL)
    undone = "undone: reject of 2 candidates"
    qtbot.waitUntil(lambda: window.status.currentMessage() == undone, timeout=30000)
    window.session.decide_group([2, 3], Verdict.REJECT)
    said = "rejected 2 candidates, "
    qtbot.waitUntil(lambda: window.reports.toast.text.startswith(said), timeout=30000)
    window.status.refresh()
    assert window.status.currentMessage() == ""


def test_tag_at_heading_is_not_covered(qtbot: Any, window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: window.session.opinion(0).tags == ("dipole",), timeout=30000)
    until_handled(qtbot)
    assert window.reports.toast.isHidden()


def test_card_shows_place_in_list_and_in_filter(qtbot: Any, window: MainWindow) -> None:
    assert window.card.place.text == "1 of 150"
    QTest.keyClick(window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: window.card.place.text == "2 of 150", timeout=30000)
    window.filter_bar.apply("mag<18")
    until_painted(qtbot, window)
    count = len(window.session.queue)
    qtbot.waitUntil(lambda: window.card.place.text.endswith(f" of {count}"), timeout=30000)


def test_message_ends_with_the_next_candidate_unless_important(
    qtbot: Any, window: MainWindow
) -> None:
    window.status.say("start of the list")
    QTest.keyClick(window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: window.status.currentMessage() == "", timeout=30000)
    window.status.say("the list has changed", important=True)
    QTest.keyClick(window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: window.session.current_row == 2, timeout=30000)
    window.status.refresh()
    assert window.status.currentMessage() == "the list has changed"
