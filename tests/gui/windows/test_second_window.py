"""Second window: it follows the first, decides nothing, and closes with it."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.turns import until_handled
from vetter.gui.windows.second_window import SecondWindow


@pytest.fixture
def second(qtbot, window):
    """The second window of the demo."""
    window.actions_by_id["view.second_window"].trigger()
    second = window.findChild(SecondWindow)
    qtbot.waitExposed(second)
    return second


def test_second_window_follows_candidate(qtbot, window, second):
    window.session.next()
    name = window.session.candidates.name(1)
    qtbot.waitUntil(lambda: second.name.text() == name, timeout=30000)
    frame = window.cache.peek(1)
    qtbot.waitUntil(lambda: second.plane_row.frame is frame, timeout=30000)
    assert second.plane_row.plane_names == window.plane_row.plane_names


def test_second_window_has_north_up_as_first(window, second):
    window.panels.face_north("exact")
    placement = second.plane_row.panel("image").placement()
    assert second.plane_row.north == "exact" and abs(placement.tilt) > 3


def test_second_window_shows_verdict_given_in_first(qtbot, window, second):
    window.session.accept()
    qtbot.waitUntil(lambda: window.session.current_row == 1, timeout=30000)
    window.session.previous()
    qtbot.waitUntil(lambda: second.chip.code == 1, timeout=30000)


def test_second_window_decides_nothing_and_closes_with_first(qtbot, window, second):
    assert second.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus
    QTest.keyClick(second, Qt.Key.Key_A)
    until_handled(qtbot)
    assert window.session.counts.accepted == 0
    # It closes with the first.
    with qtbot.waitSignal(second.closed):
        window.close()


def test_second_window_is_empty_where_filter_matches_none_and_closes(qtbot, window, second):
    window.filter_bar.apply("mag<0")
    qtbot.waitUntil(lambda: not second.plane_row.isVisible(), timeout=30000)
    assert second.name.text() == "no candidate matches the filter"
    window.filter_bar.show_all()
    qtbot.waitUntil(second.plane_row.isVisible, timeout=30000)
    with qtbot.waitSignal(second.closed):
        window.actions_by_id["view.second_window"].trigger()
    window.session.next()
    until_handled(qtbot)
