"""A candidate without pixels, and the sizes of stamps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.helpers.windows import WITHOUT_FITS, activate, until_painted
from vetter.app import open_window
from vetter.errors import InputError
from vetter.gui.windows.main_window import MainWindow

KEY = Qt.Key


@pytest.fixture
def unread(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """Return a window on a candidate whose cutout could not be read."""

    def away(row: int, radius: float) -> None:
        raise InputError("image.fits: the disk is gone")

    monkeypatch.setattr(window.session.source, "cutout", away)
    QTest.keyClick(window, KEY.Key_End)
    until_painted(qtbot, window)
    return window


def test_a_verdict_without_pixels_is_asked_about(unread: MainWindow) -> None:
    key = unread.session.current_key
    QTest.keyClick(unread, KEY.Key_A)
    assert unread.session.verdict(key) == "none"
    assert "of which no pixels are shown" in unread.filter_band.question.text
    assert unread.filter_band.isVisible()


def test_enter_gives_a_verdict_without_pixels(unread: MainWindow, qtbot: QtBot) -> None:
    key = unread.session.current_key
    QTest.keyClick(unread, KEY.Key_R)
    QTest.keyClick(unread.filter_band, KEY.Key_Return)
    qtbot.waitUntil(lambda: unread.session.verdict(key) == "reject", timeout=30000)
    assert not unread.filter_band.isVisible()


def test_a_candidate_with_pixels_is_not_asked_about(window: MainWindow, qtbot: QtBot) -> None:
    key = window.session.current_key
    QTest.keyClick(window, KEY.Key_A)
    qtbot.waitUntil(lambda: window.session.verdict(key) == "accept", timeout=30000)


@pytest.fixture
def alerts(qtbot: QtBot, tmp_path: Path, real_data: Path) -> Iterator[MainWindow]:
    """Open packets of several surveys, with stamps of 63 and 81 pixels among them."""
    path = real_data / "alerts" / "other"
    window = open_window(path, session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    window.resize(1280, 720)
    activate(qtbot, window)
    until_painted(qtbot, window)
    yield window
    window.close()


def test_each_stamp_is_shown_at_its_own_size(alerts: MainWindow, qtbot: QtBot) -> None:
    source = alerts.session.source
    sides = set()
    for _ in range(len(source.read_whole_list().candidates)):
        until_painted(qtbot, alerts)
        row = alerts.session.current_row
        frame = alerts.cache.peek(row)
        if frame is not None and frame.shape is not None:
            sides.add(max(frame.shape))
            assert max(frame.shape) == max(source.cutout(row, None).shape)
        QTest.keyClick(alerts, KEY.Key_Right)
    assert {63, 81} <= sides


def test_a_key_returns_to_the_lists_own_size(window: MainWindow) -> None:
    for key in [KEY.Key_BracketRight] * 3 + [KEY.Key_BracketLeft] * 8 + [KEY.Key_BracketRight] * 5:
        QTest.keyClick(window, key)
    assert window.cache.radius == 20
    QTest.keyClick(window, KEY.Key_BracketRight)
    QTest.keyClick(window, KEY.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert window.cache.radius == 20
