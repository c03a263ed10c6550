"""The command palette of the first page: what can be done there, and the recent sessions."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.windows import opener, until_replaced
from vetter.gui.commands import COMMANDS
from vetter.gui.dialogs.palette import Palette
from vetter.io.session.recent_sessions import RecentSession
from vetter.review.opening.input_reader import OpenRequest

# The platform without a screen cannot raise a window, nor grab the keyboard for a pop-up.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def _palette(start) -> Palette:
    action = start.actions_by_id["go.palette"]
    assert action.shortcut().toString() == "Ctrl+K"
    action.trigger()
    palette = start.findChild(Palette)
    assert palette is not None and palette.isVisible()
    return palette


def test_what_is_listed_is_what_works_there(qtbot, start):
    palette = _palette(start)
    found = palette.result_titles()
    palette.close()
    assert "File: Open folder..." in found and "Help: All keys" in found
    own = {f"{c.menu}: {c.title}" for c in COMMANDS if c.id in start.actions_by_id}
    assert set(found) == own - {"Help: Command palette"}


def test_the_demo_opens_by_a_few_letters(qtbot, start):
    palette = _palette(start)
    QTest.keyClicks(palette.line, "demo")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert until_replaced(qtbot, start).session.source.title.startswith("Demo")


def test_a_recent_session_is_found_by_its_name(qtbot, start, tmp_path: Path):
    there = tmp_path / "night7.vetter"
    there.write_bytes(b"")
    recents = opener().recents
    recents.remember(RecentSession(str(there), "night 7", (), 1, 2, ""))
    recents.remember(RecentSession("/gone/night7.vetter", "gone", (), 1, 2, ""))
    qtbot.waitUntil(lambda: len(recents.entries) == 2, timeout=30000)
    wanted: list[OpenRequest] = []
    start.open_wanted.disconnect()
    start.open_wanted.connect(wanted.append)
    palette = _palette(start)
    QTest.keyClicks(palette.line, "night7")
    assert palette.result_titles() == [f"Go on with {there}"]
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert [request.session for request in wanted] == [there]
