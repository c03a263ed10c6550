"""Named layouts: saved, used, deleted."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.measuring_here import MeasuringHere
from tests.helpers.windows import WITHOUT_FITS, opener, until_painted
from vetter.app import open_window
from vetter.gui.dialogs.preferences.layout_page import LayoutDialog
from vetter.review.cutouts import measurer


@pytest.fixture
def window(qtbot, tmp_path):
    window = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    window.resize(780, 700)
    until_painted(qtbot, window)
    yield window
    window.dialogs.close_all()
    window.close()


@pytest.fixture
def page(window):
    window.actions_by_id["view.layouts"].trigger()
    return window.findChild(LayoutDialog).page


def test_saved_layout_is_given_back(qtbot, window, page):
    page.name.setText(" projector ")
    QTest.keyClick(page.name, Qt.Key.Key_Return)
    columns = window.candidate_list.columns
    window.resize(700, 600)
    window.set_columns(["mag", "name"])
    window.set_panels({"err": False})
    window.toggle_list()
    page.use.click()
    qtbot.waitUntil(lambda: (window.width(), window.height()) == (780, 700), timeout=10000)
    assert window.candidate_list.columns == columns
    assert "err" in window.plane_row.plane_names
    assert window.list_dock.isVisible()


def test_layout_hides_and_shows_the_measures(qtbot, window, page, monkeypatch):
    monkeypatch.setattr(measurer, "ChildProcess", MeasuringHere)
    dock = window.measures
    for name in ("without", "with"):
        page.name.setText(name)
        page.save.click()
        if name == "without":
            dock.toggle()
    for row, shown in ((1, False), (0, True)):
        page.list.setCurrentRow(row)
        page.use.click()
        assert dock.isVisible() is shown
    qtbot.waitUntil(lambda: dock.measures is not None, timeout=30000)


def test_layout_of_same_name_is_replaced(window, page):
    for _ in range(2):
        page.name.setText("wide")
        page.save.click()
    assert list(opener().preferences.layouts) == ["wide"]
    page.name.setText("wide")
    assert page.save.text() == "Replace"


def test_deleted_layout_is_gone(window, page):
    for name in ("b", "A"):
        page.name.setText(name)
        page.save.click()
    assert [page.list.item(row).text() for row in range(2)] == ["A", "b"]
    page.list.setCurrentRow(0)
    page.delete.click()
    assert list(opener().preferences.layouts) == ["b"]


def test_layout_without_name_cannot_be_saved(page):
    page.name.setText("  ")
    assert not page.save.isEnabled()
