"""Automatic blink, at a rate that is safe for photosensitive people."""

from __future__ import annotations

import math

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

MAX_RATE = 3.0
"""Largest number of changes a second (WCAG 2.2, criterion 2.3.1: three flashes)."""


class AutoBlink(QObject):
    """Timer that asks for one step of the blink after another until it is stopped."""

    stepped = pyqtSignal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(math.ceil(1000 / MAX_RATE))
        self._timer.timeout.connect(self.stepped)

    @property
    def is_on(self) -> bool:
        """Whether the blink goes on by itself."""
        return self._timer.isActive()

    def start(self) -> None:
        """Begin with a step now, and go on."""
        self._timer.start()
        self.stepped.emit()

    def stop(self) -> None:
        """Stop; the plane on screen stays."""
        self._timer.stop()
