"""View of the surroundings beside the panels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.helpers.windows import WITHOUT_FITS, activate, until_painted
from vetter.app import open_window
from vetter.gui.windows.main_window import MainWindow


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    window = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    window.resize(1800, 860)
    activate(qtbot, window)
    until_painted(qtbot, window)
    yield window
    window.close()


def until_shown(qtbot: QtBot, window: MainWindow) -> None:
    row = window.session.current_row

    def shown() -> bool:
        made = window.surround.shown
        return made is not None and made.row == row

    qtbot.waitUntil(shown, timeout=30000)


def test_surroundings_follow_the_candidate(window: MainWindow, qtbot: QtBot) -> None:
    until_shown(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_End)
    made = window.surround.shown
    assert made is None or made.row == window.session.current_row
    until_shown(qtbot, window)


def test_a_click_on_a_mark_goes_to_its_candidate(window: MainWindow, qtbot: QtBot) -> None:
    listed = window.session.candidates
    distance = np.hypot(listed.x - listed.x[:, None], listed.y - listed.y[:, None])
    window.session.go_to_row(int(np.argmax(((distance > 5) & (distance < 60)).any(axis=1))))
    until_shown(qtbot, window)
    view = window.surround
    made = view.shown
    assert made is not None and len(made.rows)
    place = view._spot(view._frame(), *made.points[0])
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert window.session.current_row == int(made.rows[0])


def test_a_click_beside_all_marks_goes_nowhere(window: MainWindow, qtbot: QtBot) -> None:
    until_shown(qtbot, window)
    assert window.surround.row_at(QPointF(-500, -500)) is None


def test_surroundings_are_switched_off_and_on(window: MainWindow, qtbot: QtBot) -> None:
    assert window.surround.isVisible()
    QTest.keyClick(window, Qt.Key.Key_W)
    assert not window.surround.isVisible()
    QTest.keyClick(window, Qt.Key.Key_W)
    assert window.surround.isVisible()


def test_surroundings_that_come_back_are_those_of_the_candidate_on_screen(
    window: MainWindow, qtbot: QtBot
) -> None:
    view = window.surround
    until_shown(qtbot, window)
    window.resize(800, 560)
    qtbot.waitUntil(lambda: not view.isVisible(), timeout=30000)
    QTest.keyClick(window, Qt.Key.Key_End)
    until_painted(qtbot, window)
    window.resize(1800, 860)
    qtbot.waitUntil(view.isVisible, timeout=30000)
    made = view.shown
    assert made is None or made.row == window.session.current_row
    until_shown(qtbot, window)
