"""Window from 800 x 560 on: nothing forces it wider, and no control is cut off."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget

CONTROLS = (QAbstractButton, QComboBox, QLineEdit)


@pytest.fixture
def narrow(qtbot, window):
    """The demo's window in its smallest supported size."""
    window.resize(800, 560)
    qtbot.waitUntil(lambda: window.stretch_bar.width() < 560, timeout=10000)
    return window


def test_narrow_window_has_whole_controls_and_room_for_panels(narrow):
    assert (narrow.width(), narrow.height()) == (800, 560)
    # The list gives way before the panels, and names before figures.
    assert narrow.list_dock.width() < narrow.list_dock.wanted_width
    assert narrow.plane_row.width() > 500
    candidate_list = narrow.candidate_list
    mag = candidate_list.columns.index("mag")
    right = candidate_list.columnViewportPosition(mag) + candidate_list.columnWidth(mag)
    assert right <= candidate_list.viewport().width()
    cut = []
    for child in narrow.stretch_bar.findChildren(QWidget):
        if child.isVisible() and isinstance(child, CONTROLS):
            inside = narrow.stretch_bar.rect().contains(child.geometry())
            fits = child.width() >= child.minimumSizeHint().width()
            cut += [] if inside and fits else [child]
    assert narrow.stretch_bar.isVisible() and not cut


def test_status_keeps_counts_in_narrow_window(narrow, monkeypatch):
    status = narrow.status
    monkeypatch.setattr(type(narrow.fits), "progress", "999 of 1,000 fitted, 12 s left")
    narrow.resize(600, 560)
    status.refresh()
    assert (
        status._counts.isVisible() and status._counts.width() >= status._counts.sizeHint().width()
    )
    assert not status._fitted.isVisible()
    narrow.resize(1500, 560)
    status.refresh()
    assert status._fitted.isVisible()


def test_list_widened_by_user_shows_whole_names(narrow, qtbot):
    before = narrow.candidate_list.columnWidth(1)
    narrow.resize(1280, 720)
    qtbot.waitUntil(lambda: narrow.candidate_list.columnWidth(1) > before)
