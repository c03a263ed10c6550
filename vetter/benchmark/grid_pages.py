"""Times of the grid: from a key to its painted tiles."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from vetter.benchmark.figures import Figure, spread
from vetter.benchmark.paint_watch import PATIENCE, PaintWatch, wait
from vetter.errors import VetterError

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from vetter.gui.windows.main_window import MainWindow

PAUSE = 0.25
"""Seconds between two pages, in which the next one is built."""
OPENINGS = 8


def measure(window: MainWindow, steps: int, note: str) -> Iterator[Figure]:
    """Time the opening of the grid, its pages and its steps, and leave it.

    Parameters
    ----------
    window : MainWindow
    steps : int
        Number of pages, and of steps, to time.
    note : str
        Note of each figure.
    """
    click: Any = QTest.keyClick
    window.pages.toggle_grid()
    grid = window.pages.grid
    assert grid is not None
    watch = PaintWatch(grid.area)

    def time_key(target: QWidget, key: Qt.Key) -> float:
        lost = partial(VetterError, f"bench: {key.name} painted no tile in {PATIENCE:g} s")
        return watch.time(partial(click, target, key), lost)

    window.pages.show_panels()
    wait(PAUSE)
    times = []
    for _ in range(OPENINGS):
        times.append(time_key(window, Qt.Key.Key_G))
        wait(PAUSE)
        window.pages.show_panels()
        wait(PAUSE)
    yield Figure("grid opened", spread(times), budgets={"worst": 100.0}, note=note)
    time_key(window, Qt.Key.Key_G)
    wait(PAUSE)
    tiles = grid.area.columns * grid.area.lines
    pages = max(1, len(grid.shown) // tiles - 1)
    keys = (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
    budget = {"p99": 16.7}
    for what, turns, length, between in (
        (f"grid page of {tiles} tiles", keys, pages, PAUSE),
        ("grid step", (Qt.Key.Key_Right, Qt.Key.Key_Left), tiles, 0.03),
    ):
        times = []
        for step in range(steps):
            times.append(time_key(grid, turns[step // length % 2]))
            wait(between)
        yield Figure(f"{what}: key to painted", spread(times), budgets=budget, note=note)
    window.pages.show_panels()
