"""What the menu says that undo and redo would do."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QAction

from tests.helpers.turns import until_handled
from vetter.gui.actions.menus import UndoNames


class Labelled(QObject):
    """As much of a session as is looked at."""

    opinions_changed = pyqtSignal(object)
    undo_label: str | None = None
    redo_label: str | None = None


@pytest.fixture
def session(qapp: Any) -> Labelled:
    return Labelled()


@pytest.fixture
def actions(session: Labelled) -> dict[str, QAction]:
    return {name: QAction(session) for name in ("review.undo", "review.redo")}


def test_at_first_they_have_the_names_of_the_session_as_it_is(session: Any, actions: Any) -> None:
    session.undo_label = "accept of J003"
    UndoNames(session, actions, session)
    assert [action.text() for action in actions.values()] == ["Undo accept of J003", "Redo"]


def test_a_decision_names_them_in_the_turn_after_it(qtbot: Any, session: Any, actions: Any) -> None:
    UndoNames(session, actions, session)
    session.redo_label = "reject of J001"
    session.opinions_changed.emit([1])
    assert actions["review.redo"].text() == "Redo"
    qtbot.waitUntil(lambda: actions["review.redo"].text() == "Redo reject of J001", timeout=30000)


def test_a_window_that_closes_names_nothing(qtbot: Any, session: Any, actions: Any) -> None:
    names = UndoNames(session, actions, session)
    session.undo_label = "accept of J003"
    session.opinions_changed.emit([3])
    names.stop()
    session.opinions_changed.emit([3])
    until_handled(qtbot)
    assert actions["review.undo"].text() == "Undo"
