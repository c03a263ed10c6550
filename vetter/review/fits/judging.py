"""Results of fits judged as they come, and anew once stars find a template in other units."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.fit_table import FitTable
from vetter.review.fits.field_fits import FieldFits
from vetter.review.fits.field_stars import FieldStars
from vetter.review.fits.fit_messages import Ready
from vetter.review.fits.flux_check import FluxCheck
from vetter.review.session import Session
from vetter.review.writer import Stored

AT_ONCE, EVERY_MS = 100, 20


class JudgedFits(QObject):
    """Puts results into the table with their judgements.

    Watches what they and the stars say of each image's template; what the stars have against it
    stands against those that were judged before, too.

    Parameters
    ----------
    session : Session
    table : FitTable
        What was found by now.
    fields : FieldFits
        How each image's results are judged.
    stars : FieldStars
    """

    changed = pyqtSignal(object)  # list of rows that are judged anew

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
        self._flux.found.connect(self._on_unlike)
        self._rows: list[int] = []
        self._closed = False
        self._soon = QTimer(self)
        self._soon.setInterval(EVERY_MS)
        self._soon.timeout.connect(self._judge)

    def take(self, row: int, result: Adjustment, ready: Ready) -> None:
        """Judge a result, without its pixels, as is said of its image."""
        self._table.set(row, result, ready.fit.judge(result))

    def take_stored(self, stored: Stored) -> list[int]:
        """Results that the session file holds, but where there are newer ones; the rows taken.

        Those of another signature of options and pixels are left out.
        """
        rows = []
        for key, meta in stored.results:
            row = self._fields.row_of(key)
            if row is None or row in self._table:
                continue
            ready = self._fields.of(row)
            if ready is not None and stored.signature == ready.signature:
                result = Adjustment.from_meta(meta)
                if result is not None:
                    self.take(row, result, ready)
                    rows.append(row)
        return rows

    def look(self, rows: Iterable[int]) -> None:
        """Rows that have a result now, told to whoever shows them: see what they say of units."""
        self._flux.look(rows)

    def close(self) -> None:
        """Judge no more."""
        self._closed = True
        self._soon.stop()

    def _on_unlike(self, number: int, words: str) -> None:
        # Stars that were on their way arrive after the process has ended.
        if self._closed:
            return
        self._fields.hold_against(number, words)
        rows = np.array(self._table.rows(), np.intp)
        self._rows += rows[self._session.source.on_field(rows, number)].tolist()
        self._soon.start()

    def _judge(self) -> None:
        """A part at a time: a hundred thousand at once would make a key late."""
        rows, self._rows = self._rows[:AT_ONCE], self._rows[AT_ONCE:]
        if not self._rows:
            self._soon.stop()
        for row in rows:
            result, ready = self._table.get(row), self._fields.of(row)
            if result is not None and ready is not None:
                self._table.judge(row, ready.fit.judge(result[0]))
        self.changed.emit(rows)
