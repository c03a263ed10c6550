"""Judgement of results as they come, and anew once stars find a template in other flux units."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.fit_table import FitTable
from vetter.core.judgement.flux_scale import ENOUGH, LEAST, of_fits, of_stars, on_one_side
from vetter.review.fits.field_fits import FieldFits, FieldStars
from vetter.review.fits.fit_messages import Ready
from vetter.review.session import Session
from vetter.review.writer import Stored

AT_ONCE, EVERY_MS = 100, 20

_LOOKED_AT = 200
"""Fits of an image that tell: what is wrong with its template is wrong with all of them."""


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


class FluxCheck(QObject):
    """Asks an image's stars where most of its first fits find the same wrong with its template.

    What is found is said once for each image, as what asks for attention.

    Parameters
    ----------
    session : Session
    table : FitTable
    stars : FieldStars
    """

    found = pyqtSignal(int, str)  # the number of an image, what its stars have against its template

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
        self._asked: set[int] = set()
        self._without: set[int] = set()
        self._said: set[int] = set()
        stars.changed.connect(self._on_stars)

    def look(self, rows: Iterable[int]) -> None:
        """Rows that have a result now."""
        source = self._session.source
        seen = set()
        for row in rows:
            number = source.field_of(row)
            known = self._rows.setdefault(number, set())
            if len(known) < _LOOKED_AT:
                known.add(row)
                seen.add(number)
        for number in seen:
            if number not in self._asked:
                self._ask(number)
            elif number in self._without:
                self._suspect(number)

    def _ask(self, number: int) -> None:
        known = self._rows[number]
        if len(known) >= LEAST or len(known) == len(self._table.codes):
            if on_one_side(self._scales(number), *self._limits):
                self._asked.add(number)
                self._stars.want(number)
                self._on_stars()

    def _on_stars(self) -> None:
        for number in self._asked - self._said - self._without:
            stars = self._stars.table(number)
            done = self._stars.done(number)
            if done or len(stars) >= ENOUGH:
                words = of_stars(stars[:, 4], *self._limits)
                if words is not None:
                    self._say(number, words)
                    if words:
                        self.found.emit(number, words)
                elif done:
                    self._without.add(number)
                    self._suspect(number)

    def _suspect(self, number: int) -> None:
        """No stars tell: what the candidates' fits give reason to suspect, once they are many."""
        if number not in self._said:
            scales, most = self._scales(number), self._session.settings.fit.max_scale
            words = of_fits(scales, *self._limits, most)
            if words:
                self._say(number, words)

    def _say(self, number: int, words: str) -> None:
        self._said.add(number)
        fields = self._session.source.fields
        name = fields[number].name if len(fields) > 1 else ""
        if words:
            self._session.noticed.emit(f"{name}: {words}" if name else words)

    @property
    def _limits(self) -> tuple[float, float]:
        settings = self._session.settings.fit
        return settings.scale_low, settings.scale_high

    def _scales(self, number: int) -> npt.NDArray[np.float64]:
        scales: npt.NDArray[np.float64] = self._table.values("scale")[list(self._rows[number])]
        return scales
