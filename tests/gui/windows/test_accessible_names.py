"""Every widget that can have the focus has a name for a screen reader, in every window."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PyQt6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QWidget

import vetter.gui
from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from tests.helpers.night_files import write_night
from tests.helpers.spoken_names import nameless, spoken_name
from tests.helpers.windows import WITHOUT_FITS, present, until_painted
from vetter import app
from vetter.core.decisions.carry_over import Offer
from vetter.core.decisions.decision import Opinion, Verdict
from vetter.gui.dialogs.ordering.later_until import DateDialog
from vetter.gui.dialogs.reject_explained import RejectExplainedDialog
from vetter.gui.dialogs.reports.agreement import AgreementDialog
from vetter.gui.dialogs.reports.report import ReportDialog
from vetter.gui.dialogs.reports.reviewer_report import ReviewerReportDialog
from vetter.gui.dialogs.verdict_offers import OffersDialog
from vetter.gui.opening.position_question import PositionQuestion
from vetter.gui.windows.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

OPENING = (
    "file.export",
    "file.make_report",
    "file.planes",
    "file.preferences",
    "file.list_columns",
    "go.shuffle",
    "view.blink_planes",
    "view.columns",
    "view.panels",
    "view.all_columns",
    "view.layouts",
    "go.palette",
    "help.keys",
    "help.guide",
    "help.about",
)
"""Commands that open a dialog on any list."""


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    window = app.open_window(
        "demo", session=tmp_path / "s.vetter", reviewer="ann", settings=WITHOUT_FITS
    )
    until_painted(qtbot, window)
    yield window
    window.close()


def shown_windows() -> set[QWidget]:
    return {widget for widget in QApplication.topLevelWidgets() if widget.isVisible()}


def opened_by(qtbot: Any, act: Callable[[], object]) -> QWidget:
    """The window that an act opens."""
    before = shown_windows()
    act()
    qtbot.waitUntil(lambda: bool(shown_windows() - before), timeout=30000)
    (new,) = shown_windows() - before
    return new


def all_dialogs() -> set[type]:
    """Dialogs of the program that can be opened: those without a more special one."""
    for module in pkgutil.walk_packages(vetter.gui.__path__, "vetter.gui."):
        importlib.import_module(module.name)
    found, waiting = set(), [QDialog]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("vetter.") and not kind.__subclasses__():
                found.add(kind)
    return found


def other_dialogs(window: MainWindow, tmp_path: Path) -> list[QDialog]:
    """Dialogs that a command opens in some states only."""
    source = FakeSource(candidate_list(4))
    offering = FakeSession(source.candidates)
    offers = [Offer("7", 2, 0.1, "arcsec", Opinion(Verdict.REJECT))]
    offering.ledger = SimpleNamespace(offers=lambda: offers)
    return [
        OffersDialog(offering, FakeCache(source), window),
        RejectExplainedDialog(window.session, window.cache, window.fits, window),
        ReportDialog(window.session, window),
        AgreementDialog(window.session, window),
        ReviewerReportDialog(tmp_path / "s.vetter", "ann", 0, window),
        DateDialog(window),
        PositionQuestion(window.session.source, 0.6, window),
    ]


def test_every_dialog_names_what_can_have_the_focus(
    qtbot: Any, window: MainWindow, tmp_path: Path
) -> None:
    seen: set[type] = set()
    lacking: dict[str, list[str]] = {}
    commands = {command.id: command for command in window.commands}
    for name in OPENING:
        dialog = opened_by(qtbot, lambda name=name: commands[name].run(window))
        seen.add(type(dialog))
        lacking[name] = nameless(dialog)
        dialog.close()
    for dialog in other_dialogs(window, tmp_path):
        seen.add(type(dialog))
        lacking[type(dialog).__name__] = nameless(dialog)
        dialog.close()
    assert {name: found for name, found in lacking.items() if found} == {}
    assert all_dialogs() - seen == set(), "dialogs that this test does not open"


def test_window_names_all_panels_docks_and_pages(qtbot: Any, window: MainWindow) -> None:
    for name in ("view.field", "view.measures", "view.second_window", "go.grid"):
        window.actions_by_id[name].trigger()
    qtbot.waitUntil(lambda: window.pages.is_grid_shown, timeout=30000)
    qtbot.waitUntil(lambda: len(shown_windows()) == 2, timeout=30000)
    assert [found for shown in shown_windows() for found in nameless(shown)] == []


def test_window_of_a_night_names_its_epochs(qtbot: Any, tmp_path: Path) -> None:
    night = write_night(tmp_path, planes=("image", "template", "diff"))
    window = app.open_window(
        night, session=tmp_path / "s.vetter", reviewer="ann", settings=WITHOUT_FITS
    )
    until_painted(qtbot, window)
    assert nameless(window) == []
    window.close()


def test_first_page_names_its_buttons(qtbot: Any) -> None:
    app.make_window_manager(WITHOUT_FITS, None, "ann").show_start()
    window = present()
    assert nameless(window) == []
    window.close()


def test_nameless_button_is_found(qtbot: Any) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    button, label = QPushButton(widget), QLabel("limits", widget)
    assert nameless(widget) == ["QPushButton in QWidget"]
    label.setBuddy(button)
    assert nameless(widget) == [] and spoken_name(button) == "limits"


def test_grid_and_its_tiles_have_names(window: MainWindow) -> None:
    window.pages.toggle_grid()
    grid = window.pages.grid
    assert grid.accessibleName() == "grid of candidates"
    assert grid.area.accessibleName() == "candidates as thumbnails"
