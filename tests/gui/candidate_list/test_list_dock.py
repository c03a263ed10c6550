"""Place of the list: beside the panels or below them, by choice or where the panels are larger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtWidgets import QApplication

from tests.helpers.windows import WITHOUT_FITS, until_painted
from vetter.app import open_window
from vetter.gui.candidate_list.list_dock import BELOW_WORTH, NARROW_PART, ListPlace
from vetter.gui.windows.main_window import MainWindow

WIDE, HIGH = (1400, 800), (860, 1000)


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    window = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    window.resize(*WIDE)
    until_painted(qtbot, window)
    yield window
    window.close()


def area(window: MainWindow) -> float:
    row = window.plane_row
    return row.area_in(row.width(), row.height())


def until_settled(qtbot: Any, window: MainWindow, below: bool) -> None:
    qtbot.waitUntil(lambda: window.list_dock.is_below is below, timeout=30000)
    QApplication.processEvents()


def test_list_goes_below_where_panels_are_larger_and_back(qtbot: Any, window: MainWindow) -> None:
    until_settled(qtbot, window, below=False)
    assert window.list_dock.place is ListPlace.AUTOMATIC
    assert window.list_dock.x() > window.plane_row.width()
    window.place_list("beside")
    window.resize(*HIGH)
    QApplication.processEvents()
    beside = area(window)
    window.place_list("automatic")
    until_settled(qtbot, window, below=True)
    assert area(window) > BELOW_WORTH * beside
    assert window.list_dock.y() > window.plane_row.height()
    window.resize(*WIDE)
    until_settled(qtbot, window, below=False)


def test_small_changes_of_the_window_move_no_list(qtbot: Any, window: MainWindow) -> None:
    window.resize(*HIGH)
    until_settled(qtbot, window, below=True)
    places = []
    for width in (*range(860, 1500, 40), *range(1480, 850, -40)):
        window.resize(width, 1000)
        QApplication.processEvents()
        places.append(window.list_dock.is_below)
    # To the side once on the way to a wide window, and back once, later than it came.
    changes = [at for at in range(1, len(places)) if places[at] != places[at - 1]]
    assert len(changes) == 2
    away, back = changes
    assert len(places) - back < away


def test_chosen_place_holds_at_any_size(qtbot: Any, window: MainWindow) -> None:
    for place in ("below", "beside"):
        window.place_list(place)
        for size in (HIGH, WIDE):
            window.resize(*size)
            QApplication.processEvents()
            assert window.list_dock.is_below is (place == "below"), (place, size)


def test_hidden_list_comes_back_in_its_place(window: MainWindow) -> None:
    window.place_list("below")
    window.place_list("hidden")
    assert not window.list_dock.isVisible() and window.list_dock.place is ListPlace.HIDDEN
    window.toggle_list()
    assert window.list_dock.place is ListPlace.BELOW and window.list_dock.is_below


def test_menu_ticks_the_place(window: MainWindow) -> None:
    window.actions_by_id["view.list_below"].trigger()
    window.menu_states.refresh()
    ticked = [
        name
        for name, action in window.actions_by_id.items()
        if name.startswith("view.list_") and action.isChecked()
    ]
    assert ticked == ["view.list_below"]
    # One that is unknown is automatic.
    window.list_dock.set_choice("left")
    assert window.list_dock.choice is ListPlace.AUTOMATIC


def test_field_view_has_the_whole_height_with_the_list(qtbot: Any, window: MainWindow) -> None:
    window.resize(*HIGH)
    until_settled(qtbot, window, below=True)
    window.pages.toggle_field()
    until_settled(qtbot, window, below=False)
    field = window.pages.field
    assert field is not None and field.height() > 600
    assert window.tabifiedDockWidgets(field) == [window.list_dock]
    window.pages.toggle_field()
    until_settled(qtbot, window, below=True)


def test_list_below_leaves_field_view_beside(window: MainWindow) -> None:
    window.place_list("below")
    window.pages.toggle_field()
    field = window.pages.field
    assert field is not None and window.list_dock.is_below
    assert window.dockWidgetArea(field) != window.dockWidgetArea(window.list_dock)


def test_list_is_narrower_where_panels_are_larger_for_it(qtbot: Any, window: MainWindow) -> None:
    window.resize(1020, 680)
    dock = window.list_dock
    qtbot.waitUntil(lambda: dock.width() == 1020 // NARROW_PART < dock.wanted_width, timeout=30000)
    dock.set_wanted_size(dock.wanted_width + 1)
    window.resize(1021, 680)
    # Not where the user has chosen the width.
    qtbot.waitUntil(lambda: dock.width() == dock.wanted_width, timeout=30000)


def test_pixels_cover_three_quarters_of_the_panels_room(qtbot: Any, window: MainWindow) -> None:
    row = window.plane_row
    for size in ((1088, 620), (1280, 720), (1600, 900), HIGH):
        # Each size is reached from the same one: the list may stay where it is after small steps.
        window.resize(*WIDE)
        QApplication.processEvents()
        window.resize(*size)
        QApplication.processEvents()
        qtbot.waitUntil(lambda: covered(window) >= 0.75 * row.width() * row.height(), timeout=30000)


def covered(window: MainWindow) -> float:
    """Return the area of all panels' pixels and of the surroundings beside them."""
    row, surround = window.plane_row, window.surround
    areas = [row.panel(name).area for name in row.plane_names]
    context = surround.width() ** 2 if surround.isVisible() else 0
    return context + sum(area.width * area.height for area in areas)
