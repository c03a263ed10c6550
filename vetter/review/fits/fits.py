"""Fits of this session: requests, progress and results, which the window observes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.blind_columns import HIDDEN_TEXT
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer
from vetter.core.judgement.fit_table import (
    NOTHING_TO_FIT,
    FitState,
    FitStatus,
    FitTable,
    can_fit,
)
from vetter.io.inputs.blind_source import BlindSource
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.cutouts.rendered_cutout import Shift
from vetter.review.fits.field_fits import FieldFits
from vetter.review.fits.fit_messages import Fitted, Ready
from vetter.review.fits.fit_order import BackgroundRows, FitRequests
from vetter.review.fits.fit_process import FitProcess
from vetter.review.fits.fit_storage import FitStorage
from vetter.review.session import Session
from vetter.review.writer import StoredFits

if TYPE_CHECKING:
    from vetter.core.judgement.field_fit import FieldFit
    from vetter.core.judgement.star_calibration import StarCalibration

RATE_MESSAGES = 50
"""The last 50 messages of the worker process give the rate of its fits."""

PAUSE_SECONDS = 5.0
"""5 s without a message is a pause: earlier messages do not count in the rate."""


class Fits(QObject):
    """Requests for fits in the order in which the user sees the candidates, and their results.

    A stored result is used only if the signature of its options and pixels is the present one;
    other fits are made again.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
        Receives the residuals for the plane `adjusted`.
    ahead : FitProcess
        The worker process.
    """

    changed = pyqtSignal(object)  # list of rows
    progressed = pyqtSignal()
    measured = pyqtSignal(int)  # number of an image whose fit options are known now

    def __init__(
        self,
        session: Session,
        cache: CutoutCache,
        ahead: FitProcess,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        fits = session.columns.fits
        # `is None`, since an empty table is false too; None: the input has nothing to fit.
        self.table = FitTable(len(session.candidates.keys)) if fits is None else fits
        self.paused = not session.settings.fit.ahead
        self._session = session
        self._cache = cache
        self._ahead = ahead
        self._fields = FieldFits(session)
        self._requested_fields: set[int] = set()
        self._error = "" if can_fit(session.source.plane_names) else NOTHING_TO_FIT
        if isinstance(session.source, BlindSource):
            # A fit that is not made cannot be shown by any part of the window.
            self._error = HIDDEN_TEXT
        self._closed = False
        self._speed = FitSpeed()
        self._storage = FitStorage(session, self)
        self._storage.arrived.connect(self.take_stored)
        self._storage.read_through.connect(self._update_background)
        self._rest = BackgroundRows(session, self.table, self._fields, self._storage)
        self._wishes = FitRequests(cache, ahead, self._rest)
        ahead.ready.connect(self._on_ready)
        ahead.fitted.connect(self._on_fitted)
        ahead.broken.connect(self._on_broken)
        session.queue_changed.connect(self._on_queue_changed)
        session.grown.connect(self._on_grown)
        session.completed.connect(self._on_completed)
        self._update_expected()

    def state(self, row: int) -> FitState:
        """Return the state of a row's fit."""
        if row in self._wishes.asked:
            status = FitStatus.FAILED if self._error else FitStatus.RUNNING
            return FitState(status, error=self._error)
        result = self.table.get(row)
        if result is not None:
            return FitState(FitStatus.DONE, *result)
        if self._error:
            return FitState(FitStatus.FAILED, error=self._error)
        return FitState() if self.paused else FitState(FitStatus.RUNNING)

    @property
    def can_run(self) -> bool:
        """Whether there is something to fit, and no error has ended the fits."""
        return not self._error

    @property
    def progress(self) -> str:
        """Progress of the fits, in words; empty if there is nothing to fit."""
        done, count = len(self.table), len(self.table.codes)
        if self._error:
            return "" if self._error in (NOTHING_TO_FIT, HIDDEN_TEXT) else "fits: stopped"
        if done == count:
            return f"fits: all {count:,}"
        rate = self._speed.rate
        if self.paused:
            return f"fits: {done:,} of {count:,}, paused" if self._ahead.running else ""
        speed = f", {rate:,.0f} a second" if rate else ""
        return f"fits: {done:,} of {count:,}{speed}"

    def metadata(self) -> FitMetadata:
        """Return the results so far as metadata for files."""
        return FitMetadata(self._session.candidates, self.table)

    def disappeared_rows(self) -> list[int]:
        """Return the rows of explained candidates, in the order of the filtered list."""
        order = self._session.queue.order
        return [int(row) for row in order[self.table.codes[order] == Answer.EXPLAINED.code]]

    def fit_of(self, row: int) -> FieldFit | None:
        """Return the fit options of a row's image; None before they are known."""
        ready = self._fields.options_of(row)
        return None if ready is None else ready.fit

    def calibration(self, field: int) -> StarCalibration | None:
        """Return what the stars of an image show; None if unknown, or not known yet."""
        return self._fields.calibration(field)

    def request_field(self, field: int) -> None:
        """Request what the stars of an image show, unless it is known or requested already."""
        if self._error or field in self._requested_fields or field in self._fields.known:
            return
        self._requested_fields.add(field)
        self._ahead.request_field(field)

    def begin(self) -> None:
        """Start the worker process, to open the input and build the PSF before a request."""
        if not self.paused and not self._error:
            self._ahead.begin()

    def hold(self) -> None:
        """Suspend the worker process to leave the CPU to the window; `go_on` must follow soon."""
        self._ahead.hold()

    def go_on(self) -> None:
        """Resume the worker process after `hold`."""
        self._ahead.go_on()

    def request_current(self) -> None:
        """Request the fit of the candidate on screen at once; the window does not block."""
        row = self._session.current_row
        if row >= 0 and not self._error:
            self._wishes.asked.add(row)
            self._wishes.request([row], rest=not self.paused)
            self.changed.emit([row])

    def follow(self, rows: Sequence[int]) -> None:
        """Request first the fits of these rows: the one on screen and those that come next."""
        if self.paused or self._error:
            return
        self._wishes.followed = tuple(rows)
        wanted = [row for row in rows if not self._cache.has_fit_panel(row)]
        if wanted or not self._ahead.running:
            self._wishes.request(wanted)

    def toggle_pause(self) -> None:
        """Pause or resume the background fits."""
        self.paused = not self.paused
        if self._error:
            return
        if not self.paused:
            self._wishes.request([self._session.current_row], anew=True)
        else:
            self._wishes.drop()
        self._update_expected()
        self.changed.emit([self._session.current_row])
        self.progressed.emit()

    def take_stored(self, stored: StoredFits) -> None:
        """Take over results from the session file, except rows with newer ones.

        Results of another signature of options and pixels are left out.
        """
        rows = []
        for key, meta in stored.results:
            row = self._fields.row_of(key)
            ready = None if row is None or row in self.table else self._fields.options_of(row)
            if row is None or ready is None or stored.signature != ready.signature:
                continue
            result = Adjustment.from_meta(meta)
            if result is not None:
                self._take(row, result, ready)
                rows.append(row)
        if rows:
            self.changed.emit(rows)
            self.progressed.emit()

    def close(self) -> None:
        """End the process and store the results; harmless when repeated."""
        if self._closed:
            return
        self._closed = True
        self._ahead.close()
        self._storage.close()

    def _update_expected(self) -> None:
        waiting = not self.paused and not self._error
        hidden = HIDDEN_TEXT if self._error == HIDDEN_TEXT else None
        self._cache.expect_adjusted("fitting..." if waiting else hidden)

    def _update_background(self) -> None:
        """Update the background request, since other images may wait for stored results now."""
        if self._following:
            self._wishes.request_if_waiting_changed()

    @property
    def _following(self) -> bool:
        return self._ahead.running and not self.paused and not self._error

    def _on_queue_changed(self) -> None:
        if self._following:
            self._wishes.request(anew=True)

    def _on_ready(self, ready: Ready) -> None:
        self._fields.add(ready)
        self._report_missing(ready)
        self.measured.emit(ready.field)
        if self._session.complete:
            self._read_stored([ready.field])
        self._update_background()

    def _report_missing(self, ready: Ready) -> None:
        """Report once the one thing that an image lacks, since no fit of it is judged."""
        fields = self._session.source.fields
        if ready.fit.missing and fields[ready.field].shape is not None:
            name = fields[ready.field].name if len(fields) > 1 else ""
            text = f"fits are not judged: {ready.fit.missing}"
            self._session.noticed.emit(f"{name}: {text}" if name else text)

    def _on_grown(self, first_new: int) -> None:
        count = len(self._session.candidates.keys)
        if len(self.table.codes) < count:
            self.table.extend(count)
        if not self.paused and not self._error:
            self._ahead.request_new_rows(range(first_new, count))
        self.progressed.emit()

    def _on_completed(self) -> None:
        self._fields.sign()
        self._storage.sign(self._fields.signature_of)
        self._read_stored(self._fields.known)
        self._update_background()

    def _read_stored(self, fields: Iterable[int]) -> None:
        for number in fields:
            signature = self._fields.signature_in(number)
            if signature:
                self._storage.read(signature)

    def _on_fitted(self, fitted: Fitted) -> None:
        # Results under way at close() still arrive, and are ignored.
        if self._closed:
            return
        keys = self._session.candidates.keys
        for row, result, text in zip(*fitted, strict=True):
            self._wishes.asked.discard(row)
            ready = self._fields.options_of(row)
            if ready is None:
                continue
            if result.residual is not None:
                self._cache.set_fit_panel(row, result.residual, shift=_shift_of(result))
            elif not result.converged:
                self._cache.set_fit_panel(row, None, result.reason)
            self._take(row, replace(result, residual=None), ready)
            if ready.signature or not self._session.complete:
                self._storage.add((str(keys[row]), ready.signature, text))
        self._speed.count(len(self.table))
        self.changed.emit(list(fitted.rows))
        self.progressed.emit()
        if self._rest.count(len(fitted.rows)) and self._following:
            self._wishes.request(anew=True)

    def _take(self, row: int, result: Adjustment, ready: Ready) -> None:
        """Judge a result without pixels by its image's options, and put it into the table."""
        self.table.set(row, result, ready.fit.judge(result))

    def _on_broken(self, reason: str) -> None:
        self._error = reason
        self._wishes.asked.clear()
        self._update_expected()
        self.changed.emit([self._session.current_row])
        self.progressed.emit()


