"""The row of planes on screen, for the tests of panels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from vetter.gui.panels.plane_row import PlaneRow


@pytest.fixture
def row(qtbot: QtBot) -> Iterator[PlaneRow]:
    row = PlaneRow()
    qtbot.addWidget(row)
    row.resize(900, 600)
    row.show()
    yield row
    row.hide()
