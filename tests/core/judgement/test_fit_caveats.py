"""What keeps a fit from being judged, and what it says it rests on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.helpers.simulated_cutouts import Field, Truth, simulate
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import Provenance
from vetter.core.fit.adjust import adjust_cutout, fit
from vetter.core.fit.adjustment import FitOptions
from vetter.core.judgement.disappeared import disappeared


def cutout(
    provenance: dict[str, Provenance] | None = None,
    template: str = "convolved",
    notes: dict[str, str] | None = None,
) -> Cutout:
    made = simulate(Field(), Truth(20000.0, dx=0.3), np.random.default_rng(3))
    meta = made.pop("meta")
    made[template] = made.pop("convolved")
    return Cutout(made, meta, notes=notes, provenance=provenance)


def judged(which: Cutout) -> bool | None:
    assert adjust_cutout(which, inner=17, max_shift=1, max_scale=2, fit_bg=True)
    return disappeared(which, max_snr=5.0)


def test_a_matched_template_is_judged() -> None:
    assert judged(cutout()) is True


def test_an_estimated_err_is_not_judged() -> None:
    assert judged(cutout({"err": Provenance.ESTIMATED})) is None


def test_measured_err_is_judged() -> None:
    assert judged(cutout({"err": Provenance.MEASURED})) is True


def test_a_converted_err_is_judged() -> None:
    assert judged(cutout({"err": Provenance.CONVERTED})) is True


def test_words_of_a_note_do_not_decide_on_judgement() -> None:
    notes = {"err": "estimated and reprojected by hand", "convolved": "reprojected by hand"}
    assert judged(cutout(notes=notes)) is True


def test_a_reprojected_template_is_not_judged() -> None:
    assert judged(cutout({"convolved": Provenance.REPROJECTED})) is None


def test_a_template_that_was_not_convolved_is_not_judged() -> None:
    assert judged(cutout(template="template")) is None


def test_a_template_said_to_be_matched_is_judged() -> None:
    made = cutout(template="template")
    made["meta"]["template_matched"] = True
    assert judged(made) is True


@pytest.mark.parametrize("fwhm", [None, "?", np.nan, 0, -3.0])
def test_without_a_fwhm_nothing_is_measured(fwhm: Any) -> None:
    made = cutout()
    made["meta"]["fwhm"] = fwhm
    result = fit(made, FitOptions(1, 2, 13, None, True))
    assert np.isnan([result.fwhm, result.snr, result.flux]).all()


def test_a_cutout_smaller_than_the_psfs_box_says_so() -> None:
    result = fit(cutout(), FitOptions(1, 2, 13, None, True, fwhm=12.0))
    assert np.isnan(result.snr)
    assert any("4 FWHM + 1 = 49 px" in note for note in result.notes)
