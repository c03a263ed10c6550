"""Times of the grid: from a key to its painted tiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any

from vetter.benchmark.figures import Figure, spread
from vetter.errors import VetterError

if TYPE_CHECKING:
    from PyQt6.QtCore import Qt
    from PyQt6.QtWidgets import QWidget

    from vetter.gui.windows.main_window import MainWindow

PAUSE = 0.25
"""Seconds between two pages, in which the next one is built."""
PATIENCE = 20.0
"""Seconds after which a key counts as lost."""
OPENINGS = 8


def measure(
    window: MainWindow, steps: int, pause: Callable[[float], None], note: str
) -> Iterator[Figure]:
    """Time the opening of the grid, its pages and its steps, and leave it.

    Parameters
    ----------
    window : MainWindow
    steps : int
        Number of pages, and of steps, to time.
    pause : callable
        Processes the window's events for some seconds.
    note : str
        Note of each figure.
    """
    from PyQt6.QtCore import Qt

    window.pages.toggle_grid()
    grid = window.pages.grid
    assert grid is not None
    watch = _PaintWatch(grid.area.viewport())
    window.pages.show_panels()
    pause(PAUSE)
    times = []
    for _ in range(OPENINGS):
        times.append(watch.time_key(window, Qt.Key.Key_G))
        pause(PAUSE)
        window.pages.show_panels()
        pause(PAUSE)
    yield Figure("grid opened", spread(times), budgets={"worst": 100.0}, note=note)
    watch.time_key(window, Qt.Key.Key_G)
    pause(PAUSE)
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
            times.append(watch.time_key(grid, turns[step // length % 2]))
            pause(between)
        yield Figure(f"{what}: key to painted", spread(times), budgets=budget, note=note)
    window.pages.show_panels()


class _PaintWatch:
    """Watch of a widget's paint events.

    Parameters
    ----------
    widget : QWidget
    """

    def __init__(self, widget: QWidget | None) -> None:
        from PyQt6.QtCore import QEvent, QObject
        from PyQt6.QtTest import QTest
        from PyQt6.QtWidgets import QApplication

        watch = self

        class Filter(QObject):
            def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
                if event is not None and event.type() == QEvent.Type.Paint:
                    watch.painted_at = perf_counter()
                return False

        assert widget is not None
        self.painted_at = 0.0
        self._filter = Filter(widget)
        widget.installEventFilter(self._filter)
        self._click: Any = QTest.keyClick
        self._process = QApplication.processEvents

    def time_key(self, target: QWidget, key: Qt.Key) -> float:
        """Return the seconds from a key until the tiles are painted."""
        start = perf_counter()
        self._click(target, key)
        while self.painted_at < start:
            self._process()
            if perf_counter() - start > PATIENCE:
                raise VetterError(f"bench: {key.name} painted no tile in {PATIENCE:g} s")
        # Not painted_at: the event filter runs before the paint, which has ended now.
        return perf_counter() - start
