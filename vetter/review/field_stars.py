"""The field's stars as they have been fitted so far: what is normal in each part of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.review.fit_ahead import FitAhead
from vetter.review.star_survey import StarFits

_NONE: npt.NDArray[np.float64] = np.empty((0, 5))


class FieldStars(QObject):
    """Asked for once an image, when somebody first looks at it; they then arrive part by part.

    They are not kept in the session file: a second or two of the fitting process make them again.

    Parameters
    ----------
    ahead : FitAhead
        The process that fits.
    """

    changed = pyqtSignal()

    def __init__(self, ahead: FitAhead, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tables: dict[int, npt.NDArray[np.float64]] = {}
        self._done: set[int] = set()
        self._wanted: set[int] = set()
        self._ahead = ahead
        ahead.surveyed.connect(self._on_surveyed)

    def table(self, field: int = 0) -> npt.NDArray[np.float64]:
        """Stars of an image, shape (n, 5): x, y, dx, dy in pixels, scale; a new array each time."""
        return self._tables.get(field, _NONE)

    def done(self, field: int = 0) -> bool:
        """Whether all of an image's have arrived."""
        return field in self._done

    def want(self, field: int = 0) -> None:
        """Have those of an image fitted, if they are not yet."""
        if field not in self._wanted:
            self._wanted.add(field)
            self._ahead.wish_stars(field)

    def _on_surveyed(self, part: StarFits) -> None:
        if part.stars:
            self._tables[part.field] = np.concatenate([self.table(part.field), part.stars])
        if part.left == 0:
            self._done.add(part.field)
        if part.stars or part.left == 0:
            self.changed.emit()
