"""The columns that fits fill in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vetter.core.fit.adjustment import Adjustment, make_failure
from vetter.core.judgement.answer import Judgement
from vetter.core.judgement.fit_table import COLUMNS, FitTable

FIT = Adjustment(
    True, dx=0.3, dy=-0.4, scale=1.02, chi2_0=500.0, chi2=110.0, df=100, pval=0.2, snr=1.5
)


def test_nothing_is_filled_in_before_a_fit():
    table = FitTable(3)
    assert table.values("disappeared").tolist() == ["", "", ""]
    assert all(np.isnan(table.values(name)).all() for name in COLUMNS[1:])


def test_a_result_fills_its_row_only():
    table = FitTable(3)
    table.set(1, FIT, Judgement(True, "explained"))
    found = {name: table.values(name)[1] for name in COLUMNS[1:]}
    assert found == pytest.approx(
        {
            "chi2_before": 5.0,
            "chi2_after": 1.1,
            "pval": 0.2,
            "shift": 0.5,
            "scale": 1.02,
            "surviving_snr": 1.5,
        }
    )
    assert table.values("disappeared").tolist() == ["", "yes", ""]
    assert np.isnan(table.values("shift")[[0, 2]]).all()


@pytest.mark.parametrize(("answer", "word"), [(True, "yes"), (False, "no"), (None, "not judged")])
def test_the_three_answers_have_words(answer, word):
    table = FitTable(1)
    table.set(0, FIT, Judgement(answer, ""))
    assert table.values("disappeared")[0] == word


def test_columns_follow_later_results():
    table = FitTable(2)
    words, shifts = table.values("disappeared"), table.values("shift")
    table.set(0, FIT, Judgement(False, ""))
    assert (words[0], shifts[0]) == ("no", pytest.approx(0.5))


def test_a_fit_without_a_result_has_no_numbers():
    table = FitTable(1)
    table.set(0, make_failure("no good pixels"), Judgement(None, "no fit: no good pixels"))
    assert np.isnan(table.values("chi2_after")[0])
    assert 0 in table


@pytest.mark.parametrize(("bound", "known"), [(("dx",), True), (("scale",), False)])
def test_shifts_on_their_bound_are_told(bound, known):
    table = FitTable(2)
    table.set(1, replace(FIT, at_bound=bound), Judgement(False, ""))
    assert table.shifts[1].tolist() == [0.3, -0.4] and np.isnan(table.shifts[0]).all()
    assert table.at_bound.tolist() == [False, known]


def test_a_result_and_its_judgement_are_given_back():
    table = FitTable(3)
    table.set(1, FIT, Judgement(None, "why"))
    fit, judgement = table.get(1)
    assert repr(fit) == repr(FIT) and judgement == Judgement(None, "why")
    assert table.get(0) is None and table.get(-1) is None and table.get(3) is None


def test_a_row_that_is_fitted_again_counts_once():
    table = FitTable(4)
    for row in (3, 1, 3):
        table.set(row, FIT, Judgement(True, ""))
    assert len(table) == 2 and table.rows() == [1, 3] and 3 in table and 0 not in table


def test_a_result_can_be_judged_again():
    table = FitTable(1)
    table.set(0, FIT, Judgement(True, "explained"))
    table.judge(0, Judgement(None, "other units"))
    fit, judgement = table.get(0)
    assert repr(fit) == repr(FIT) and judgement == Judgement(None, "other units")
    assert table.values("disappeared")[0] == "not judged" and len(table) == 1
