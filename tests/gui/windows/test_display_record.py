"""Record of what is on screen, as the window notes it and as a key stores it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.small_list import write_small_list
from tests.helpers.windows import WITHOUT_FITS, until_painted
from vetter import __version__
from vetter.app import open_window
from vetter.core.decisions.decision import Decision
from vetter.gui.windows.main_window import MainWindow


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    path, planes = write_small_list(tmp_path, 5)
    window = open_window(
        str(path),
        session=tmp_path / "s.vetter",
        reviewer="ann",
        settings=WITHOUT_FITS,
        **planes,
    )
    window.resize(1280, 720)
    window.activateWindow()
    until_painted(qtbot, window)
    yield window
    window.close()


def noted(qtbot: Any, window: MainWindow) -> dict[str, Any]:
    """Return the facts, once the turn after the paint has noted them."""
    qtbot.waitUntil(lambda: bool(window.session.display.fact("panels")), timeout=30000)
    facts: dict[str, Any] = json.loads(window.session.display.compose())
    return facts


def test_key_stores_what_is_on_screen(qtbot: Any, window: MainWindow) -> None:
    recorded: list[Decision] = []
    window.session.recorder.recorded.connect(recorded.extend)
    facts = noted(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: bool(recorded), timeout=30000)
    assert json.loads(recorded[0].seen) == facts
    assert recorded[0].program == __version__
    assert facts["panels"] == list(window.plane_row.plane_names)
    assert facts["columns"] == window.candidate_list.columns
    assert (facts["stretch"], facts["interval"]) == ("asinh", "noise")
    assert not {"answer", "filter", "sort", "page", "blind", "inverted"} & facts.keys()


def test_looks_and_panels_are_noted_when_they_change(qtbot: Any, window: MainWindow) -> None:
    noted(qtbot, window)
    window.stretch_bar.toggle_invert()
    window.set_panels({"err": False, "convolved": False})
    qtbot.waitUntil(lambda: "err" not in window.session.display.fact("panels"), timeout=30000)
    facts = noted(qtbot, window)
    assert facts["inverted"] and facts["panels"] == list(window.plane_row.plane_names)


def test_grid_is_noted_and_stops_the_clock(qtbot: Any, window: MainWindow) -> None:
    window.pages.toggle_grid()
    assert noted(qtbot, window)["page"] == "grid"
    before = window.session._viewing.seconds
    window.session._viewing.clock._since -= 30
    assert window.session._viewing.seconds == before
    window.pages.show_panels()
    assert "page" not in noted(qtbot, window)


def test_clock_stops_while_another_program_has_focus(qtbot: Any, window: MainWindow) -> None:
    window._on_application_state(Qt.ApplicationState.ApplicationInactive)
    before = window.session._viewing.seconds
    window.session._viewing.clock._since -= 30
    assert window.session._viewing.seconds == before
    window._on_application_state(Qt.ApplicationState.ApplicationActive)
    window.session._viewing.clock._since -= 30
    assert window.session._viewing.seconds >= before + 30
