from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.fake_field import FieldInMemory, field
from tests.helpers.snapshots import pixels
from vetter.core.display.style import DisplayStyle
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitState, FitStatus
from vetter.gui.card.evidence import Evidence
from vetter.gui.widgets.answer_style import answer_colour
from vetter.gui.widgets.verdict_style import is_dark
from vetter.review.cutouts.rendered_cutout import render_cutout

FIT = Adjustment(True, dx=0.1)


@pytest.fixture
def evidence(qtbot) -> Evidence:
    evidence = Evidence()
    qtbot.addWidget(evidence)
    return evidence


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (FitState(), "not fitted yet: F fits it"),
        (FitState(FitStatus.RUNNING), "fitting..."),
        (
            FitState(FitStatus.FAILED, error="no template plane"),
            "the fit failed: no template plane",
        ),
        (
            FitState(
                FitStatus.DONE, Adjustment(True, dx=0.1), Judgement(Answer.EXPLAINED, "it moved")
            ),
            "explained: it moved",
        ),
    ],
)
def test_each_state_is_told_in_words(evidence: Evidence, state: FitState, words: str) -> None:
    evidence.show_state(state)
    assert evidence.words == words


def test_numbers_of_another_candidate_do_not_stay(evidence: Evidence) -> None:
    evidence.show_state(
        FitState(FitStatus.DONE, Adjustment(True, dx=0.1), Judgement(Answer.NOT_JUDGED, "why"))
    )
    assert evidence.numbers.startswith("dx +0.100")
    evidence.show_state(FitState())
    assert evidence.numbers == ""


def test_a_result_does_not_move_the_panels(evidence: Evidence) -> None:
    before = evidence.height()
    evidence.show_state(
        FitState(FitStatus.DONE, Adjustment(True, dx=0.1), Judgement(Answer.NOT_JUDGED, "w" * 500))
    )
    assert evidence.height() == before
    assert evidence.minimumSizeHint().width() < 100


def test_a_fit_is_not_offered_where_nothing_can_be_fitted(qtbot) -> None:
    planes = field()
    planes["template"] = np.full_like(planes["template"], np.nan)
    del planes["convolved"]
    frames = [
        render_cutout(FieldInMemory(fails=(2,)), 2, 20, DisplayStyle()),
        render_cutout(FieldInMemory(planes), 0, 20, DisplayStyle()),
        render_cutout(FieldInMemory(), 0, 20, DisplayStyle()),
        None,
    ]
    evidence = Evidence("F", lambda: frames[0])
    qtbot.addWidget(evidence)
    said = []
    while frames:
        evidence.show_state(FitState())
        said.append(evidence.words)
        del frames[0]
    assert said == [
        "nothing to fit: C2.fits: wants an image, found none",
        "nothing to fit: needs an image, and a convolved template or a template",
        "not fitted yet: F fits it",
        "not fitted yet: F fits it",
    ]


def test_what_could_not_be_read_names_the_key_that_reads_it_again(qtbot) -> None:
    frame = render_cutout(FieldInMemory(fails=(2,)), 2, 20, DisplayStyle())
    evidence = Evidence("F", lambda: frame, "F5")
    qtbot.addWidget(evidence)
    evidence.show_state(FitState())
    assert evidence.words.endswith("wants an image, found none; F5 reads it again")
    failed = Adjustment(False, reason="no fit: the disk is gone")
    evidence.show_state(
        FitState(FitStatus.DONE, failed, Judgement(Answer.NOT_JUDGED, "no fit: the disk is gone"))
    )
    assert evidence.words == "not judged: no fit: the disk is gone; F5 reads it again"
    frame = render_cutout(FieldInMemory(), 2, 20, DisplayStyle())
    evidence.show_state(
        FitState(FitStatus.DONE, failed, Judgement(Answer.NOT_JUDGED, "no fit: the disk is gone"))
    )
    assert evidence.words == "not judged: no fit: the disk is gone"


def lines_of(evidence: Evidence) -> list[str]:
    """What stands on each line."""
    _, starts = evidence._lay_out()
    ends = [*starts[1:], len(evidence.text())]
    plain = {ord("\N{NO-BREAK SPACE}"): " ", ord("\N{WORD JOINER}"): ""}
    return [evidence.text()[a:b].translate(plain) for a, b in zip(starts, ends, strict=True)]


@pytest.mark.parametrize("width", range(250, 700, 50))
def test_what_a_fit_rests_on_is_broken_after_a_comma(evidence: Evidence, width: int) -> None:
    psf = "PSF from 32 stars of the field"
    fit = Adjustment(True, dx=0.2, template="convolved", box=15, psf=psf, fwhm=3.68)
    evidence.resize(width, evidence.height())
    evidence.show_state(FitState(FitStatus.DONE, fit, Judgement(Answer.EXPLAINED, "it moved")))
    lines = lines_of(evidence)
    for part in ("on convolved", "15 px", psf, "FWHM 3.68"):
        assert any(part in line for line in lines), lines


@pytest.mark.parametrize("width", range(150, 420, 30))
def test_no_number_stands_on_another_line_than_its_name(evidence: Evidence, width: int) -> None:
    fit = Adjustment(True, dx=0.212, dy=0.058, scale=1.01, snr=-4.8, correlation=0.57)
    evidence.resize(width, evidence.height())
    evidence.show_state(FitState(FitStatus.DONE, fit, Judgement(Answer.EXPLAINED, "it moved")))
    lines = lines_of(evidence)
    for part in ("dx +0.212", "dy +0.058 px", "scale 1.010", "surviving S/N -4.8"):
        assert any(part in line for line in lines), lines


@pytest.mark.parametrize("answer", list(Answer))
def test_answer_has_badge_and_bold_word(evidence: Evidence, answer: Answer) -> None:
    evidence.show_state(FitState(FitStatus.DONE, FIT, Judgement(answer, "why")))
    mark = evidence.mark()
    assert mark is not None and evidence.words.startswith(answer.value)
    assert evidence._bold == len(answer.value)
    evidence.resize(500, evidence.height())
    shown = pixels(evidence.grab().toImage()).astype(int)
    tone = answer_colour(answer.code, is_dark(evidence.palette()))
    near = np.abs(shown - (tone.red(), tone.green(), tone.blue())).max(axis=2) < 40
    left = near[:, : round(mark.deviceIndependentSize().width())]
    assert left.sum() >= 8


@pytest.mark.parametrize(
    "state", [FitState(), FitState(FitStatus.RUNNING), FitState(FitStatus.FAILED, error="why")]
)
def test_without_an_answer_there_is_no_badge(evidence: Evidence, state: FitState) -> None:
    evidence.show_state(FitState(FitStatus.DONE, FIT, Judgement(Answer.KEPT, "why")))
    evidence.show_state(state)
    assert evidence.mark() is None and evidence.limits == ""


def test_limits_have_the_unit_of_the_image(qtbot) -> None:
    frame = render_cutout(FieldInMemory(), 0, 20, DisplayStyle())
    evidence = Evidence("F", lambda: frame)
    qtbot.addWidget(evidence)
    frame.cutout.header = fits.Header({"BUNIT": "nJy"})
    judgement = Judgement(Answer.ORDINARY, "why", 310.0, 9.0, 41)
    evidence.show_state(FitState(FitStatus.DONE, FIT, judgement))
    limits = "a source of its flux would survive at S/N 9; limit 310 nJy; calibrated on 41 stars"
    assert evidence.limits == limits
    assert limits in evidence.toolTip()
    assert "limit\N{NO-BREAK SPACE}310\N{NO-BREAK SPACE}nJy" in evidence.text()
