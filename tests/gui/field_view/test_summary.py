"""Sentences of the field view: about a group, the stars, and one candidate among them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.core.judgement.star_calibration import StarCalibration
from vetter.gui.field_view.summary import candidate_summary, group_summary, stars_summary


def fitted(table: FitTable, row: int, dx: float, dy: float, answer: Answer, **more: Any) -> None:
    table.set(row, Adjustment(True, dx=dx, dy=dy, scale=1.0, **more), Judgement(answer, ""))


@pytest.fixture
def table() -> FitTable:
    """Of two thousand candidates three are fitted."""
    table = FitTable(2000)
    fitted(table, 0, 0.5, -0.3, Answer.EXPLAINED)
    fitted(table, 1, 0.5, -0.3, Answer.KEPT)
    fitted(table, 2, np.nan, np.nan, Answer.NOT_JUDGED)
    return table


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([3], "1 selected, not fitted yet"),
        (range(3, 1503), "1,500 selected, not fitted yet"),
        ([0, 1], "2 selected: 1 explained, 1 kept; dx +0.50, dy -0.30 px, scatter 0.00"),
        (
            range(2000),
            "2,000 selected: 1 explained, 1 kept, 1 not judged, 1,997 not fitted yet; "
            "dx +0.50, dy -0.30 px, scatter 0.00",
        ),
        # Without a shift there is no typical one.
        ([2, 3], "2 selected: 1 not judged, 1 not fitted yet"),
    ],
)
def test_group_is_counted_by_answer(table: FitTable, rows: Any, words: str) -> None:
    assert group_summary(np.asarray(rows, np.intp), table) == words


def stars(count: int, **more: Any) -> StarCalibration:
    """Stars along the image's diagonal, all shifted alike."""
    places = 10.0 * np.arange(count)
    values = {"dx": 0.5, "dy": -0.3, "scale": 1.0, "brightness": 9.0, "chi2_ratio": 1.0, "snr": 0.5}
    columns = {name: np.full(count, value) for name, value in {**values, **more}.items()}
    return StarCalibration(x=places, y=places, **columns)


SHIFT = "dx +0.50, dy -0.30 px, scatter 0.00"


@pytest.mark.parametrize(
    ("of", "is_measured", "name", "words"),
    [
        (None, False, "", "measuring the field..."),
        (None, True, "", "no stars to compare"),
        (None, True, "b.fits", "b.fits: no stars to compare"),
        (stars(3, dx=np.nan), True, "", "no stars to compare"),
        (stars(1), True, "", f"1 star of the field: {SHIFT}; too few to calibrate answers"),
        (stars(60), True, "b.fits", f"60 stars of b.fits: {SHIFT}"),
    ],
)
def test_stars_are_counted_and_their_shift_told(
    of: StarCalibration | None, is_measured: bool, name: str, words: str
) -> None:
    assert stars_summary(of, is_measured, name) == words


NEAR = f"({{}} stars around it: {SHIFT})"


@pytest.mark.parametrize(
    ("row", "around", "blind", "words"),
    [
        (0, 0, False, "J000: dx +0.50, dy -0.30 px"),
        (0, 3, False, "J000: dx +0.50, dy -0.30 px"),
        (
            0,
            5,
            False,
            "J000: dx +0.50, dy -0.30 px, shifted as the field is here: misregistration "
            + NEAR.format(5),
        ),
        (
            1,
            5,
            False,
            "J001: dx -0.50, dy -0.30 px, alone in its shift: proper motion, or a source off the "
            "template's " + NEAR.format(5),
        ),
        # An error of 0.25 px on an axis is as large as a fifth of the difference.
        (
            2,
            5,
            False,
            "J002: dx -0.50, dy -0.30 px, as the field is here, to its error of 0.25 px "
            + NEAR.format(5),
        ),
        (3, 0, False, "J003: its shift is on the bound, so it is not measured"),
        (3, 5, False, f"J003: its shift is on the bound, so it is not measured {NEAR.format(5)}"),
        # Fitted without a shift: nothing is said of it.
        (4, 0, False, "J004"),
        (5, 0, False, "J005: not fitted yet"),
        (5, 5, False, f"J005: not fitted yet {NEAR.format(5)}"),
        (5, 0, True, "J005: hidden: blind review"),
        (0, 0, True, "J000: dx +0.50, dy -0.30 px"),
    ],
)
def test_candidate_is_compared_with_the_stars_around_it(
    qapp: Any, row: int, around: int, blind: bool, words: str
) -> None:
    session = FakeSession(candidate_list(6))
    session.is_blind = blind
    table = FitTable(6)
    fitted(table, 0, 0.5, -0.3, Answer.EXPLAINED)
    fitted(table, 1, -0.5, -0.3, Answer.KEPT, shift_err=np.nan)
    fitted(table, 2, -0.5, -0.3, Answer.KEPT, shift_err=0.25)
    fitted(table, 3, 1.0, -0.3, Answer.KEPT, at_bound=("dx",))
    fitted(table, 4, np.nan, np.nan, Answer.NOT_JUDGED)
    calibration = stars(around) if around else None
    fits = SimpleNamespace(table=table, calibration=lambda _field: calibration)
    assert candidate_summary(session, fits, row) == words
