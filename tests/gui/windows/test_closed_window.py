"""Signals that reach a window after it has closed start no timer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QTimer

from tests.helpers.windows import WITHOUT_FITS, until_painted
from vetter.app import open_window
from vetter.core.cutout_source import PsfFwhm
from vetter.core.judgement.field_fit import make_field_fit
from vetter.gui.windows.main_window import MainWindow
from vetter.review.fits.fit_messages import Ready
from vetter.settings import FitSettings

READY = Ready(make_field_fit(PsfFwhm(3.0, ""), FitSettings(), 20), "", 0, {"of": "late"})
LATE: dict[str, Callable[[MainWindow], object]] = {
    "cutout": lambda window: window.cache.ready.emit(0),
    "fit": lambda window: window.fits.changed.emit([0, 1]),
    "progress": lambda window: window.fits.progressed.emit(),
    "pointer": lambda window: window.plane_row.pointer.emit((5.0, 5.0)),
    "frame": lambda window: window.readout.show_frame(window.cache.get(0)),
    "measured": lambda window: window.fits.measured.emit(0),
    "ready": lambda window: window.fits._on_ready(READY),
    "filter": lambda window: window.session.queue.requested.emit(),
    "answers": lambda window: window.pages.update_fit_results([0, 1]),
}


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    session = tmp_path / "s.vetter"
    window = open_window("demo", session=session, reviewer="ann", settings=WITHOUT_FITS)
    until_painted(qtbot, window)
    yield window
    window.close()


def active(window: MainWindow) -> list[str]:
    """The classes that own a running timer of a window or of its session."""
    owners = (window, window.session, window.fits, window.cache)
    timers = [timer for owner in owners for timer in owner.findChildren(QTimer)]
    return [type(timer.parent()).__name__ for timer in timers if timer.isActive()]


def test_closed_window_late_signal_starts_no_timer(window) -> None:
    window.set_columns(["mag", "disappeared"])
    window.plane_row.pointer.emit((5.0, 5.0))
    window.close()
    assert active(window) == []
    for name, reach in LATE.items():
        reach(window)
        assert active(window) == [], name
