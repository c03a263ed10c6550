"""Menus of the right button on panels, list, grid and field view."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from PyQt6.QtCore import QPoint, Qt, QUrl
from PyQt6.QtGui import QDesktopServices, QGuiApplication
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QMenu, QWidget

from vetter.gui.grid.grid import Grid
from vetter.gui.windows.main_window import MainWindow

RIGHT = Qt.MouseButton.RightButton

# The offscreen platform neither raises windows nor grabs the keyboard for a menu.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that the window hands to the desktop; no browser starts."""
    opened: list[str] = []

    def note(url: QUrl) -> bool:
        opened.append(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", note)
    return opened


@pytest.fixture(autouse=True)
def closed_menus(window: MainWindow) -> Iterator[None]:
    yield
    for menu in window.findChildren(QMenu):
        menu.close()


def open_menu(window: MainWindow, widget: QWidget | None, point: QPoint) -> list[str]:
    """Right-click, and return the titles of the menu."""
    assert widget is not None
    window.menus.menu = None
    QTest.mouseClick(widget, RIGHT, pos=point)
    menu: QMenu | None = window.menus.menu
    return [] if menu is None else [action.text() for action in menu.actions()]


def choose(window: MainWindow, start: str) -> None:
    menu = window.menus.menu
    assert menu is not None
    next(action for action in menu.actions() if action.text().startswith(start)).trigger()
    menu.close()


def line(window: MainWindow, place: int, column: str) -> QPoint:
    view = window.candidate_list
    section = view.columns.index(column)
    return QPoint(view.columnViewportPosition(section) + 4, view.rowViewportPosition(place) + 4)


def test_panel_menu_copies_name_and_looks_up_position(
    window: MainWindow, addresses: list[str]
) -> None:
    viewport = window.plane_row.viewport()
    window.menus.menu = None
    # A drag, of contrast and bias, opens none.
    QTest.mousePress(viewport, RIGHT, pos=QPoint(60, 60))
    QTest.mouseRelease(viewport, RIGHT, pos=QPoint(90, 75))
    assert window.menus.menu is None
    titles = open_menu(window, viewport, QPoint(100, 100))
    assert {"Open in SIMBAD", "Copy DS9 region", "Reset contrast and bias"} <= set(titles)
    choose(window, "Copy name")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == window.session.candidates.name(0)
    open_menu(window, viewport, QPoint(100, 100))
    assert addresses == []
    choose(window, "Open in Legacy Survey")
    ra, dec = window.session.candidates.ra[0], window.session.candidates.dec[0]
    assert len(addresses) == 1 and f"ra={ra:.6f}&dec={dec:.6f}" in addresses[0]


def test_list_menu_is_about_line_and_column_under_pointer(window: MainWindow) -> None:
    viewport = window.candidate_list.viewport()
    titles = open_menu(window, viewport, line(window, 3, "name"))
    assert titles[0] == f"Copy name: {window.session.candidates.name(3)}"
    assert window.session.current_row == 0
    choose(window, "Copy name")
    open_menu(window, viewport, line(window, 0, "mag"))
    choose(window, "Hide column mag")
    assert "mag" not in window.candidate_list.columns


def test_filter_by_value_keeps_present_filter(window: MainWindow) -> None:
    window.filter_bar.apply("mag<19 or mag>20")
    row = int(window.session.queue.order[2])
    open_menu(window, window.candidate_list.viewport(), line(window, 2, "mag"))
    value = window.session.columns.values("mag")[row]
    choose(window, f"Filter by mag={value}")
    assert window.session.queue.expression == f"(mag<19 or mag>20) mag={value}"
    assert row in window.session.queue.order.tolist()


def test_no_menu_below_last_line_or_without_match(window: MainWindow) -> None:
    window.filter_bar.apply("mag<14")
    viewport = window.candidate_list.viewport()
    assert viewport is not None
    assert open_menu(window, viewport, QPoint(30, viewport.height() - 4)) == []
    window.filter_bar.apply("mag<0")
    window.menus.open_current()
    assert window.menus.menu is None


def test_grid_tile_has_menu(window: MainWindow) -> None:
    window.pages.toggle_grid()
    grid = window.pages.currentWidget()
    assert isinstance(grid, Grid)
    titles = open_menu(window, grid.area.viewport(), QPoint(20, 20))
    assert titles[0].startswith("Copy name: ") and "Open in TNS" in titles


def test_field_mark_has_menu(qtbot: Any, window: MainWindow) -> None:
    window.pages.toggle_field()
    assert window.pages.field is not None
    canvas = window.pages.field.view.map
    qtbot.waitUntil(lambda: len(canvas.points.rows) > 0, timeout=30000)
    x, y = canvas.to_screen(canvas.where())[5]
    row = canvas.row_at(QPoint(round(x), round(y)))
    titles = open_menu(window, canvas, QPoint(round(x), round(y)))
    assert titles[0] == f"Copy name: {window.session.candidates.name(row)}"


def test_menu_opens_by_key(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert window.menus.menu is not None


def test_menu_offers_the_services_of_the_settings(window: MainWindow) -> None:
    settings = window.session.settings
    services = dataclasses.replace(settings.services, pages=("TNS",))
    window.apply_settings(dataclasses.replace(settings, services=services))
    titles = open_menu(window, window.plane_row.viewport(), QPoint(100, 100))
    assert [title for title in titles if title.startswith("Open in")] == ["Open in TNS"]
