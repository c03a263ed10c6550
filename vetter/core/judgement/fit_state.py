"""Where the fit of a candidate stands."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.disappeared import Judgement

NOTHING_TO_FIT = "needs an image, and a convolved template or a template"


def fittable(plane_names: Sequence[str]) -> bool:
    """Whether these planes are enough for a fit."""
    return "image" in plane_names and not {"convolved", "template"}.isdisjoint(plane_names)


class FitStatus(StrEnum):
    """Stage of a candidate's fit."""

    NOT_ASKED = "not asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class FitState(NamedTuple):
    """Where the fit of one candidate stands.

    ``error`` says in words why it failed, or why none was asked for; ``adjustment`` and
    ``judgement`` are there when it is done.
    """

    status: FitStatus = FitStatus.NOT_ASKED
    adjustment: Adjustment | None = None
    judgement: Judgement | None = None
    error: str = ""
