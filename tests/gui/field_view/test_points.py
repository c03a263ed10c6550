"""Points of the field view, collected from the list, the fits and the stars."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.decisions.decision import Verdict
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import NOT_FITTED, Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.core.judgement.star_calibration import StarCalibration
from vetter.gui.field_view.points import Points, collect_points, shown_field


class Fields:
    """Candidates by turns on two images."""

    def field_of(self, row: int) -> int:
        return row % 2

    def on_field(self, rows: np.ndarray, field: int) -> np.ndarray:
        return rows % 2 == field


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    session = FakeSession(candidate_list(7))
    session.source = Fields()
    return session


STARS = StarCalibration(
    x=np.array([1.0, 2.0]),
    y=np.array([3.0, 4.0]),
    dx=np.array([0.1, 0.2]),
    dy=np.array([0.3, 0.4]),
    **{name: np.ones(2) for name in ("brightness", "scale", "chi2_ratio", "snr")},
)


def test_no_points_have_the_shapes_of_some() -> None:
    none = Points()
    shapes = [none.places.shape, none.shifts.shape, none.stars.shape]
    assert shapes == [(0, 2), (0, 2), (0, 4)]
    columns = "rows scales states bound decided brightness chi2 snr".split()
    assert {getattr(none, name).shape for name in columns} == {(0,)}


def test_stars_are_places_and_shifts() -> None:
    assert Points(calibration=STARS).stars.tolist() == [[1.0, 3.0, 0.1, 0.3], [2.0, 4.0, 0.2, 0.4]]


@pytest.mark.parametrize(("row", "field"), [(-1, 0), (0, 0), (1, 1), (6, 0)])
def test_image_is_that_of_the_current_candidate(session: FakeSession, row: int, field: int) -> None:
    session.current_row = row
    assert shown_field(session) == field


def test_points_are_the_listed_candidates_of_the_image(session: FakeSession) -> None:
    asked: list[int] = []
    fits = SimpleNamespace(
        table=FitTable(7), calibration=lambda field: asked.append(field) or STARS
    )
    fit = Adjustment(True, dx=0.5, dy=-0.3, scale=2.0, chi2=30.0, df=20, at_bound=("dy",))
    fits.table.set(3, fit, Judgement(Answer.KEPT, ""))
    session.say(5, verdict=Verdict.LATER)
    session.current_row = 1
    session.queue.sort_by("mag", True)
    session.queue.set_filter("mag > 18.2")
    points = collect_points(session, fits)
    # Rows 1, 3 and 5 are on its image; the first is left out by the filter.
    assert points.rows.tolist() == [5, 3]
    assert points.places.tolist() == [[15.0, 25.25], [13.0, 23.25]]
    assert points.shifts[1].tolist() == [0.5, -0.3] and np.isnan(points.shifts[0]).all()
    assert points.scales[1] == 2.0 and points.chi2[1] == 1.5
    assert points.states.tolist() == [NOT_FITTED, Answer.KEPT.code]
    assert points.bound.tolist() == [False, True] and points.decided.tolist() == [True, False]
    assert asked == [1] and points.calibration is STARS
