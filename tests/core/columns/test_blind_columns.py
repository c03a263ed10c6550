from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.columns.blind_columns import hide_columns, is_hidden_column

SCORES = (
    "rb drb realBogus real_bogus RB reliability SCIMLSCORE braai acai_h score mlscore score_1 "
    "rf_snn_ia_vs_nonia snn_snia_vs_nonia classtar sgscore1 prob_real CLASS classification "
    "isdiffpos_prob stamp_classifier label vra_real is_real p_bogus realness cnn_confidence "
    "y_pred ground_truth pixelFlags_injectedCenter"
).split()
RESULTS = "adjust_dx adjust_answer adjust_chi2 disappeared answer".split()
DECISIONS = "verdict vet_verdict tags comment reviewer decided_at verdict_original".split()
PLAIN = (
    "id objectId ra dec x y mag magpsf sigmapsf snr fwhm jd filter ndethist psfFlux distnr "
    "isdiffpos template background orb_id absorbed bright carbon garb classical"
).split()


@pytest.mark.parametrize("name", [*SCORES, *RESULTS, *DECISIONS])
def test_column_that_tells_the_answer_is_hidden(name: str) -> None:
    assert is_hidden_column(name)


@pytest.mark.parametrize("name", PLAIN)
def test_plain_column_stays(name: str) -> None:
    assert not is_hidden_column(name)


def make_list(**columns: list[object]) -> CandidateList:
    table = Table({"id": ["a", "b"], **columns})
    nothing = np.full(2, np.nan)
    keys = np.array(["a", "b"])
    return CandidateList(table, Roles(key="id", name="label"), keys, *(nothing,) * 4)


def test_hidden_columns_leave_the_list() -> None:
    listed = hide_columns(make_list(label=["A", "B"], rb=[0.1, 0.9], mag=[18.0, 19.0]))
    assert listed.columns == ["id", "label", "mag"]
    assert listed.name(1) == "B"


def test_list_without_scores_is_unchanged() -> None:
    listed = make_list(label=["A", "B"])
    assert hide_columns(listed) is listed
