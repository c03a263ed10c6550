"""What the fits found is made into metadata for what is exported only."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.fake_session import candidate_list
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.review.fits.fits import FitMetadata

FIT = Adjustment(True, dx=0.25, notes=("one", "two"), chi2=np.inf)
JUDGEMENT = Judgement(Answer.EXPLAINED, "", 310.0, 9.0, 41)


@pytest.fixture
def table() -> FitTable:
    table = FitTable(3)
    table.set(1, FIT, JUDGEMENT)
    return table


def test_the_metadata_are_those_of_the_fits_by_key(table):
    candidates = candidate_list(3)
    found = FitMetadata(candidates, table)
    key = str(candidates.keys[1])
    assert list(found) == [key] and len(found) == 1
    meta = {**FIT.as_meta(), **JUDGEMENT.as_meta()}
    assert str(found[key]) == str(meta)
    assert (meta["adjust_answer"], meta["adjust_power"]) == ("explained", 9.0)


@pytest.mark.parametrize("row", [0, 3])
def test_a_candidate_without_a_fit_has_none(table, row):
    """Nor has one that was listed after the table was made."""
    candidates = candidate_list(4)
    assert str(candidates.keys[row]) not in FitMetadata(candidates, table)


def test_what_is_fitted_later_is_not_among_them(table):
    candidates = candidate_list(3)
    found = FitMetadata(candidates, table)
    table.set(0, FIT, Judgement(Answer.EXPLAINED, ""))
    table.set(1, Adjustment(False, "gone"), Judgement(Answer.NOT_JUDGED, ""))
    assert list(found) == [str(candidates.keys[1])]
    assert found[str(candidates.keys[1])]["adjust_converged"]


def test_none_is_made_before_it_is_asked_for(table, monkeypatch):
    made = []
    monkeypatch.setattr(Adjustment, "as_meta", lambda fit: made.append(fit.dx) or {})
    candidates = candidate_list(3)
    found = FitMetadata(candidates, table)
    assert made == []
    found[str(candidates.keys[1])]
    assert made == [0.25]
