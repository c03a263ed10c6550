"""First page, bands and the dialog of planes as pictures."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from tests.gui.conftest import CheckLook
from tests.helpers.fake_session import FakeSession
from tests.helpers.snapshots import snapshot_font
from vetter.gui.opening import start_page
from vetter.gui.opening.file_drop import DropHighlight
from vetter.gui.opening.planes_dialog import PlanesDialog
from vetter.gui.opening.practice_band import PracticeBand
from vetter.gui.opening.progress_strip import OpeningStrip, Overlaid
from vetter.gui.opening.start_page import StartPage
from vetter.io.session.recent_sessions import RecentSession

RECENT = (
    RecentSession("/n/night.vetter", "night", ("/n/night.toml",), 1200, 45678, "yesterday"),
    RecentSession("/n/alerts.vetter", "alerts", ("/n/a.tar", "/n/b.tar"), 3, 150, "tonight"),
    RecentSession("/n/gone.vetter", "demo", ("demo",), 0, 150, "long ago"),
)


@pytest.mark.parametrize("entries", [RECENT, ()], ids=["recent", "empty"])
def test_first_page(
    qtbot: Any,
    check_look: CheckLook,
    monkeypatch: pytest.MonkeyPatch,
    entries: tuple[RecentSession, ...],
) -> None:
    # What can be opened grows; the system's fixed font differs from one machine to the next.
    examples = (
        ("Candidate list and its images", "vetter list.ecsv"),
        ("Session", "vetter n.vetter"),
    )
    monkeypatch.setattr(start_page, "EXAMPLES", examples)
    monkeypatch.setattr(QFontDatabase, "systemFont", lambda _kind: snapshot_font())
    page = StartPage(("Ctrl+O", "Ctrl+Shift+O", ""), blind=bool(entries))
    qtbot.addWidget(page)
    page.show_recents(entries, frozenset({RECENT[-1].session}))
    page.resize(1040, 560)
    check_look(page, "start_page" if entries else "start_page_empty")


def test_bands_and_strip(qtbot: Any, check_look: CheckLook) -> None:
    session = FakeSession()
    session.source.record = {"plant": {"fakes": 2}}
    session.source.planted = ()
    content, strip = QWidget(), OpeningStrip()
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    band = PracticeBand(session, window)
    layout.addWidget(band.above(Overlaid(content, strip, window)))
    window.resize(700, 140)
    window.show()
    strip.show_failed("/data/night/candidates.csv: no column holds positions")
    check_look(window, "opening_bands")


def test_files_over_the_window(qtbot: Any, check_look: CheckLook) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(240, 120)
    window.show()
    highlight = DropHighlight(window)
    highlight.show_over(window, True)
    assert highlight.geometry() == window.rect()
    check_look(window, "drop")


def test_dialog_of_planes(qtbot: Any, check_look: CheckLook) -> None:
    planes = {"image": "/n/r1_sci.fits", "diff": "/n/r1_diff.fits", "scorr": "/n/r1_scorr.fits"}
    dialog = PlanesDialog("r1.csv contains positions, but no images.", planes, ["/n/x.fits"])
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show_line(lambda chosen: "vetter r1.csv --image " + chosen["image"])
    dialog.offer_instead(["/n/x.fits"])
    dialog.lines[2][1].setCurrentText("/n/r1_diff.fits")
    dialog.lines[2][0].setCurrentText("diff")
    check_look(dialog, "planes_dialog")
