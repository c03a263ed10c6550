from __future__ import annotations

import pytest

from vetter.core.decisions.decision import Verdict
from vetter.core.fakes.planted_row import make_row
from vetter.core.fakes.practice import practice_answer, practice_plan

SOURCE = make_row("a", "fake", {"snr": 6.2, "place": "source"})
DIPOLE = make_row("b", "artefact", {"artefact": "dipole", "snr": 9.0})


@pytest.mark.parametrize(
    ("row", "verdict", "is_right"),
    [
        (SOURCE, Verdict.ACCEPT, True),
        (SOURCE, Verdict.MAYBE, True),
        (SOURCE, Verdict.REJECT, False),
        (DIPOLE, Verdict.REJECT, True),
        (DIPOLE, Verdict.MAYBE, False),
        (DIPOLE, Verdict.ACCEPT, False),
    ],
)
def test_answer_is_right_by_kind(row, verdict: Verdict, is_right: bool) -> None:
    assert practice_answer(row, verdict).is_right is is_right


def test_answer_names_the_truth() -> None:
    assert (
        practice_answer(SOURCE, Verdict.ACCEPT).text == "a new source of S/N 6 on a galaxy or star"
    )
    text = practice_answer(DIPOLE, Verdict.ACCEPT).text
    assert text == "an artefact: a moved star of S/N 9"


def test_practice_is_half_sources() -> None:
    plan = practice_plan(3)
    assert (plan.fakes, plan.artefacts, plan.seed) == (10, 10, 3)
