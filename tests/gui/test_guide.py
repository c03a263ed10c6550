"""The user guide: it opens, and speaks of columns and commands that exist."""

from __future__ import annotations

import re

from pytestqt.qtbot import QtBot

from vetter.core.fit_table import COLUMNS
from vetter.gui.commands import COMMANDS
from vetter.gui.guide import Guide


def test_the_guide_shows_its_headings(qtbot: QtBot) -> None:
    guide = Guide()
    qtbot.addWidget(guide)
    assert "What the fit says" in guide.text.toPlainText()


def test_commands_and_columns_that_it_names_exist(qtbot: QtBot) -> None:
    guide = Guide()
    qtbot.addWidget(guide)
    text = guide.text.toPlainText()
    named = re.findall(r'"([a-z]+\.[a-z_]+)" =', text)
    assert named and set(named) <= {command.id for command in COMMANDS}
    assert {"disappeared", "shift"} <= set(COLUMNS)
