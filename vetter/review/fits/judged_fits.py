"""Judgement of results as they arrive, and again if stars find a template in other flux units."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.fit_table import FitTable
from vetter.core.judgement.flux_scale import (
    MAX_FITTED_STARS,
    MIN_SCALES,
    check_fits,
    check_stars,
    find_common_side,
)
from vetter.review.fits.field_fits import FieldFits, FieldStars
from vetter.review.fits.fit_messages import Ready
from vetter.review.session import Session
from vetter.review.writer import StoredFits

ROWS_PER_BATCH, BATCH_INTERVAL_MS = 100, 20
"""100 fits are judged again every 20 ms: a hundred thousand at once would delay a key."""

_MAX_CHECKED_FITS = 200
"""The first 200 fits of an image are enough, since a wrong template is wrong in all of them."""


class JudgedFits(QObject):
    """Results of fits, judged and put into the table.

    Results and stars also show faults of each image's template; a caveat from the stars applies
    to results judged before, too.

    Parameters
    ----------
    session : Session
    table : FitTable
        The results so far.
    fields : FieldFits
        The fit options of each image.
    stars : FieldStars
    """

    changed = pyqtSignal(object)  # list of rows that are judged again

    def __init__(
        self,
        session: Session,
        table: FitTable,
        fields: FieldFits,
        stars: FieldStars,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._table, self._fields = session, table, fields
        self._flux = FluxCheck(session, table, stars, self)
        self._flux.fault_found.connect(self._on_unlike)
        self._rows: list[int] = []
        self._closed = False
        self._batch_timer = QTimer(self)
        self._batch_timer.setInterval(BATCH_INTERVAL_MS)
        self._batch_timer.timeout.connect(self._judge_batch)

    def take(self, row: int, result: Adjustment, ready: Ready) -> None:
        """Judge a result without pixels by its image's options, and put it into the table."""
        self._table.set(row, result, ready.fit.judge(result))

    def take_stored(self, stored: StoredFits) -> list[int]:
        """Take over results from the session file, except rows with newer ones; return the rows.

        Results of another signature of options and pixels are left out.
        """
        rows = []
        for key, meta in stored.results:
            row = self._fields.row_of(key)
            if row is None or row in self._table:
                continue
            ready = self._fields.options_of(row)
            if ready is not None and stored.signature == ready.signature:
                result = Adjustment.from_meta(meta)
                if result is not None:
                    self.take(row, result, ready)
                    rows.append(row)
        return rows

    def check_flux_units(self, rows: Iterable[int]) -> None:
        """Check the flux units of templates, given rows whose new results are shown already."""
        self._flux.check_flux_units(rows)

    def close(self) -> None:
        """Stop judging."""
        self._closed = True
        self._batch_timer.stop()

    def _on_unlike(self, number: int, caveat: str) -> None:
        # Stars on their way arrive even after the worker process has ended.
        if self._closed:
            return
        self._fields.add_caveat(number, caveat)
        rows = np.array(self._table.rows(), np.intp)
        self._rows += rows[self._session.source.on_field(rows, number)].tolist()
        self._batch_timer.start()

    def _judge_batch(self) -> None:
        """Judge the next `ROWS_PER_BATCH` of the rows again."""
        rows, self._rows = self._rows[:ROWS_PER_BATCH], self._rows[ROWS_PER_BATCH:]
        if not self._rows:
            self._batch_timer.stop()
        for row in rows:
            result, ready = self._table.get(row), self._fields.options_of(row)
            if result is not None and ready is not None:
                self._table.judge(row, ready.fit.judge(result[0]))
        self.changed.emit(rows)


class FluxCheck(QObject):
    """Check of each image's flux units, by its stars if most of its first fits show one fault.

    A finding is shown once for each image, as a message that asks for attention.

    Parameters
    ----------
    session : Session
    table : FitTable
    stars : FieldStars
    """

    fault_found = pyqtSignal(int, str)  # the number of an image, its stars' caveat on its template

    def __init__(
        self,
        session: Session,
        table: FitTable,
        stars: FieldStars,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._table, self._stars = session, table, stars
        self._rows: dict[int, set[int]] = {}
        self._requested: set[int] = set()
        self._without_stars: set[int] = set()
        self._reported: set[int] = set()
        stars.changed.connect(self._on_stars)

    def check_flux_units(self, rows: Iterable[int]) -> None:
        """Check the images of rows that have a result now."""
        source = self._session.source
        updated = set()
        for row in rows:
            number = source.field_of(row)
            known = self._rows.setdefault(number, set())
            if len(known) < _MAX_CHECKED_FITS:
                known.add(row)
                updated.add(number)
        for number in updated:
            if number not in self._requested:
                self._request_stars(number)
            elif number in self._without_stars:
                self._report_suspicion(number)

    def _request_stars(self, number: int) -> None:
        known = self._rows[number]
        if len(known) >= MIN_SCALES or len(known) == len(self._table.codes):
            if find_common_side(self._scales(number), *self._limits):
                self._requested.add(number)
                self._stars.want(number)
                self._on_stars()

    def _on_stars(self) -> None:
        for number in self._requested - self._reported - self._without_stars:
            stars = self._stars.table(number)
            done = self._stars.done(number)
            if done or len(stars) >= MAX_FITTED_STARS:
                fluxes = stars[:, 5] if stars.shape[1] > 5 else None
                caveat = check_stars(stars[:, 4], *self._limits, fluxes)
                if caveat is not None:
                    self._report(number, caveat)
                    if caveat:
                        self.fault_found.emit(number, caveat)
                elif done:
                    self._without_stars.add(number)
                    self._report_suspicion(number)

    def _report_suspicion(self, number: int) -> None:
        """Report what the candidates' fits, once they are many, suggest if stars show nothing."""
        if number not in self._reported:
            scales, max_scale = self._scales(number), self._session.settings.fit.max_scale
            caution = check_fits(scales, *self._limits, max_scale)
            if caution:
                self._report(number, caution)

    def _report(self, number: int, caution: str) -> None:
        self._reported.add(number)
        fields = self._session.source.fields
        name = fields[number].name if len(fields) > 1 else ""
        if caution:
            self._session.noticed.emit(f"{name}: {caution}" if name else caution)

    @property
    def _limits(self) -> tuple[float, float]:
        settings = self._session.settings.fit
        return settings.scale_low, settings.scale_high

    def _scales(self, number: int) -> npt.NDArray[np.float64]:
        scales: npt.NDArray[np.float64] = self._table.values("scale")[list(self._rows[number])]
        return scales
