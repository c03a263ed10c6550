"""The columns that fits fill in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vetter.core.fit.adjustment import Adjustment, make_failure
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import (
    COLUMNS,
    DESCRIPTIONS,
    NUMBERS,
    FitTable,
    can_fit,
)

FIT = Adjustment(
    True,
    dx=0.3,
    dy=-0.4,
    scale=1.02,
    chi2_0=500.0,
    chi2=110.0,
    df=100,
    pval=0.2,
    snr=1.5,
    psf_snr=12.0,
    psf_share=0.9,
    shift_share=0.25,
    scale_share=0.5,
)


def test_nothing_is_filled_in_before_a_fit():
    table = FitTable(3)
    assert table.values("disappeared").tolist() == ["", "", ""]
    assert table.values("answer").tolist() == ["", "", ""]
    assert all(np.isnan(table.values(name)).all() for name in NUMBERS)


def test_a_result_fills_its_row_only():
    table = FitTable(3)
    table.set(1, FIT, Judgement(Answer.EXPLAINED, "explained", 310.0, 9.0, 41))
    found = {name: table.values(name)[1] for name in NUMBERS}
    assert found == pytest.approx(
        {
            "chi2_before": 5.0,
            "chi2_after": 1.1,
            "pval": 0.2,
            "shift": 0.5,
            "scale": 1.02,
            "surviving_snr": 1.5,
            "flux_limit": 310.0,
            "power": 9.0,
            "psf_snr": 12.0,
            "psf_share": 0.9,
            "shift_share": 0.25,
            "scale_share": 0.5,
        }
    )
    assert table.values("disappeared").tolist() == ["", "yes", ""]
    assert np.isnan(table.values("shift")[[0, 2]]).all()


@pytest.mark.parametrize("answer", list(Answer))
def test_answer_column_holds_each_word(answer):
    table = FitTable(1)
    table.set(0, FIT, Judgement(answer, ""))
    assert table.values("answer")[0] == answer.value


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (Answer.EXPLAINED, "yes"),
        (Answer.VARIABLE, "no"),
        (Answer.KEPT, "no"),
        (Answer.ORDINARY, "not judged"),
        (Answer.NOTHING, "not judged"),
        (Answer.NOT_JUDGED, "not judged"),
    ],
)
def test_disappeared_column_of_each_answer(answer, word):
    table = FitTable(1)
    table.set(0, FIT, Judgement(answer, ""))
    assert table.values("disappeared")[0] == word


@pytest.mark.parametrize("answer", list(Answer))
def test_judgement_round_trip(answer):
    table = FitTable(2)
    judgement = Judgement(answer, "why", 310.5, 9.25, 41)
    table.set(1, FIT, judgement)
    assert table.get(1)[1] == judgement


def test_answer_counts_of_all_and_some_rows():
    table = FitTable(5)
    for row, answer in enumerate([Answer.KEPT, Answer.VARIABLE, Answer.KEPT]):
        table.set(row, FIT, Judgement(answer, ""))
    counts = table.count_answers()
    assert list(counts) == list(Answer)
    assert {answer: count for answer, count in counts.items() if count} == {
        Answer.KEPT: 2,
        Answer.VARIABLE: 1,
    }
    assert table.count_answers(np.array([0, 1, 4]))[Answer.KEPT] == 1


def test_every_column_has_a_description():
    assert set(DESCRIPTIONS) == set(COLUMNS)


def test_copy_keeps_earlier_results():
    table = FitTable(2)
    table.set(0, FIT, Judgement(Answer.KEPT, "why", 1.0, 2.0, 3))
    copied = table.copy()
    table.set(0, make_failure("gone"), Judgement(Answer.NOT_JUDGED, ""))
    table.set(1, FIT, Judgement(Answer.EXPLAINED, ""))
    fit, judgement = copied.get(0)
    assert repr(fit) == repr(FIT) and judgement == Judgement(Answer.KEPT, "why", 1.0, 2.0, 3)
    assert copied.rows() == [0] and len(copied) == 1 and copied.get(1) is None
    assert copied.values("answer").tolist() == ["kept", ""]


def test_columns_follow_later_results():
    table = FitTable(2)
    words, shifts = table.values("disappeared"), table.values("shift")
    table.set(0, FIT, Judgement(Answer.KEPT, ""))
    assert (words[0], shifts[0]) == ("no", pytest.approx(0.5))


def test_a_fit_without_a_result_has_no_numbers():
    table = FitTable(1)
    table.set(
        0, make_failure("no good pixels"), Judgement(Answer.NOT_JUDGED, "no fit: no good pixels")
    )
    assert np.isnan(table.values("chi2_after")[0])
    assert 0 in table


@pytest.mark.parametrize(("bound", "known"), [(("dx",), True), (("scale",), False)])
def test_shifts_on_their_bound_are_told(bound, known):
    table = FitTable(2)
    table.set(1, replace(FIT, at_bound=bound), Judgement(Answer.KEPT, ""))
    assert table.shifts[1].tolist() == [0.3, -0.4] and np.isnan(table.shifts[0]).all()
    assert table.at_bound.tolist() == [False, known]


def test_a_result_and_its_judgement_are_given_back():
    table = FitTable(3)
    table.set(1, FIT, Judgement(Answer.NOT_JUDGED, "why"))
    fit, judgement = table.get(1)
    assert repr(fit) == repr(FIT) and judgement[:2] == (Answer.NOT_JUDGED, "why")
    assert table.get(0) is None and table.get(-1) is None and table.get(3) is None


def test_a_row_that_is_fitted_again_counts_once():
    table = FitTable(4)
    for row in (3, 1, 3):
        table.set(row, FIT, Judgement(Answer.EXPLAINED, ""))
    assert len(table) == 2 and table.rows() == [1, 3] and 3 in table and 0 not in table


def test_a_result_can_be_judged_again():
    table = FitTable(1)
    table.set(0, FIT, Judgement(Answer.EXPLAINED, "explained"))
    table.judge(0, Judgement(Answer.NOT_JUDGED, "other units"))
    fit, judgement = table.get(0)
    assert repr(fit) == repr(FIT) and judgement[:2] == (Answer.NOT_JUDGED, "other units")
    assert table.values("disappeared")[0] == "not judged" and len(table) == 1


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"df": 0}, "chi2_after", np.nan),
        ({"df": 1}, "chi2_after", 110.0),
        ({"df": 1}, "chi2_before", 500.0),
        ({"dx": 3.0, "dy": 4.0}, "shift", 5.0),
    ],
)
def test_number_of_a_column_is_of_the_fit(changes, name, value):
    table = FitTable(1)
    table.set(0, replace(FIT, **changes), Judgement(Answer.KEPT, ""))
    np.testing.assert_equal(table.values(name)[0], value)


@pytest.mark.parametrize(
    ("error", "snr"), [(0.5, 20.0), (2.0, 5.0), (0.0, np.nan), (np.nan, np.nan)]
)
def test_snr_at_the_fields_shift_needs_an_error(error, snr):
    table = FitTable(1)
    table.set(0, replace(FIT, prior_flux=10.0, prior_flux_err=error), Judgement(Answer.KEPT, ""))
    np.testing.assert_equal(table.prior_snr[0], snr)


def test_longer_table_keeps_its_rows_and_has_none_for_new_ones():
    table = FitTable(1)
    table.set(0, replace(FIT, at_bound=("dx",)), Judgement(Answer.KEPT, "why", 1.0, 2.0, 3))
    table.extend(3)
    assert table.get(0)[1] == Judgement(Answer.KEPT, "why", 1.0, 2.0, 3) and table.get(2) is None
    assert table.at_bound.tolist() == [True, False, False] and table.codes.tolist()[1:] == [0, 0]
    assert table.values("answer").tolist() == ["kept", "", ""]
    assert np.isnan(table.shifts[1:]).all() and np.isnan(table.values("scale")[1:]).all()
    assert np.isnan(table.brightness[1:]).all() and np.isnan(table.prior_snr[1:]).all()
    table.set(2, FIT, Judgement(Answer.EXPLAINED, "new"))
    assert table.rows() == [0, 2] and len(table) == 2 and table.get(2)[1].stars == 0


@pytest.mark.parametrize(
    ("planes", "enough"),
    [
        (("image", "template"), True),
        (("image", "convolved"), True),
        (("image", "diff"), False),
        (("template", "convolved"), False),
    ],
)
def test_fit_needs_an_image_and_a_template(planes, enough):
    assert can_fit(planes) is enough
