"""Verbs of the window that have little to do: settings taken over, and what is said instead."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication

from tests.helpers.windows import until_painted
from vetter.gui.windows.main_window import MainWindow
from vetter.gui.windows.second_window import SecondWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def change(window: MainWindow, **display: Any) -> None:
    settings = window.session.settings
    window.apply_settings(
        dataclasses.replace(settings, display=dataclasses.replace(settings.display, **display))
    )


def test_changed_settings_are_taken_over_at_once(qtbot: Any, window: MainWindow) -> None:
    display = window.session.settings.display
    before = window.cache.radius
    window.plane_row.set_reticle(not display.reticle)
    # What has not changed stays as the user has it.
    change(window, blink_rate=1.0)
    assert window.plane_row.is_reticle_shown is not display.reticle
    assert window.plane_row.auto_blink.rate == pytest.approx(1.0)
    assert window.cache.radius == before
    change(window, reticle=not display.reticle, radius=before - 5)
    assert window.plane_row.is_reticle_shown is not display.reticle
    assert window.cache.radius == before - 5
    change(window, reticle=display.reticle)
    assert window.plane_row.is_reticle_shown is display.reticle
    until_painted(qtbot, window)


def test_theme_follows_the_desktop_if_wanted(qtbot: Any, window: MainWindow) -> None:
    window.actions_by_id["view.second_window"].trigger()
    second = window.findChild(SecondWindow)
    hints = QGuiApplication.styleHints()
    change(window, theme="dark")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert window.is_dark
    change(window, theme="system")
    for scheme in (Qt.ColorScheme.Light, Qt.ColorScheme.Dark, Qt.ColorScheme.Light):
        hints.colorSchemeChanged.emit(scheme)
        dark = scheme is not Qt.ColorScheme.Light
        assert window.is_dark is dark
        # The panels of both windows follow.
        for row in (window.plane_row, second.plane_row):
            assert (row.backgroundBrush().color().lightness() < 100) == dark
    window.set_theme(True)


def test_what_cannot_be_done_here_is_said(qtbot: Any, window: MainWindow) -> None:
    window.toggle_light_curve()
    assert window.status.currentMessage() == "these candidates have no light curve"
    window.list_dock.hide()
    window.show_filters()
    assert window.list_dock.isVisible() and window.filter_bar.saved.menu().isVisible()
    window.filter_bar.saved.menu().close()
    window.filter_bar.apply("mag<0")
    # Where no candidate matches there is none to fit or to write about.
    for verb in (window.fit_now, window.edit_comment):
        window.status.clearMessage()
        verb()
        assert "matches the filter" in window.status.currentMessage()
    assert window.card.editor.isHidden()
