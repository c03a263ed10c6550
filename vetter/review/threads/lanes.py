"""Lanes: filters with the number of their candidates, and how long the oldest one waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vetter.core.columns.filter import match_filter
from vetter.core.columns.review_columns import WAITS, ReviewColumns, SomeRows
from vetter.core.decisions.ledger import Counts
from vetter.errors import InputError
from vetter.review.threads.arranger import Arranger

PAUSE_MS = 400
"""Time from a verdict to the next count: a fast reviewer gives two verdicts a second."""

Mask = npt.NDArray[np.bool_]


class Lane(NamedTuple):
    """A filter with a name; ``is_own`` if the user has named it."""

    name: str
    expression: str
    is_own: bool = False


class LaneCount(NamedTuple):
    """Numbers of a lane's candidates.

    Attributes
    ----------
    total, undecided : int
    days : float
        Time that the oldest undecided one has waited; NaN without one.
    problem : str
        Reason why the filter cannot be used; empty if it can.
    """

    total: int
    undecided: int
    days: float
    problem: str = ""


def make_lanes(wait_days: float, named: Mapping[str, str]) -> list[Lane]:
    """Return the lanes that every list has, then those of the user's named filters.

    Parameters
    ----------
    wait_days : float
        Days after which an undecided candidate has waited too long.
    named : mapping
        Name to expression.
    """
    return [
        Lane("undecided", "verdict=none"),
        Lane("due again", "verdict=due"),
        Lane(f"waits over {wait_days:g} d", f"{WAITS}>{wait_days:g}"),
        Lane("later", "verdict=later verdict!=due"),
        Lane("maybe", "verdict=maybe"),
        *(Lane(name, expression, True) for name, expression in named.items()),
    ]


def known_counts(lanes: Sequence[Lane], counts: Counts) -> dict[Lane, LaneCount]:
    """Return the counts of those lanes that the numbers by verdict tell, without ages."""
    totals = {"undecided": counts.undecided, "later": counts.later, "maybe": counts.maybe}
    found = {}
    for lane in lanes:
        if lane.name in totals and not lane.is_own:
            total = totals[lane.name]
            undecided = total if lane.name == "undecided" else 0
            found[lane] = LaneCount(total, undecided, float("nan"))
    return found


def wait_text(days: float) -> str:
    """Return a time that a candidate has waited as text; empty for NaN and less than an hour.

    Examples
    --------
    >>> [wait_text(days) for days in (0.02, 0.5, 1.9, 40.0)]
    ['', '12 h', '1 d', '40 d']
    """
    hours = 0 if np.isnan(days) else int(days * 24)
    if hours < 24:
        return f"{hours} h" if hours else ""
    return f"{hours // 24:,} d"


class LaneCounter(QObject):
    """Counts of lanes, made anew in a thread a moment after each change.

    Parameters
    ----------
    columns : ReviewColumns
    codes : callable
        Returns the verdict code of each candidate; 0 for the undecided and those that are due.
    """

    counted = pyqtSignal()

    def __init__(
        self,
        columns: ReviewColumns,
        codes: Callable[[], npt.NDArray[np.uint8]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns, self._codes = columns, codes
        self._lanes: tuple[Lane, ...] = ()
        self.counts: dict[Lane, LaneCount] = {}
        self._masks: dict[str, Mask] = {}
        """Masks of filters whose columns do not change, by expression."""
        self._is_outdated = False
        self._thread = Arranger(self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PAUSE_MS)
        self._soon.timeout.connect(self.count)

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes, in the order in which they are shown."""
        return self._lanes

    @property
    def has_changing(self) -> bool:
        """Whether a lane of the user's may depend on decisions, fits or the time."""
        return any(lane.is_own and lane.expression not in self._masks for lane in self._lanes)

    def set_lanes(self, lanes: Sequence[Lane]) -> None:
        """Replace the lanes; counts of those that stay are kept until the next count."""
        self._lanes = tuple(lanes)
        # By look-ups, not items(): the thread may add a mask meanwhile.
        texts = (lane.expression for lane in lanes)
        self._masks = {text: self._masks[text] for text in texts if text in self._masks}
        self.counts = {lane: self.counts[lane] for lane in lanes if lane in self.counts}

    def begin_with(self, counts: Counts) -> None:
        """Take the numbers by verdict for the counts, until the first count."""
        self.counts = known_counts(self._lanes, counts)

    def count_soon(self) -> None:
        """Count in a moment, together with what changes until then."""
        if not self._soon.isActive():
            self._soon.start()

    def count(self) -> None:
        """Count now; ``counted`` is emitted afterwards."""
        self._soon.stop()
        if self._thread.is_busy:
            # Not replaced: with verdicts in quick succession no count would ever end.
            self._is_outdated = True
            return
        self._is_outdated = False
        lanes, codes, masks = self._lanes, self._codes().copy(), self._masks
        self._thread.run(lambda: count_lanes(lanes, self._columns, codes, masks), self._on_counted)

    def close(self) -> None:
        """Stop counting."""
        self._soon.stop()
        self._thread.close()

    def _on_counted(self, counts: dict[Lane, LaneCount], _error: object) -> None:
        self.counts = {lane: counts[lane] for lane in self._lanes if lane in counts}
        if self._is_outdated:
            self.count_soon()
        self.counted.emit()


def count_lanes(
    lanes: Sequence[Lane],
    columns: ReviewColumns,
    codes: npt.NDArray[np.uint8],
    masks: dict[str, Mask],
) -> dict[Lane, LaneCount]:
    """Return the counts of lanes.

    Parameters
    ----------
    lanes : sequence of Lane
    columns : ReviewColumns
    codes : ndarray of uint8, shape (n,)
        Verdict codes; 0 for undecided.
    masks : dict
        Masks by expression, kept from one count to the next if no decision, fit or time can
        change them.
    """
    listed = SomeRows(columns, count=len(codes))
    waits = listed.values(WAITS) if WAITS in columns.names else np.full(len(codes), np.nan)
    undecided = codes == 0
    counts = {}
    for lane in lanes:
        mask = masks.get(lane.expression)
        if mask is None or len(mask) != len(codes):
            reader = _NotingColumns(listed)
            try:
                mask = match_filter(lane.expression, reader)
            except InputError as error:
                counts[lane] = LaneCount(0, 0, float("nan"), str(error))
                continue
            if reader.read <= columns.fixed:
                masks[lane.expression] = mask
        left = mask & undecided
        days = waits[left]
        days = days[~np.isnan(days)]
        counts[lane] = LaneCount(
            int(np.count_nonzero(mask)),
            int(np.count_nonzero(left)),
            float(days.max()) if len(days) else float("nan"),
        )
    return counts


class _NotingColumns:
    """Columns that note which of them a filter reads."""

    def __init__(self, columns: SomeRows) -> None:
        self._columns = columns
        self.read: set[str] = set()

    @property
    def names(self) -> list[str]:
        """Names of all columns."""
        return self._columns.names

    def find(self, word: str) -> str:
        """Return the column that a word means."""
        return self._columns.find(word)

    def values(self, name: str) -> npt.NDArray[Any]:
        """Return a column's values."""
        self.read.add(name)
        return self._columns.values(name)

    def folded(self, name: str) -> npt.NDArray[Any]:
        """Return a column's text in lower case."""
        self.read.add(name)
        return self._columns.folded(name)
