"""When an image's stars are asked about its template, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QObject, pyqtSignal
from vetter.review.fits.judged_fits import FluxCheck

from tests.helpers.plain_source import PlainField, PlainFields, PlainSource
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.settings import Settings


class Stars(QObject):
    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.wanted: list[int] = []
        self.scales: dict[int, list[float]] = {}
        self.all_there: set[int] = set()

    def want(self, field: int = 0) -> None:
        self.wanted.append(field)

    def table(self, field: int = 0) -> np.ndarray:
        scales = self.scales.get(field, [])
        return np.column_stack([np.zeros((len(scales), 4)), scales])

    def done(self, field: int = 0) -> bool:
        return field in self.all_there

    def arrive(self, field: int, scales: list[float], done: bool = True) -> None:
        self.scales[field] = scales
        if done:
            self.all_there.add(field)
        self.changed.emit()


class Session(QObject):
    noticed = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()
        self.source = PlainSource()


class Watched:
    """A check with what it said and found."""

    def __init__(self, count: int = 12) -> None:
        self.session, self.table, self.stars = Session(), FitTable(count), Stars()
        self.check = FluxCheck(self.session, self.table, self.stars)
        self.said: list[str] = []
        self.found: list[tuple[int, str]] = []
        self.session.noticed.connect(self.said.append)
        self.check.fault_found.connect(lambda number, words: self.found.append((number, words)))

    def fit(self, rows: range, scale: float) -> None:
        for row in rows:
            self.table.set(row, Adjustment(True, scale=scale), Judgement(Answer.KEPT, ""))
            self.check.check_flux_units([row])


@pytest.fixture
def watched(qapp) -> Watched:
    return Watched()


def test_stars_are_asked_once_most_fits_find_the_same(watched):
    watched.fit(range(4), 0.5)
    assert watched.stars.wanted == []
    watched.fit(range(4, 9), 0.5)
    assert watched.stars.wanted == [0] and watched.said == []


def test_fits_as_they_should_be_ask_for_nothing(watched):
    watched.fit(range(12), 1.02)
    assert watched.stars.wanted == []


def test_a_list_that_is_shorter_asks_when_all_is_fitted(qapp):
    watched = Watched(2)
    watched.fit(range(2), 2.0)
    assert watched.stars.wanted == [0]


def test_what_the_stars_find_is_said_once(watched):
    watched.fit(range(6), 0.5)
    watched.stars.arrive(0, [0.2] * 9, done=False)
    assert watched.said == []
    watched.stars.arrive(0, [0.2] * 9)
    watched.stars.changed.emit()
    watched.fit(range(6, 12), 0.5)
    assert len(watched.said) == 1 and watched.said[0].startswith("the template is 5 times too")
    assert watched.found == [(0, watched.said[0])]


def test_thirty_stars_do(watched):
    watched.fit(range(6), 0.5)
    watched.stars.arrive(0, [0.2] * 30, done=False)
    assert len(watched.found) == 1


def test_stars_that_are_right_leave_the_candidates_to_themselves(watched):
    watched.fit(range(6), 2.0)
    watched.stars.arrive(0, [1.0] * 9)
    watched.fit(range(6, 12), 2.0)
    assert watched.said == [] and watched.found == []


def test_without_stars_it_is_suspected_and_nothing_is_found(watched):
    watched.fit(range(6), 0.5)
    watched.stars.arrive(0, [])
    watched.fit(range(6, 12), 0.5)
    assert len(watched.said) == 1 and watched.found == []
    assert watched.said[0].startswith("6 of 6 fits find the template at least 2 times too bright")


def test_of_several_images_the_one_is_named(watched):
    fields = [PlainField(name="r1"), PlainField(name="r2")]
    watched.session.source = PlainFields(field_numbers=np.repeat([0, 1], 6))
    watched.session.source.fields = fields
    watched.fit(range(6), 1.0)
    watched.fit(range(6, 12), 0.5)
    assert watched.stars.wanted == [1]
    watched.stars.arrive(1, [0.1] * 8)
    assert watched.said[0].startswith("r2: the template is 10 times too bright")
    assert watched.found[0][0] == 1
