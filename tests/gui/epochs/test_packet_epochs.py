"""Packets of one object in a window: their row of epochs, steps, a verdict for all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.alert_files import packed, record
from vetter.app import open_window
from vetter.core.decisions.decision import Verdict
from vetter.gui.epochs.epoch_panel import NO_REPEATS
from vetter.settings import FitSettings, Settings

KEY, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier
JD = 2460219.5


def opened(qtbot: Any, tmp_path: Path, names: list[str]) -> Any:
    packets = [record(n, objectId=name, jd=JD + n) for n, name in enumerate(names, start=1)]
    (tmp_path / "a.avro").write_bytes(packed(packets))
    settings = Settings(fit=FitSettings(ahead=False))
    session = str(tmp_path / "s.vetter")
    path = str(tmp_path / "a.avro")
    window = open_window(path, session=session, reviewer="ann", settings=settings)
    qtbot.waitUntil(lambda: window.session.is_painted, timeout=30000)
    return window


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Any:
    window = opened(qtbot, tmp_path, ["a", "b", "a", "a"])
    qtbot.waitUntil(lambda: window.epochs._count == 3, timeout=30000)
    yield window
    window.close()


def test_packets_of_object_are_tiles(qtbot: Any, window: Any) -> None:
    assert window.epochs.isVisible()
    assert [epoch.row for epoch in window.epochs.strip.shown] == [0, 2, 3]


def test_dot_and_comma_step_through_packets(qtbot: Any, window: Any) -> None:
    QTest.keyClick(window, KEY.Key_Period)
    assert window.session.current_key == "3"
    qtbot.waitUntil(lambda: window.session.is_painted, timeout=30000)
    QTest.keyClick(window, KEY.Key_Comma)
    assert window.session.current_key == "1"


def test_group_verdict_is_for_all_packets_of_object(qtbot: Any, window: Any) -> None:
    QTest.keyClick(window, KEY.Key_R, SHIFT)
    assert window.epochs.question.text.startswith("Reject all 3 epochs?")
    QTest.keyClick(window.epochs, KEY.Key_Return)
    session = window.session
    qtbot.waitUntil(lambda: session.verdict("4") is Verdict.REJECT, timeout=30000)
    assert [session.verdict(key) for key in "123"] == [Verdict.REJECT, Verdict.NONE, Verdict.REJECT]


def test_single_packets_have_no_row(qtbot: Any, tmp_path: Path) -> None:
    window = opened(qtbot, tmp_path, ["a", "b"])
    said: list[str] = []
    window.session.message.connect(said.append)
    QTest.keyClick(window, KEY.Key_Period)
    assert not window.epochs.isVisible() and said == [NO_REPEATS]
    window.close()


def test_row_appears_when_second_packet_has_come(qtbot: Any, tmp_path: Path) -> None:
    window = opened(qtbot, tmp_path, [f"o{n % 40}" for n in range(80)])
    qtbot.waitUntil(lambda: len(window.session.candidates) == 80, timeout=30000)
    qtbot.waitUntil(lambda: window.epochs._count == 2, timeout=30000)
    assert window.epochs.isVisible()
    assert [epoch.row for epoch in window.epochs.strip.shown] == [0, 40]
    window.close()
