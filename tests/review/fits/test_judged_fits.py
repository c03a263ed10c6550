"""Results of fits with their judgements, which what the stars say can change."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PyQt6.QtCore import QObject, pyqtSignal
from vetter.review.fits.judged_fits import ROWS_PER_BATCH, JudgedFits

from tests.helpers.plain_source import PlainSource
from vetter.core.cutout_source import PsfFwhm
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer
from vetter.core.judgement.field_fit import make_field_fit
from vetter.core.judgement.fit_table import FitTable
from vetter.review.fits.field_fits import FieldFits
from vetter.review.fits.fit_messages import Ready
from vetter.review.writer import StoredFits
from vetter.settings import FitSettings, Settings

COUNT = 2 * ROWS_PER_BATCH + 50
OFF = Adjustment(True, chi2=100.0, df=100, pval=0.5, snr=0.3, scale=0.5, at_bound=("scale",))


class Stars(QObject):
    """Six stars, whose fluxes are a fifth of the template's."""

    changed = pyqtSignal()
    there = False

    def want(self, field: int = 0) -> None:
        pass

    def table(self, field: int = 0) -> np.ndarray:
        return np.full((6 if self.there else 0, 5), 0.2)

    def done(self, field: int = 0) -> bool:
        return self.there


class Session(QObject):
    noticed = pyqtSignal(str)
    complete = True

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()
        self.source = PlainSource()
        rows = {f"C{row}": row for row in range(COUNT)}
        self.candidates = SimpleNamespace(row_of=rows.__getitem__)


class Judged:
    def __init__(self) -> None:
        self.table, self.stars = FitTable(COUNT), Stars()
        session = Session()
        self.fields = FieldFits(session, {})
        self.ready = Ready(make_field_fit(PsfFwhm(3.0, ""), FitSettings(), 20), "mine")
        self.fields.add(self.ready)
        self.fits = JudgedFits(session, self.table, self.fields, self.stars)
        self.changed: list[list[int]] = []
        self.fits.changed.connect(self.changed.append)

    def fit_all(self) -> None:
        for row in range(COUNT):
            self.fits.take(row, OFF, self.ready)
        self.fits.check_flux_units(range(COUNT))

    def find_stars(self) -> None:
        self.stars.there = True
        self.stars.changed.emit()


@pytest.fixture
def judged(qapp):
    made = Judged()
    yield made
    made.fits.close()


def test_a_template_in_other_units_has_all_judged_anew_a_part_at_a_time(judged, qtbot):
    judged.fit_all()
    assert Answer.NOT_JUDGED.code not in judged.table.codes and judged.changed == []
    judged.find_stars()
    qtbot.waitUntil(lambda: (judged.table.codes == Answer.NOT_JUDGED.code).all(), timeout=30000)
    assert [len(rows) for rows in judged.changed] == [ROWS_PER_BATCH, ROWS_PER_BATCH, 50]
    assert sum(judged.changed, []) == list(range(COUNT))


def test_nothing_is_judged_once_it_is_closed(judged, qtbot):
    judged.fit_all()
    judged.find_stars()
    judged.fits.close()
    qtbot.wait(60)
    assert judged.changed == [] and Answer.NOT_JUDGED.code not in judged.table.codes


def test_stored_results_are_taken_where_the_list_has_their_key_and_no_newer_one(judged):
    judged.fits.take(1, OFF, judged.ready)
    meta = OFF.as_meta()
    results = [("C0", meta), ("C1", meta), ("gone", meta), ("C2", {})]
    assert judged.fits.take_stored(StoredFits("older", results, True)) == []
    assert judged.fits.take_stored(StoredFits("mine", results, True)) == [0]
    assert judged.table.rows() == [0, 1]
