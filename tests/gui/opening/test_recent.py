"""The recent sessions: remembered, marked, opened again, cleared."""

from __future__ import annotations

from PyQt6.QtCore import Qt

from tests.helpers.drops import drop
from tests.helpers.stamp_files import write_stamps
from tests.helpers.windows import opener, present, until_painted, until_replaced
from vetter.io.session.recent_sessions import RecentSession
from vetter.review.opening.recent_settings import recent_sessions


def test_sessions_are_remembered_with_how_far_they_are(qtbot, window, tmp_path):
    window.session.accept()
    until_painted(qtbot, window)
    window.close()
    (entry,) = recent_sessions()
    assert entry.session == str(tmp_path / "field" / "candidates.vetter")
    assert (entry.decided, entry.candidates) == (1, 2)
    assert entry.inputs == (str(tmp_path / "field" / "candidates.csv"),)


def test_a_recent_session_is_opened_from_the_menu(qtbot, window, tmp_path):
    drop(window, write_stamps(tmp_path / "stamps"))
    other = until_replaced(qtbot, window)
    qtbot.waitUntil(lambda: len(opener().recents.entries) == 2, timeout=30000)
    entry = opener().recents.entries[1]
    other.opening.open_recent(entry)
    after = until_replaced(qtbot, other)
    assert after.session.candidates.keys.tolist() == ["a", "b"]


def test_a_missing_session_is_marked_in_words(qtbot, window):
    opener().recents.remember(RecentSession("/gone.vetter", "gone", (), 1, 2, ""))
    menu = window.opening._menu
    qtbot.waitUntil(lambda: "(missing)" in menu.actions()[0].text(), timeout=30000)
    assert not menu.actions()[0].isEnabled()
    window.opening.close_input()
    table = present().page.table
    qtbot.waitUntil(lambda: table.rowCount() == 2, timeout=30000)
    assert {table.item(row, 2).text() for row in range(2)} == {"0 of 2", "file is missing"}


def test_a_list_that_was_not_read_to_its_end_has_about_so_many(qtbot, window):
    opener().recents.remember(RecentSession("/gone.vetter", "x", (), 1, 9800, "", estimated=True))
    opener().recents.remember(RecentSession(__file__, "there", (), 1, 9800, "", estimated=True))
    window.opening.close_input()
    table = present().page.table
    qtbot.waitUntil(lambda: table.rowCount() == 3, timeout=30000)
    assert "1 of about 9,800" in {table.item(row, 2).text() for row in range(3)}


def test_the_recent_sessions_can_be_cleared(qtbot, window):
    qtbot.waitUntil(lambda: len(opener().recents.entries) == 1, timeout=30000)
    window.opening.clear_recent()
    qtbot.waitUntil(lambda: not opener().recents.entries, timeout=30000)
    assert [action.text() for action in window.opening._menu.actions()][0] == "none yet"


def test_enter_on_a_recent_session_opens_it(qtbot, window):
    window.opening.close_input()
    start = present()
    qtbot.waitUntil(lambda: start.page.table.rowCount() == 1, timeout=30000)
    start.page.table.setFocus()
    qtbot.keyClick(start.page.table, Qt.Key.Key_Return)
    assert until_replaced(qtbot, start).session.candidates.keys.tolist() == ["a", "b"]
