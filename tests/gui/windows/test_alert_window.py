"""The window on alert packets: large stamps, fits on demand, the columns a vetter wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.helpers.fake_fits import FittingHere
from tests.helpers.windows import WITHOUT_FITS, activate, until_painted
from vetter.app import open_window
from vetter.gui.dialogs.all_columns import AllColumns
from vetter.gui.panels.panel_choice import PanelPicker
from vetter.gui.windows.main_window import MainWindow
from vetter.review.fits import fit_process

STAMPS = ("image", "template", "diff")
PANELS = (*STAMPS, "adjusted")


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path, real_data: Path) -> Iterator[Callable[..., MainWindow]]:
    """Open a window on packets, without fits ahead unless other options are given."""
    windows: list[MainWindow] = []

    def again(**options: Any) -> MainWindow:
        for window in windows:
            window.close()
        packets = real_data / "labelled" / "ztf_alerts_51.parquet"
        options = {"settings": WITHOUT_FITS} | options
        window = open_window(packets, session=tmp_path / "s.vetter", reviewer="ann", **options)
        window.resize(1600, 900)
        windows.append(window)
        activate(qtbot, window)
        until_painted(qtbot, window)
        return window

    yield again
    windows[-1].close()


def test_the_stamps_and_the_fit_share_the_width(opened) -> None:
    row = opened().plane_row
    assert row.plane_names == PANELS
    placement = row.panel("diff").placement()
    assert placement is not None and placement.scale > 3


def test_fits_run_ahead_and_the_list_leaves_out_what_is_not_judged(opened) -> None:
    window = opened(settings=None)
    assert window.fits.progress.startswith("fits: ")
    columns = window.candidate_list.columns
    assert columns == ["verdict", "name", "magpsf", "drb", "band", "ndethist", "tags"]


def test_a_stamp_is_not_said_to_grow(qtbot, opened) -> None:
    window = opened()
    QTest.keyClick(window, Qt.Key.Key_BracketRight)
    assert window.status.currentMessage().startswith("cutouts of up to ")
    row, radius = window.session.current_row, window.cache.radius
    qtbot.waitUntil(lambda: window.cache.peek(row) is not None, timeout=30000)
    QTest.keyClick(window, Qt.Key.Key_BracketRight)
    assert window.status.currentMessage() == "all 63 pixels of this stamp are shown"
    assert window.cache.radius == radius
    QTest.keyClick(window, Qt.Key.Key_BracketLeft)
    assert window.cache.radius < radius


def test_f_moves_no_panel(qtbot, opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_process, "ChildProcess", FittingHere)
    window = opened()
    row = window.plane_row
    # The dock of the light curve takes its room first, and the list goes beside it.
    qtbot.waitUntil(window.light_curve.isVisible, timeout=30000)
    qtbot.waitUntil(lambda: window.list_dock.is_below, timeout=30000)
    QApplication.processEvents()
    before = [row.panel(name).geometry() for name in row.plane_names]
    QTest.keyClick(window, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: row.panel("adjusted").exhibit.image is not None, timeout=30000)
    assert [row.panel(name).geometry() for name in row.plane_names] == before


def test_the_choice_of_panels_is_kept(qtbot, opened) -> None:
    window = opened()
    window.panels.pick()
    picker = window.findChild(PanelPicker)
    assert picker is not None
    picker.ticks["err"].setChecked(True)
    picker.ticks["template"].setChecked(False)
    picker.accept()
    assert window.plane_row.plane_names == ("image", "diff", "adjusted", "err")
    window = opened()
    assert window.plane_row.plane_names == ("image", "diff", "adjusted", "err")


def test_d_shows_every_column(qtbot, opened) -> None:
    window = opened()
    QTest.keyClick(window, Qt.Key.Key_D)
    dialog = window.findChild(AllColumns)
    assert dialog is not None and dialog.isVisible()
    told = {name: value for name, value, _ in dialog.model.lines}
    assert told["objectId"] == window.session.candidates.name(0)
    assert len(told) > 80
    dialog.close()
