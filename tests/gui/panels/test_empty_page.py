"""The page in place of the panels where the filter matches no candidate."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import pyqtSignal

from tests.helpers.fake_session import FakeSession
from vetter.gui.panels.empty_page import EmptyPage, no_match_text


class Session(FakeSession):
    blanked = pyqtSignal()
    is_blank = False


@pytest.fixture
def session(qapp: Any) -> Session:
    session = Session()
    session.queue.set_filter("mag<0")
    return session


NONE_HERE = "No candidate matches the filter\nmag<0"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("", NONE_HERE),
        ("the list is still read", f"{NONE_HERE}\n\nThe list is still read"),
    ],
)
@pytest.mark.parametrize("change", ["blanked", "queue_changed", "grown", "completed"])
def test_filter_is_named_and_how_to_clear_it(
    qtbot: Any, session: Session, reason: str, words: str, change: str
) -> None:
    page = EmptyPage(session)
    qtbot.addWidget(page)
    signal = getattr(session, change)
    arguments = [3] if change == "grown" else []
    # While there are candidates the page has nothing to say.
    signal.emit(*arguments)
    assert page.words.text() == ""
    session.is_blank, session.incomplete_reason = True, reason
    signal.emit(*arguments)
    assert no_match_text(session) == words
    assert page.words.text() == f"{words}\n\nEsc clears the filter"
