"""Automatic blink, at a rate that is safe for photosensitive people unless the user allows more."""

from __future__ import annotations

import math

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vetter.settings import SAFE_BLINK_RATE


class AutoBlink(QObject):
    """Timer that asks for one step of the blink after another until it is stopped."""

    stepped = pyqtSignal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self.set_rate(SAFE_BLINK_RATE)
        self._timer.timeout.connect(self.stepped)

    @property
    def is_on(self) -> bool:
        """Whether the blink goes on by itself."""
        return self._timer.isActive()

    @property
    def rate(self) -> float:
        """Changes a second."""
        return 1000 / self._timer.interval()

    def set_rate(self, rate: float) -> None:
        """Set the changes a second, of a blink that runs too."""
        self._timer.setInterval(math.ceil(1000 / rate))

    def start(self) -> None:
        """Begin with a step now, and go on."""
        self._timer.start()
        self.stepped.emit()

    def stop(self) -> None:
        """Stop; the plane on screen stays."""
        self._timer.stop()
