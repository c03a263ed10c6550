"""The grid as a picture: selected, current, each verdict, a name, and no picture."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.gui.conftest import CheckLook
from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.decisions.decision import Verdict
from vetter.gui.grid.grid import Grid


def test_tiles_of_each_kind(qtbot: Any, check_look: CheckLook) -> None:
    source = FakeSource(candidate_list(9))
    source.unreadable = {0}
    session, cache = FakeSession(source.candidates), FakeCache(source)
    session.source = source
    for row, verdict in enumerate((Verdict.ACCEPT, Verdict.REJECT, Verdict.MAYBE), 3):
        session.say(row, verdict=verdict, tags=("dipole",))
    grid = Grid(session, cache)
    qtbot.addWidget(grid)
    grid.resize(620, 460)
    grid.enter()
    grid.show()
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    cache.want(range(9))
    cache.serve()
    grid.area.viewport().grab()
    qtbot.waitUntil(lambda: not grid.area._later.isActive(), timeout=30000)
    check_look(grid, "grid")
