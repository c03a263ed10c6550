"""The field's stars as they have been fitted so far: what is normal in each part of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.review.fit_ahead import FitAhead
from vetter.review.star_survey import StarFits


class FieldStars(QObject):
    """Asked for once, when somebody first looks at the field; they then arrive part by part.

    They are not kept in the session file: a second or two of the fitting process make them again.

    Attributes
    ----------
    table : ndarray (n, 5)
        x, y, dx, dy in pixels and scale of each star; a new array with each arrival.
    done : bool
        Whether all have arrived.

    Parameters
    ----------
    ahead : FitAhead
        The process that fits.
    """

    changed = pyqtSignal()

    def __init__(self, ahead: FitAhead, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table: npt.NDArray[np.float64] = np.empty((0, 5))
        self.done = False
        self._ahead = ahead
        self._wanted = False
        ahead.surveyed.connect(self._on_surveyed)

    def want(self) -> None:
        """Have them fitted, if they are not yet."""
        if not self._wanted:
            self._wanted = True
            self._ahead.wish_stars()

    def _on_surveyed(self, part: StarFits) -> None:
        if part.stars:
            self.table = np.concatenate([self.table, np.array(part.stars)])
        self.done = part.left == 0
        if part.stars or self.done:
            self.changed.emit()
