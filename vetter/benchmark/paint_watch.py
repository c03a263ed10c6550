"""Watch of a widget's paints: from what a user does to the end of the paint that shows it."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from PyQt6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, QTimer
from PyQt6.QtWidgets import QAbstractScrollArea

PATIENCE = 20.0
"""Seconds after which a key counts as lost; on a busy machine a figure is worse, not void."""


class PaintWatch(QObject):
    """Clock of the paints of some scroll areas of a window."""

    def __init__(self, *areas: QAbstractScrollArea) -> None:
        super().__init__()
        self._is_begun = self._is_updating = False
        self._ended_at: float | None = None
        self._views = [area.viewport() for area in areas]
        for widget in {*self._views, *(area.window() for area in areas)}:
            if widget is not None:
                widget.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is None:
            return False
        if event.type() == QEvent.Type.Paint and watched in self._views:
            self._is_begun = True
        if event.type() != QEvent.Type.UpdateRequest or self._is_updating:
            return False
        # Filters run before their events. Sent from here, the update has been painted, and is on
        # screen, when the call returns, before all that the program does in later turns.
        self._is_updating = True
        QCoreApplication.sendEvent(watched, event)
        self._is_updating = False
        if self._is_begun and self._ended_at is None:
            self._ended_at = perf_counter()
        return True

    def time(self, act: Callable[[], object], lost: Callable[[], Exception]) -> float:
        """Return the seconds from an act to the end of the first paint that follows.

        Parameters
        ----------
        act : callable
            Presses a key.
        lost : callable
            Returns the error to raise if no paint has followed after `PATIENCE`.
        """
        self._is_begun, self._ended_at = False, None
        start = perf_counter()
        act()
        if self._is_begun:
            # Painted by the act itself, not by an update that follows.
            return perf_counter() - start
        while self._ended_at is None:
            QCoreApplication.processEvents()
            if perf_counter() - start > PATIENCE:
                raise lost()
        return self._ended_at - start


def wait(seconds: float) -> None:
    """Let the program run for a time, asleep while it has nothing to do, as while a user looks."""
    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), Qt.TimerType.PreciseTimer, loop.quit)
    loop.exec()
