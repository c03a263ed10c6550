"""The field's stars as they have been fitted so far: what is normal in each part of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.review.fits.fit_messages import StarFits
from vetter.review.fits.fit_process import FitAhead

_NONE: npt.NDArray[np.float64] = np.empty((0, 5))
_NAME = "stars of field "


class FieldStars(QObject):
    """Asked for once an image, when somebody first looks at it; they then arrive part by part.

    The session keeps them under the signature of the fits, among its settings; those of other
    options or pixels are fitted again.

    Parameters
    ----------
    ahead : FitAhead
        The process that fits.
    kept : mapping
        The session's settings as they were at the start.
    keep : callable
        Keeps a setting: name and value, of types that JSON holds.
    """

    changed = pyqtSignal()

    def __init__(
        self,
        ahead: FitAhead,
        kept: Mapping[str, Any],
        keep: Callable[[str, Any], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._kept, self._keep = kept, keep
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
            self._ahead.wish_stars(field, _known(self._kept.get(_NAME + str(field)))[0])

    def _on_surveyed(self, part: StarFits) -> None:
        if part.stars:
            self._tables[part.field] = np.concatenate([self.table(part.field), part.stars])
        if part.left == 0:
            self._done.add(part.field)
            self._take_or_keep(part)
        if part.stars or part.left == 0:
            self.changed.emit()

    def _take_or_keep(self, last: StarFits) -> None:
        """Those that are kept are current, or others are kept from now on."""
        name = _NAME + str(last.field)
        signature, stars = _known(self._kept.get(name))
        if not last.signature:
            return
        if signature == last.signature:
            self._tables[last.field] = stars
        else:
            self._keep(name, {"of": last.signature, "stars": self.table(last.field).tolist()})


def _known(record: Any) -> tuple[str, npt.NDArray[np.float64]]:
    """Signature and stars of a record; none where it is not readable."""
    try:
        signature, stars = str(record["of"]), np.array(record["stars"], float).reshape(-1, 5)
    except (KeyError, TypeError, ValueError):
        # There is none, or it is damaged: they are fitted again.
        return "", _NONE
    return (signature, stars) if np.isfinite(stars).all() else ("", _NONE)
