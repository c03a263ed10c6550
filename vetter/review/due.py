"""Watch over candidates that were put off: those that are due count as undecided again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.decision import Decision, Opinion, Verdict, utc_now
from vetter.core.decisions.ledger import Counts, Ledger
from vetter.core.decisions.triage.later import DUE_CODE, due_since, note_epochs
from vetter.core.decisions.triage.waiting import DAY_SECONDS, Opening, entry_times, to_seconds

MAX_WAIT_MS = 600_000
"""Ten minutes at most until the clock is asked again: it may have been set."""
_LATER = Verdict.LATER.code


class DueWatch(QObject):
    """Candidates that were put off, and which of them are due.

    Parameters
    ----------
    ledger : Ledger
    source : CutoutSource
        Source of the epochs of objects.
    clock : callable
        Returns the UTC in ISO 8601.
    openings : sequence of Opening
        Earlier openings of the session, oldest first: since when candidates wait.
    """

    changed = pyqtSignal(object)
    """List of rows that have become due, without a decision of the user."""

    def __init__(
        self,
        ledger: Ledger,
        source: CutoutSource,
        clock: Callable[[], str] = utc_now,
        openings: Sequence[Opening] = (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._ledger, self._source, self._clock = ledger, source, clock
        self._openings = openings
        self._entered = np.empty(0)
        """When each candidate came into the session, in seconds since 1970."""
        self._since: dict[int, str] = {}
        self._ended: dict[int, float] = {}
        """When those that are due became so, in seconds since 1970."""
        self._kept: dict[int, tuple[tuple[int, int], npt.NDArray[np.uint8]]] = {}
        """Codes with another code for those that are due, until the next decision."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.refresh)
        self._find_due()

    @property
    def codes(self) -> npt.NDArray[np.uint8]:
        """Verdict code of every row; `DUE_CODE` for those that are due."""
        return self._codes_with(DUE_CODE)

    @property
    def open_codes(self) -> npt.NDArray[np.uint8]:
        """Verdict code of every row; 0, as of an undecided candidate, for those that are due."""
        return self._codes_with(0)

    @property
    def counts(self) -> Counts:
        """Numbers of candidates by verdict, in which those that are due are undecided."""
        counts, due = self._ledger.counts(), len(self._rows())
        return counts._replace(later=counts.later - due, undecided=counts.undecided + due)

    def since(self, row: int) -> str:
        """Return since when a candidate is due: a time, or 'a new epoch'; '' if it is not."""
        return self._since.get(row, "") if self._ledger.codes[row] == _LATER else ""

    def opinion(self, row: int) -> Opinion:
        """Return the opinion on a candidate."""
        return self._ledger.opinion(row)

    def remarked_rows(self) -> Sequence[int]:
        """Return the rows with tags or a comment."""
        return self._ledger.remarked_rows()

    def waits(self) -> npt.NDArray[np.float64]:
        """Return how many days each undecided candidate waits, shape (n,); NaN if decided.

        A candidate waits since it came into the session, or since it is due. A thread may ask.
        """
        now, codes = to_seconds(self._clock()), self._ledger.codes
        entered, ended = self._entered, self._ended
        # Rows that have just been read came now.
        came = np.full(len(codes), now)
        came[: len(entered)] = entered
        days = np.where(codes == 0, now - came, np.nan)
        for row, at in ended.items():
            if codes[row] == _LATER:
                days[row] = now - at
        return np.maximum(days, 0.0) / DAY_SECONDS

    def note_epochs(self, decision: Decision) -> Decision:
        """Return a decision that puts a candidate off with the number of its epochs."""
        if decision.verdict is not Verdict.LATER or decision.until:
            return decision
        epochs = len(self.epochs_of(self._ledger.candidates.row_of(decision.key)))
        return decision._replace(seen=note_epochs(decision.seen, epochs))

    def epochs_of(self, row: int) -> list[int]:
        """Return the rows of the epochs of a candidate's object, itself included."""
        epochs = self._source.object_epochs
        if epochs is None or row >= len(epochs.labels):
            return [row]
        count = len(self._ledger.candidates)
        return [other for other in epochs.rows(row) if other < count]

    def refresh(self) -> None:
        """Find out anew which candidates are due; ``changed`` names those that have become so."""
        before = set(self._since)
        self._find_due()
        new = sorted(set(self._since) - before)
        if new:
            self.changed.emit(new)

    def update(self, rows: Sequence[int]) -> None:
        """Find out whether rows that were decided on are due; no signal is emitted."""
        codes = self._ledger.codes
        if any(row in self._since or codes[row] == _LATER for row in rows):
            self._find_due()

    def stop(self) -> None:
        """Stop the clock."""
        self._timer.stop()

    def _rows(self) -> list[int]:
        codes = self._ledger.codes
        return [row for row in self._since if codes[row] == _LATER]

    def _codes_with(self, code: int) -> npt.NDArray[np.uint8]:
        codes = self._ledger.codes
        if not self._since:
            return codes
        events = self._ledger.counts().decisions
        kept = self._kept.get(code)
        if kept is None or kept[0] != (events, len(codes)):
            changed = codes.copy()
            changed[self._rows()] = code
            kept = self._kept[code] = ((events, len(codes)), changed)
        return kept[1]

    def _find_due(self) -> None:
        now, waits = self._clock(), []
        self._note_entries(now)
        # Replaced at the end: a filter in a thread may read the earlier ones meanwhile.
        found: dict[int, str] = {}
        ended: dict[int, float] = {}
        epochs = self._source.object_epochs
        for row in np.flatnonzero(self._ledger.codes == _LATER).tolist():
            decision = self._ledger.decision(row)
            if decision is None:
                continue
            same = self.epochs_of(row)
            latest = np.nan if epochs is None else max_or_nan(epochs.times[same])
            since = due_since(decision, now, len(same), latest)
            if since:
                found[row] = since
                began = to_seconds(decision.until or decision.at)
                ended[row] = began if decision.until else max(began, *self._entered[same])
            elif decision.until:
                waits.append(decision.until)
        self._since, self._ended, self._kept = found, ended, {}
        self._timer.stop()
        if waits:
            seconds = _seconds_between(now, min(waits))
            self._timer.start(min(max(int(seconds * 1000) + 1, 1000), MAX_WAIT_MS))

    def _note_entries(self, now: str) -> None:
        known, count = len(self._entered), len(self._ledger.candidates)
        if count > known:
            new = entry_times(self._openings, count, now)[known:]
            self._entered = np.concatenate([self._entered, new])


def max_or_nan(values: npt.NDArray[np.float64]) -> float:
    """Return the largest number; NaN without one."""
    known = values[np.isfinite(values)]
    return float(known.max()) if len(known) else float("nan")


def _seconds_between(now: str, later: str) -> float:
    try:
        return (datetime.fromisoformat(later) - datetime.fromisoformat(now)).total_seconds()
    except (ValueError, TypeError):
        return MAX_WAIT_MS / 1000
