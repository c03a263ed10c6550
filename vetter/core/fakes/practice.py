"""A practice: a short burst of test rows alone, each with its answer after the verdict."""

from __future__ import annotations

from typing import NamedTuple

from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.plan import PlantPlan
from vetter.core.fakes.planted_row import FAKE, truth_of

SOURCES, ARTEFACTS = 10, 10
"""Half of the burst are targets: people who have just met many miss fewer (Wolfe et al. 2007,
J. Exp. Psychol. Gen. 136, 623)."""
AGAIN_AFTER = 500
"""Verdicts after which a practice is offered again."""


def practice_plan(seed: int) -> PlantPlan:
    """Return the plan of a practice."""
    return PlantPlan(fakes=SOURCES, artefacts=ARTEFACTS, practice=1, seed=seed)


class PracticeAnswer(NamedTuple):
    """The truth of a test row in words, and whether the verdict was right.

    A source is right with accept or maybe, an artefact with reject.
    """

    is_right: bool
    text: str


def practice_answer(row: PlantedRow, verdict: Verdict) -> PracticeAnswer:
    """Return the answer after a verdict on a test row."""
    truth = truth_of(row)
    ratio = truth.get("snr")
    snr = f" of S/N {ratio:.0f}" if isinstance(ratio, (int, float)) else ""
    if row.kind == FAKE:
        place = " on a galaxy or star" if truth.get("place") == "source" else ""
        is_right = verdict in (Verdict.ACCEPT, Verdict.MAYBE)
        return PracticeAnswer(is_right, f"a new source{snr}{place}")
    text = "a moved star" if truth.get("artefact") == "dipole" else "a hit of single pixels"
    return PracticeAnswer(verdict is Verdict.REJECT, f"an artefact: {text}{snr}")
