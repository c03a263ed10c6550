from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from astropy.io import fits
from PyQt6.QtGui import QColor

from tests.helpers.fake_field import FieldInMemory, field
from tests.helpers.snapshots import pixels
from vetter.core.display.style import DisplayStyle
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitState, FitStatus
from vetter.gui.card.evidence import Evidence, Reason
from vetter.gui.card.number_cells import _BROKEN
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


def test_the_numbers_are_cells_at_the_same_place_for_each_candidate(evidence: Evidence) -> None:
    evidence.resize(820, evidence.height())
    places = []
    for fit in (Adjustment(True, dx=0.2, snr=4.0), Adjustment(True, dx=-11.5, at_bound=("dx",))):
        evidence.show_state(FitState(FitStatus.DONE, fit, Judgement(Answer.EXPLAINED, "it moved")))
        assert evidence.cells.shown[:3] == ("chi2/df", "p", "dx")
        places.append(list(evidence.cells._places))
    assert places[0] == places[1]


@pytest.mark.parametrize("lines", [0.4, 0.8, 1.2])
def test_cells_without_room_are_left_out_whole(evidence: Evidence, lines: float) -> None:
    evidence.resize(4000, evidence.height())
    evidence.show_state(FitState(FitStatus.DONE, FIT, Judgement(Answer.EXPLAINED, "it moved")))
    evidence.grab()
    assert len(evidence.cells.shown) == 10
    evidence.resize(int(lines * evidence.cells._end[0]), evidence.height())
    evidence.grab()
    shown = evidence.cells.shown
    assert shown[0] == "chi2/df" and (len(shown) == 10) == (lines > 0.5)


def test_a_number_beyond_its_limit_is_framed_and_told(evidence: Evidence) -> None:
    evidence.resize(1400, evidence.height())
    inside = Adjustment(True, dx=0.2, dy=0.1, scale=1.0, snr=4.0)
    beyond = dataclasses.replace(inside, snr=6.0)
    pictures = []
    for fit in (inside, beyond):
        evidence.show_state(FitState(FitStatus.DONE, fit, Judgement(Answer.KEPT, "why")))
        pictures.append(pixels(evidence.cells.grab().toImage()).astype(int))
        assert ("beyond its limit: S/N, shift and scale free" in evidence.toolTip()) == (
            fit is beyond
        )
    tone = QColor(_BROKEN[is_dark(evidence.palette())])
    near = [
        (np.abs(shown - (tone.red(), tone.green(), tone.blue())).max(axis=2) < 40).sum()
        for shown in pictures
    ]
    assert near[0] == 0 and near[1] > 30


def test_cells_of_an_earlier_candidate_do_not_stay(evidence: Evidence) -> None:
    evidence.show_state(FitState(FitStatus.DONE, FIT, Judgement(Answer.KEPT, "why")))
    evidence.blank()
    assert evidence.cells.shown == () and evidence.reason.text() == ""


@pytest.mark.parametrize("answer", list(Answer))
def test_answer_is_a_chip_before_its_reason(evidence: Evidence, answer: Answer) -> None:
    evidence.show_state(FitState(FitStatus.DONE, FIT, Judgement(answer, "why")))
    mark = evidence.reason.mark()
    assert mark is not None and evidence.words.startswith(answer.value)
    assert evidence.reason.text() == "why"
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
    assert evidence.reason.mark() is None and evidence.limits == ""


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
    values = {cell.caption: cell.value for cell in evidence.cells._cells}
    assert values["flux limit"] == "310 nJy" and values["own flux at S/N"] == "9"


def test_answer_is_that_on_screen(evidence: Evidence) -> None:
    assert evidence.answer == ""
    evidence.show_state(FitState(FitStatus.DONE, FIT, Judgement(Answer.KEPT, "why")))
    assert evidence.answer == "kept"
    evidence.show_state(FitState())
    assert evidence.answer == ""


@pytest.mark.parametrize("has_numbers", [False, True])
def test_narrow_window_gives_the_reason_another_line(qtbot, has_numbers: bool) -> None:
    evidence = Evidence(has_numbers=has_numbers)
    qtbot.addWidget(evidence)
    wide, line = evidence.height(), evidence.reason.height()
    assert wide == line + (evidence.cells.height() if has_numbers else 0)
    evidence.set_narrow(True)
    # Where nothing is ever fitted one line is enough.
    assert evidence.height() == wide + (line - 1 if has_numbers else 0)
    assert evidence.reason.geometry().bottom() < evidence.cells.y() or not has_numbers
    evidence.set_narrow(False)
    assert evidence.height() == wide


@pytest.mark.parametrize(
    ("state", "plain"),
    [
        (FitState(), ": F fits it"),
        (FitState(FitStatus.FAILED, error="no template"), ": no template"),
        (FitState(FitStatus.RUNNING), ""),
    ],
)
def test_state_is_bold_and_what_follows_is_not(
    evidence: Evidence, state: FitState, plain: str
) -> None:
    evidence.resize(600, evidence.height())
    evidence.show_state(state)
    assert evidence.words.endswith(plain)
    shown = pixels(evidence.reason.grab().toImage())
    heads = []
    for bold in (0, len(evidence.words) - len(plain)):
        reason = Reason()
        reason.setPalette(evidence.palette())
        reason.setText(evidence.words)
        reason.set_bold(bold)
        reason.resize(evidence.reason.size())
        heads.append((pixels(reason.grab().toImage()) == shown).all())
    assert heads == [False, True]


@pytest.mark.parametrize(
    ("fit", "again", "words"),
    [("F", "F5", "not fitted yet: F fits it"), ("", "", "not fitted yet")],
)
def test_hints_are_left_out_without_keys(
    evidence: Evidence, fit: str, again: str, words: str
) -> None:
    evidence.set_keys(fit, again)
    evidence.show_state(FitState())
    assert evidence.words == words
    evidence.show_state(FitState(error="no stars"))
    assert evidence.words == f"{words}; a fit is not judged: no stars"
