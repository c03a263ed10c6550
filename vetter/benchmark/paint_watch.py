"""Watch of a widget's paints: from what a user does to the end of the paint that shows it."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from PyQt6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, QTimer
from PyQt6.QtWidgets import QAbstractScrollArea

PATIENCE = 20.0
"""Seconds after which a key counts as lost; on a busy machine a figure is worse, not void."""
_PAINTED = QEvent.Type(QEvent.registerEventType())
_HIGH = 1
"""Priority of events that come before all others: Qt.EventPriority, which is no number here."""


class PaintWatch(QObject):
    """Clock of the paints of some scroll areas."""

    def __init__(self, *areas: QAbstractScrollArea) -> None:
        super().__init__()
        self._ended_at = 0.0
        for area in areas:
            viewport = area.viewport()
            if viewport is not None:
                viewport.installEventFilter(self)

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Paint:
            # The filter runs before the paint. An event of high priority comes as soon as the
            # paint is on screen, and before all that the program does in later turns.
            QCoreApplication.postEvent(self, QEvent(_PAINTED), _HIGH)
        return False

    def customEvent(self, event: QEvent | None) -> None:
        if event is not None and event.type() == _PAINTED:
            self._ended_at = perf_counter()

    def time(self, act: Callable[[], object], lost: Callable[[], Exception]) -> float:
        """Return the seconds from an act to the end of the paint that follows.

        Parameters
        ----------
        act : callable
            Presses a key.
        lost : callable
            Returns the error to raise if no paint has followed after `PATIENCE`.
        """
        QCoreApplication.sendPostedEvents(self)
        start = perf_counter()
        act()
        while self._ended_at < start:
            QCoreApplication.processEvents()
            if perf_counter() - start > PATIENCE:
                raise lost()
        return self._ended_at - start


def wait(seconds: float) -> None:
    """Let the program run for a time, asleep while it has nothing to do, as while a user looks."""
    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), Qt.TimerType.PreciseTimer, loop.quit)
    loop.exec()
