"""A list that has changed under its name: what carries over, what is offered, what is taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from tests.helpers.windows import WITHOUT_FITS
from vetter.app import open_window
from vetter.core.decisions.carry_over import Offer
from vetter.core.decisions.decision import Opinion, Verdict
from vetter.gui.dialogs.verdict_offers import OffersDialog
from vetter.gui.windows.main_window import MainWindow

PLACES = {1: (20.0, 20.0), 2: (40.0, 20.0), 3: (60.0, 50.0)}


def write_list(path: Path, places: dict[int, tuple[float, float]]) -> None:
    rows = [(number, x, y, 10.0 * number) for number, (x, y) in places.items()]
    Table(rows=rows, names=("id", "x", "y", "flux")).write(path, overwrite=True)


def open_list(path: Path) -> MainWindow:
    return open_window(
        path,
        image=path.parent / "image.fits",
        session=path.parent / "s.vetter",
        reviewer="ann",
        settings=WITHOUT_FITS,
    )


@pytest.fixture
def renumbered(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """1 and 2 were rejected; then a new extraction gives 2's number to another place."""
    fits.writeto(tmp_path / "image.fits", np.random.default_rng(1).normal(size=(80, 80)))
    path = tmp_path / "list.ecsv"
    write_list(path, PLACES)
    window = open_list(path)
    window.session.decide_group([0, 1], Verdict.REJECT)
    qtbot.waitUntil(lambda: window.session.counts.rejected == 2, timeout=30000)
    window.close()
    write_list(path, {1: PLACES[1], 2: PLACES[3], 3: PLACES[2]})
    window = open_list(path)
    yield window
    window.close()


def test_a_verdict_carries_over_only_where_key_and_place_agree_and_the_change_is_said(renumbered):
    assert [renumbered.session.verdict(key) for key in "123"] == ["reject", "none", "none"]
    assert "list has changed" in renumbered.status.currentMessage()
    band = renumbered.offer_band
    assert band.isVisible() and "1 earlier verdict may" in band.words.text()
    band.look.click()
    dialog = renumbered.findChild(OffersDialog)
    assert dialog is not None
    dialog.reject()
    assert band.isVisible()
    band.away.click()
    assert band.isHidden()


def test_offer_is_taken_only_when_ticked(qtbot, renumbered):
    dialog = OffersDialog(renumbered.session, renumbered.cache, renumbered)
    assert dialog.table.rowCount() == 1
    assert dialog.table.item(0, 2).text() == "3"
    dialog.table.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    dialog.accept()
    assert renumbered.session.verdict("3") == "none"

    dialog = OffersDialog(renumbered.session, renumbered.cache, renumbered)
    dialog.accept()
    qtbot.waitUntil(lambda: renumbered.session.verdict("3") == "reject", timeout=30000)
    renumbered.session.undo()
    qtbot.waitUntil(lambda: renumbered.session.verdict("3") == "none", timeout=30000)


def test_offers_are_ticked_and_their_pictures_built_on_thread(qtbot, renumbered):
    dialog = OffersDialog(renumbered.session, renumbered.cache, renumbered)
    dialog.open()
    assert dialog.table.currentRow() == 0 and dialog.row == 2
    qtbot.waitUntil(lambda: dialog.strip.row == 2, timeout=30000)
    assert dialog.strip.shown == ["image"]
    ok = dialog._ok
    assert len(dialog.ticked()) == 1 and ok.isEnabled()
    dialog.tick.click()
    assert dialog.ticked() == [] and not ok.isEnabled() and dialog.tick.text() == "Tick all"
    dialog.tick.click()
    assert len(dialog.ticked()) == 1 and ok.isEnabled()
    dialog.reject()


def test_pictures_are_requested_until_they_come(qtbot):
    source = FakeSource(candidate_list(6))
    session, cache = FakeSession(source.candidates), FakeCache(source)
    offered = [
        Offer(f"old {row}", row, 0.4, "arcsec", Opinion(Verdict.REJECT, (), "")) for row in (2, 4)
    ]
    session.ledger = SimpleNamespace(offers=lambda: offered)
    dialog = OffersDialog(session, cache)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    assert cache.wanted == [2]
    cache.want([0])  # the window behind replaces the request
    qtbot.waitUntil(lambda: cache.wanted == [2], timeout=30000)
    cache.serve()
    assert dialog.strip.row == 2 and dialog.strip.shown == ["image", "template", "diff"]
    dialog.table.setCurrentCell(1, 0)
    assert dialog.strip.row is None
    assert dialog.strip.accessibleDescription() == "loading J004"
    cache.serve()
    assert dialog.strip.row == 4


def test_the_columns_of_the_list_are_remembered(qtbot, renumbered, tmp_path):
    renumbered.candidate_list.set_columns(["verdict", "name", "flux"])
    renumbered.candidate_list.columns_changed.emit(["verdict", "name", "flux"])
    renumbered.close()
    again = open_list(tmp_path / "list.ecsv")
    try:
        assert again.candidate_list.columns == ["verdict", "name", "flux"]
        assert "flux" in [fact.caption for fact in again.card._facts]
    finally:
        again.close()
