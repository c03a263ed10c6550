"""The user guide: it opens, and speaks of filters and commands that exist."""

from __future__ import annotations

import re

from PyQt6.QtCore import QUrl
from PyQt6.QtGui import QImage, QTextDocument
from pytestqt.qtbot import QtBot

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.filter import match_filter
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.judgement.fit_table import FitTable
from vetter.gui.commands import COMMANDS
from vetter.gui.dialogs.guide import Guide
from vetter.io.files.resources import resource_path


def test_the_guide_shows_its_headings(qtbot: QtBot) -> None:
    guide = Guide()
    qtbot.addWidget(guide)
    assert "Night and packets" in guide.text.toPlainText()


def test_lines_do_not_touch_the_frame(qtbot: QtBot) -> None:
    guide = Guide()
    qtbot.addWidget(guide)
    guide.show()
    page = guide.text.document()
    assert page is not None and page.documentMargin() >= 12
    assert guide.text.cursorRect(guide.text.textCursor()).left() >= 12


def test_commands_that_it_names_exist(qtbot: QtBot) -> None:
    guide = Guide()
    qtbot.addWidget(guide)
    named = re.findall(r'"([a-z]+\.[a-z_]+)" =', guide.text.toPlainText())
    assert named and set(named) <= {command.id for command in COMMANDS}


def test_filters_that_it_names_are_understood() -> None:
    text = resource_path("guide.md").read_text(encoding="utf-8")
    filters = re.findall(r"`(\w+[<>=~][^`]*)`", text)
    assert len(filters) == 4
    listed = candidate_list(20)
    columns = ReviewColumns(listed, FakeSession(listed), FitTable(len(listed)))
    for expression in filters:
        assert match_filter(expression, columns).shape == (20,)


def test_its_pictures_are_found(qtbot: QtBot) -> None:
    guide = Guide()
    qtbot.addWidget(guide)
    names = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", resource_path("guide.md").read_text("utf-8"))
    assert len(names) == 7
    for name in names:
        picture = guide.text.loadResource(
            QTextDocument.ResourceType.ImageResource.value, QUrl(name)
        )
        assert QImage.fromData(picture).width() > 200, name
