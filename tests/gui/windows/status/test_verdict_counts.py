"""Counts of the verdicts alone: their words, and the list that a click asks for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

from vetter.gui.windows.status.verdict_counts import VerdictCounts

NUMBERS = {"candidates": 12000, "undecided": 10000, "accepted": 1200, "rejected": 797, "maybe": 2}


@pytest.fixture
def counts(qtbot: Any) -> VerdictCounts:
    counts = VerdictCounts()
    qtbot.addWidget(counts)
    counts.show()
    return counts


@pytest.mark.parametrize("later", [0, 1])
def test_counts_are_told_in_words(counts: VerdictCounts, later: int) -> None:
    counts.set_counts(SimpleNamespace(**NUMBERS, later=later))
    words = "2,000 of 12,000 decided   ✓ 1,200 accepted   ✗ 797 rejected   ? 2 maybe   → "
    assert counts.text() == f"{words}{later} later"
    assert counts.labels["later"].isHidden() == (later == 0)


def test_click_on_a_count_asks_for_its_candidates(qtbot: Any, counts: VerdictCounts) -> None:
    counts.set_counts(SimpleNamespace(**NUMBERS, later=1))
    counts.resize(counts.sizeHint())
    counts.layout().activate()
    told: list[str] = []
    counts.picked.connect(told.append)
    for name, label in counts.labels.items():
        middle = label.geometry().center()
        QTest.mouseClick(counts, Qt.MouseButton.RightButton, pos=middle)
        assert told == []
        QTest.mouseClick(counts, Qt.MouseButton.LeftButton, pos=middle)
        # A click on the decided lists what is left to do.
        verdict = {"decided": "none", "accepted": "accept", "rejected": "reject"}.get(name, name)
        assert told == [f"verdict={verdict}"]
        assert label.toolTip().startswith("click: list the ")
        told.clear()
    beside = QPoint(counts.labels["decided"].geometry().right() + 3, middle.y())
    QTest.mouseClick(counts, Qt.MouseButton.LeftButton, pos=beside)
    assert told == []
