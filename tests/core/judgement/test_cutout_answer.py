"""The answer for scripts: fits where needed, writes metadata, keeps calibrated answers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.helpers.simulated_cutouts import Field, Truth, simulate
from vetter import cutouts
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer
from vetter.core.judgement.star_calibration import StarCalibration

FIELD = Field()
SKY = FIELD.sky_noise()
DIPOLE = Truth(400 * SKY, star=(2.2, 0.0), dx=0.4)
NEW = Truth(30 * SKY, star=(-9.0, 7.0), new=30 * SKY)
BLANK = Truth(30 * SKY, star=(-14.0, 14.0))
VARIABLE = Truth(200 * SKY, scale=1.3)


def make_cutout(truth: Truth, seed: int = 1) -> dict[str, Any]:
    return simulate(FIELD, truth, np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("truth", "answer", "disappeared"),
    [
        (DIPOLE, Answer.EXPLAINED, True),
        (NEW, Answer.KEPT, False),
        (BLANK, Answer.NOTHING, None),
        (VARIABLE, Answer.VARIABLE, False),
    ],
    ids=["dipole", "new", "blank", "variable"],
)
def test_answer_fits_unfitted_cutout(truth: Truth, answer: Answer, disappeared: object) -> None:
    cutout = make_cutout(truth)
    judgement = cutouts.answer(cutout)
    assert judgement.answer is answer, judgement.reason
    assert cutouts.disappeared(cutout) is disappeared
    meta = cutout["meta"]
    assert meta["adjust_answer"] == answer.value
    assert meta["adjust_flux_limit"] == judgement.flux_limit
    assert meta["adjust_power"] == judgement.power
    assert (meta["adjust_stars"], meta["adjust_box"]) == (0, 17.0)
    assert meta["adjust_fit_plane"] is True and meta["adjust_scatter"] > 0
    assert cutout["adjusted"].shape == cutout["image"].shape


def test_answer_uses_earlier_fit() -> None:
    cutout = make_cutout(DIPOLE)
    cutouts.adjust_cutout(cutout, max_shift=0.1, inner=15, fit_bg=True)
    judgement = cutouts.answer(cutout)
    assert cutout["meta"]["adjust_box"] == 15
    assert judgement.answer is Answer.KEPT


def test_new_fit_discards_earlier_answer() -> None:
    cutout = make_cutout(DIPOLE)
    cutouts.answer(cutout)
    cutouts.adjust_cutout(cutout, inner=17, fit_bg=True)
    assert "adjust_answer" not in cutout["meta"]


def test_fit_without_fwhm_names_it() -> None:
    cutout = make_cutout(DIPOLE)
    del cutout["meta"]["fwhm"]
    cutouts.adjust_cutout(cutout, fit_bg=True)
    judgement = cutouts.answer(cutout)
    assert judgement.answer is Answer.NOT_JUDGED
    assert "FWHM" in judgement.reason
    assert cutouts.disappeared(cutout) is None


def test_answer_takes_fwhm_for_its_fit() -> None:
    cutout = make_cutout(NEW)
    del cutout["meta"]["fwhm"]
    assert cutouts.answer(cutout, fwhm=4.0).answer is Answer.KEPT


def test_reference_metadata_are_not_judged() -> None:
    meta = {"adjust_chi2_0": 4e4, "adjust_chi2": 700.0, "adjust_df": 169, "adjust_pval": 0.0}
    judgement = cutouts.answer({"meta": meta})
    assert judgement.answer is Answer.NOT_JUDGED
    assert meta["adjust_answer"] == "not judged"
    assert math.isnan(judgement.power)


def test_calibrated_answer_of_window_stays() -> None:
    cutout = make_cutout(DIPOLE)
    cutouts.answer(cutout)
    cutout["meta"].update(adjust_answer="ordinary", adjust_stars=41, adjust_power=3.0)
    judgement = cutouts.answer(cutout)
    assert (judgement.answer, judgement.stars, judgement.power) == (Answer.ORDINARY, 41, 3.0)
    assert cutouts.disappeared(cutout) is None


@pytest.mark.parametrize(
    ("meta", "calibration", "stars"),
    [
        ({"adjust_stars": 1}, None, 1),
        ({"adjust_stars": 0}, None, 0),
        ({"adjust_stars": None}, None, 0),
        ({"adjust_stars": 41}, StarCalibration(*([np.empty(0)] * 8)), 0),
        ({"adjust_stars": 41, "adjust_answer": "perhaps"}, None, 0),
        ({"adjust_stars": 41, "adjust_answer": None}, None, 0),
    ],
)
def test_answer_stays_where_stars_gave_it_and_none_are_given(
    meta: dict[str, Any], calibration: Any, stars: int
) -> None:
    fit = Adjustment(True, dx=0.1, df=165, chi2=160, chi2_0=1600, snr=1.0)
    cutout = {"meta": {**fit.as_meta(), "adjust_answer": "ordinary", "adjust_power": "x", **meta}}
    judgement = cutouts.answer(cutout, calibration=calibration)
    assert (judgement.answer is Answer.ORDINARY) == (stars > 0)
    assert judgement.stars == stars == cutout["meta"]["adjust_stars"]
    if stars:
        assert judgement.reason == "answered before, by 1 stars" and math.isnan(judgement.power)


def test_template_that_is_not_matched_is_not_judged() -> None:
    cutout = make_cutout(DIPOLE)
    cutout["template"] = cutout.pop("convolved")
    judgement = cutouts.answer(cutout)
    assert judgement.answer is Answer.NOT_JUDGED
    assert "not matched" in judgement.reason
