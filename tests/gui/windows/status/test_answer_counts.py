"""Counts of answers in the status bar, and the list that a click on one asks for."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import ANSWERS, Answer, Judgement
from vetter.gui.windows.main_window import MainWindow
from vetter.gui.windows.status.answer_counts import AnswerCounts

FIT = Adjustment(True, dx=0.1, dy=0.0, scale=1.0, chi2_0=900.0, chi2=100.0, df=100, snr=0.5)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def counts(qtbot) -> AnswerCounts:
    counts = AnswerCounts()
    qtbot.addWidget(counts)
    counts.set_counts({answer: 10 * place for place, answer in enumerate(ANSWERS)})
    counts.resize(counts.sizeHint())
    counts.show()
    return counts


def test_answers_of_no_candidate_are_left_out(counts):
    assert list(counts.counts) == list(ANSWERS[1:])
    assert "50 not judged" in counts.toolTip() and "explained" not in counts.toolTip()


def test_without_a_fit_no_counts_are_shown(counts):
    counts.set_counts(dict.fromkeys(ANSWERS, 0))
    assert counts.isHidden() and counts.sizeHint().width() == 0


def test_click_on_each_count_asks_for_its_candidates(qtbot, counts):
    picked: list[str] = []
    counts.picked.connect(picked.append)
    for x in range(0, counts.width(), 3):
        QTest.mouseClick(counts, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(x, 5))
    words = [f'answer="{answer.value}"' for answer in ANSWERS[1:]]
    assert list(dict.fromkeys(picked)) == words


def test_click_on_count_filters_the_list(qtbot: Any, window: MainWindow) -> None:
    table = window.fits.table
    for row in range(len(window.session.candidates)):
        answer = Answer.NOT_JUDGED if row % 7 == 3 else Answer.KEPT
        table.set(row, FIT, Judgement(answer, ""))
    window.status.refresh()
    window.status.answers.picked.emit('answer="not judged"')
    order = window.session.queue.order
    assert len(order) and (order % 7 == 3).all()
    assert window.session.current_row % 7 == 3
