"""What shows at a key, and what follows it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from vetter.app import open_window
from vetter.gui.windows.main_window import MainWindow
from vetter.review.cutouts.rendered_cutout import Shift
from vetter.review.fits.fit_process import FitProcess
from vetter.settings import FitSettings, Settings


@pytest.fixture
def window(qtbot, tmp_path: Path) -> Iterator[MainWindow]:
    settings = Settings(fit=FitSettings(ahead=False))
    window = open_window("demo", session=tmp_path / "s.vetter", settings=settings)
    window.resize(1280, 720)
    window.cache.expect_adjusted("fitting...")
    qtbot.waitUntil(lambda: _painted_ahead(window), timeout=30000)
    yield window
    window.close()


def _painted_ahead(window: MainWindow) -> bool:
    ahead = window.plane_row.prepared
    return ahead is not None and ahead.row == 1 and "adjusted" in ahead.states


def test_a_fit_that_came_after_the_paint_ahead_follows_the_key(qtbot, window):
    ahead = window.plane_row.prepared
    window.cache.set_fit_panel(1, np.ones((41, 41)), shift=Shift(0.1, 0.2))
    window.session.next()
    assert window.plane_row.frame is ahead
    assert window.session.is_painted
    qtbot.waitUntil(lambda: "adjusted" in window.plane_row.frame.pictures, timeout=30000)
    assert window.plane_row.frame.row == 1


def test_what_was_painted_ahead_with_other_looks_is_not_shown(window):
    ahead = window.plane_row.prepared
    window.cache.set_looks(window.cache.looks.with_("sky", stretch="log"))
    window.session.next()
    assert window.plane_row.frame is not ahead
    assert window.plane_row.frame.looks == window.cache.looks


def test_a_residual_that_is_out_of_date_is_not_shown(qtbot, window):
    window.cache.set_fit_panel(1, np.ones((41, 41)))
    qtbot.waitUntil(lambda: "adjusted" in window.plane_row.prepared.pictures, timeout=30000)
    window.cache.set_fit_panel(1, np.full((41, 41), 2.0))
    window.session.next()
    assert np.all(window.plane_row.frame.planes["adjusted"] == 2.0)


@pytest.mark.parametrize("key", ["accept", "stretch", "filter"])
def test_the_fits_stand_still_after_a_key_and_go_on(qtbot, window, monkeypatch, key):
    told = []
    monkeypatch.setattr(FitProcess, "hold", lambda _: told.append("hold"))
    monkeypatch.setattr(FitProcess, "go_on", lambda _: told.append("go on"))
    keys = {
        "accept": window.session.accept,
        "stretch": window.stretch_bar.next_stretch,
        # The candidate on screen stays.
        "filter": lambda: window.filter_bar.apply("verdict=none"),
    }
    keys[key]()
    qtbot.waitUntil(lambda: "go on" in told, timeout=30000)
    assert told[0] == "hold" and told.count("go on") == 1


def test_the_grid_has_its_next_page_built_after_each_key(qtbot, window):
    window.pages.toggle_grid()
    grid = window.pages.grid
    page = grid.area.columns * grid.area.lines

    def is_built_to(count: int) -> bool:
        return all(window.cache.peek(row) is not None for row in range(count))

    for number in (1, 2, 3):
        QTest.keyClick(grid, Qt.Key.Key_PageDown)
        assert window.session.current_row == number * page
        # The next key goes a page on, to the last line of tiles on screen.
        last_line = (number + 1) * page + grid.area.columns
        qtbot.waitUntil(partial(is_built_to, last_line), timeout=30000)
    ahead_of_panels = window.session.settings.review.build_ahead
    assert last_line > window.session.current_row + ahead_of_panels + 1