def _shift_of(fit: Adjustment) -> Shift:
    return Shift(fit.dx, fit.dy, not {"dx", "dy"}.isdisjoint(fit.at_bound))


class FitSpeed:
    """Rate of the fits over the last messages since the last pause."""

    def __init__(self) -> None:
        self._arrivals: deque[tuple[float, int]] = deque(maxlen=RATE_MESSAGES)

    def count(self, done: int) -> None:
        """Record the number of finished fits at this time."""
        now = time.monotonic()
        if self._arrivals and now - self._arrivals[-1][0] > PAUSE_SECONDS:
            self._arrivals.clear()
        self._arrivals.append((now, done))

    @property
    def rate(self) -> float:
        """Fits per second; 0 before two messages."""
        if len(self._arrivals) < 2:
            return 0.0
        (start, first), (end, last) = self._arrivals[0], self._arrivals[-1]
        return (last - first) / (end - start) if end > start else 0.0


class FitMetadata(Mapping[str, dict[str, Any]]):
    """The ``adjust_*`` metadata by candidate key, of the fits finished so far.

    Later fits do not change the mapping, so another thread may iterate over it: the metadata of
    100,000 fits, made in the GUI thread, blocked the window for seconds.

    Parameters
    ----------
    candidates : CandidateList
    table : FitTable
    """

    def __init__(self, candidates: CandidateList, table: FitTable) -> None:
        self._candidates = candidates
        self._table = table.copy()

    def __getitem__(self, key: str) -> dict[str, Any]:
        result = self._table.get(self._candidates.row_of(key))
        if result is None:
            raise KeyError(key)
        fit, judgement = result
        return {**fit.as_meta(), **judgement.as_meta()}

    def __iter__(self) -> Iterator[str]:
        return (str(self._candidates.keys[row]) for row in self._table.rows())

    def __len__(self) -> int:
        return len(self._table)
