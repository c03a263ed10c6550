"""Answers as letters, codes and metadata."""

from __future__ import annotations

import math

import pytest

from vetter.core.fit.adjustment import Adjustment, make_failure
from vetter.core.judgement.answer import ANSWERS, META_KEYS, Answer, Judgement, make_fit_record

LETTERS = {
    Answer.EXPLAINED: "E",
    Answer.VARIABLE: "V",
    Answer.ORDINARY: "O",
    Answer.NOTHING: "N",
    Answer.KEPT: "K",
    Answer.NOT_JUDGED: "?",
}


@pytest.mark.parametrize("answer", Answer)
def test_answer_has_a_letter_and_a_code(answer: Answer) -> None:
    assert answer.letter == LETTERS[answer]
    assert answer.code == list(LETTERS).index(answer) + 1
    assert Answer.from_code(answer.code) is answer and ANSWERS[answer.code - 1] is answer


def test_codes_begin_with_1_for_explained() -> None:
    assert [answer.code for answer in ANSWERS] == [1, 2, 3, 4, 5, 6]
    assert Answer.EXPLAINED.code == 1


@pytest.mark.parametrize(
    ("answer", "disappeared"),
    [
        (Answer.EXPLAINED, True),
        (Answer.KEPT, False),
        (Answer.VARIABLE, False),
        (Answer.ORDINARY, None),
        (Answer.NOTHING, None),
        (Answer.NOT_JUDGED, None),
    ],
)
def test_only_explained_ones_disappeared(answer: Answer, disappeared: bool | None) -> None:
    assert Judgement(answer, "").disappeared is answer.disappeared is disappeared


def test_record_has_no_unknown_values() -> None:
    plain = Judgement(Answer.KEPT, "why")
    assert plain.as_record() == {"adjust_answer": "kept", "adjust_stars": 0}
    assert tuple(plain.as_meta()) == META_KEYS and math.isnan(plain.as_meta()["adjust_power"])
    full = Judgement(Answer.KEPT, "why", 1.5, 2.5, 3)
    assert full.as_record() == full.as_meta()
    assert list(full.as_meta().values()) == ["kept", 1.5, 2.5, 3]


def test_fit_that_could_not_be_read_is_not_stored() -> None:
    kept = Judgement(Answer.KEPT, "")
    assert make_fit_record(make_failure("cut short", unread=True), kept) == {}
    assert make_fit_record(Adjustment(True, dx=0.5), kept) == {
        "adjust_converged": True,
        "adjust_dx": 0.5,
        "adjust_answer": "kept",
        "adjust_stars": 0,
    }
