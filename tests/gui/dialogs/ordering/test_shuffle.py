"""Question for the seed of a random order: what it proposes, and what the answer does."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtWidgets import QInputDialog, QWidget

from tests.helpers.fake_session import FakeSession
from vetter.gui.dialogs.ordering.shuffle import PROPOSED, ask_seed
from vetter.settings import MAX_SEED


@pytest.fixture
def window(qtbot: Any) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


def ask(window: QWidget, session: FakeSession, said: list[str]) -> QInputDialog:
    ask_seed(session, window, said.append)
    dialog = window.findChild(QInputDialog)
    assert dialog is not None
    return dialog


def test_seed_is_proposed_that_can_be_written_down(window: QWidget) -> None:
    dialog = ask(window, FakeSession(), [])
    assert 1 <= dialog.intValue() <= PROPOSED
    assert (dialog.intMinimum(), dialog.intMaximum()) == (0, MAX_SEED)
    assert dialog.okButtonText() == "Shuffle"
    dialog.reject()


@pytest.mark.parametrize("seed", [0, 7, MAX_SEED])
def test_seed_of_the_present_order_is_proposed_again(window: QWidget, seed: int) -> None:
    session = FakeSession()
    session.queue.arrange((), seed, at_once=True)
    dialog = ask(window, session, [])
    assert dialog.intValue() == seed
    dialog.reject()


def test_answer_shuffles_and_says_the_seed(qtbot: Any, window: QWidget) -> None:
    session = FakeSession()
    before = session.queue.order.tolist()
    said: list[str] = []
    dialog = ask(window, session, said)
    dialog.setIntValue(42)
    dialog.accept()
    qtbot.waitUntil(lambda: session.queue.seed == 42, timeout=30000)
    assert said == ["shuffled with seed 42"]
    assert session.queue.order.tolist() != before
    assert sorted(session.queue.order.tolist()) == before
