"""The list while more of it is read: the lines on screen stay where they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QPalette

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.filter import match_filter
from vetter.gui.candidate_list.list_view import CandidateListView


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    return FakeSession(candidate_list(60))


@pytest.fixture
def view(qtbot: Any, session: FakeSession) -> CandidateListView:
    view = CandidateListView(session)
    qtbot.addWidget(view)
    view.resize(420, 400)
    view.show()
    return view


def grow(session: FakeSession, count: int) -> None:
    first = len(session.candidates)
    session.candidates, session.codes = candidate_list(count), np.zeros(count, np.uint8)
    session.columns.extend(session.candidates)
    new = session.columns.since(first)
    session.queue.extend(count, new.values, lambda text: match_filter(text, new))
    session.grown.emit(first)


@pytest.mark.parametrize(
    ("descending", "before", "after"),
    [
        # The 60 new ones are fainter: before all others, or after them.
        (True, 10, 70),
        (False, 10, 10),
        # At the top the new lines come into view.
        (True, 0, 0),
        # In the list's own order new ones come last.
        (None, 10, 10),
    ],
)
def test_top_line_stays_as_lines_come_before_it(
    view: CandidateListView, session: FakeSession, descending: bool | None, before: int, after: int
) -> None:
    if descending is not None:
        session.queue.sort_by("mag", descending)
    bar = view.verticalScrollBar()
    bar.setValue(before)
    grow(session, 120)
    assert view.model().rowCount() == 120 and bar.value() == after


def test_mark_stays_with_the_candidate(view: CandidateListView, session: FakeSession) -> None:
    palette = QPalette(view.palette())
    palette.setColor(QPalette.ColorRole.Highlight, QColor("#123456"))
    view.setPalette(palette)
    session.queue.sort_by("mag", True)
    view.follow(0)
    grow(session, 120)
    image = view.viewport().grab().toImage()
    marked = [
        place
        for place in range(view.rowAt(0), 120)
        if image.pixelColor(3, view.rowViewportPosition(place) + 8) == QColor("#123456")
    ]
    assert marked == [119]


def test_empty_list_that_grows_shows_its_beginning(qtbot: Any) -> None:
    session = FakeSession(candidate_list(0))
    view = CandidateListView(session)
    qtbot.addWidget(view)
    view.resize(420, 400)
    view.show()
    session.queue.sort_by("mag", True)
    grow(session, 60)
    assert view.verticalScrollBar().value() == 0 and view.model().row(0) == 59
