"""Band for a storm, in the window of a night of which one image has failed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.storm_files import write_storm_night
from tests.helpers.windows import WITHOUT_FITS, activate, until_painted
from vetter import cli
from vetter.app import open_window
from vetter.core.decisions.decision import How, Verdict
from vetter.gui.windows.main_window import MainWindow

COUNTS = (3, 4, 2, 60, 3, 5)


@pytest.fixture
def night(tmp_path: Path) -> Path:
    (tmp_path / "night").mkdir()
    return write_storm_night(tmp_path / "night", COUNTS)


def open_night(qtbot: Any, night: Path, **options: Any) -> MainWindow:
    session = night.parents[1] / "s.vetter"
    window = open_window(night, session=session, reviewer="ann", settings=WITHOUT_FITS, **options)
    activate(qtbot, window)
    until_painted(qtbot, window)
    return window


@pytest.fixture
def window(qtbot: Any, night: Path) -> Iterator[MainWindow]:
    window = open_night(qtbot, night)
    qtbot.waitUntil(window.storms.isVisible, timeout=30000)
    yield window
    window.close()


def test_band_names_the_image_and_its_rate(window: MainWindow) -> None:
    said = "⚠ Image e3 has 60 candidates, 20 times the others' median of 3"
    assert window.storms.words.text() == said


def test_ten_of_the_storm_are_listed(qtbot: Any, window: MainWindow) -> None:
    window.storms.sample.click()
    listed = window.session.queue.order.tolist()
    assert len(listed) == 10
    assert {window.session.source.field_of(row) for row in listed} == {3}
    assert window.session.current_row == listed[0]


def test_rest_is_rejected_after_a_question_and_undone(qtbot: Any, window: MainWindow) -> None:
    session = window.session
    window.storms.sample.click()
    until_painted(qtbot, window)
    session.accept()
    until_painted(qtbot, window)
    window.storms.reject.click()
    asked = "Reject 59 undecided candidates of image e3?  58 of them have not been on screen."
    assert window.storms.question.text == asked
    assert not window.storms.words.isVisible()
    QTest.keyClick(window.storms, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.counts.rejected == 59, timeout=30000)
    assert session.counts.accepted == 1 and session.counts.undecided == sum(COUNTS) - 60
    rejected = [row for row in range(sum(COUNTS)) if session.codes[row] == Verdict.REJECT.code]
    decision = session.ledger.decision(rejected[0])
    assert decision is not None and decision.how is How.GROUP
    # The filter of the sample has gone with the storm.
    assert session.queue.expression == "" and not window.storms.isVisible()
    session.undo()
    qtbot.waitUntil(lambda: session.counts.rejected == 0, timeout=30000)
    assert session.counts.accepted == 1
    assert window.storms.isVisible() and "; 59 undecided" in window.storms.words.text()


def test_esc_rejects_nothing_and_returns_the_keyboard(qtbot: Any, window: MainWindow) -> None:
    window.storms.ask()
    QTest.keyClick(window.storms, Qt.Key.Key_Escape)
    assert window.storms.question.text == "" and window.storms.reject.isVisible()
    assert not window.storms.hasFocus()
    assert window.session.counts.decisions == 0


def test_verdict_during_the_question_withdraws_it(qtbot: Any, window: MainWindow) -> None:
    window.storms.sample.click()
    until_painted(qtbot, window)
    window.storms.ask()
    window.session.accept()
    qtbot.waitUntil(lambda: window.session.counts.accepted == 1, timeout=30000)
    assert window.storms.question.text == ""
    assert window.storms.isVisible() and window.storms.words.isVisible()


def test_dismissed_storm_stays_away_at_the_next_opening(
    qtbot: Any, night: Path, window: MainWindow, capsys: pytest.CaptureFixture[str]
) -> None:
    window.storms.away.click()
    assert not window.storms.isVisible()
    window.close()
    again = open_night(qtbot, night)
    try:
        qtbot.waitUntil(lambda: "storm" in again.session.columns.names, timeout=30000)
        assert not again.storms.isVisible()
        again.actions_by_id["go.storm_sample"].trigger()
        assert again.status.currentMessage().startswith("no image, detector or night has many")
    finally:
        again.close()
    assert cli.main(["status", str(night.parents[1] / "s.vetter")]) == 0
    assert "storm       image e3: 60 candidates, 3 in the others' median" in capsys.readouterr().out


def test_commands_show_and_reject_the_storm(qtbot: Any, window: MainWindow) -> None:
    window.actions_by_id["go.storm_sample"].trigger()
    assert len(window.session.queue) == 10
    window.actions_by_id["review.reject_storm"].trigger()
    assert window.storms.question.text.startswith("Reject 60 undecided candidates of image e3?")
