"""Where the fit of a candidate stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vetter.core.adjustment import Adjustment
from vetter.core.disappeared import Judgement

NOT_ASKED, RUNNING, DONE, FAILED = "not asked", "running", "done", "failed"

NOTHING_TO_FIT = "needs an image, and a convolved template or a template"


def fittable(plane_names: Sequence[str]) -> bool:
    """Whether these planes are enough for a fit."""
    return "image" in plane_names and not {"convolved", "template"}.isdisjoint(plane_names)


class FitState(NamedTuple):
    """Where the fit of one candidate stands.

    ``status`` is 'not asked', 'running', 'done' or 'failed'; ``error`` says in words why it
    failed, or why none was asked for; ``adjustment`` and ``judgement`` are there when it is done.
    """

    status: str = NOT_ASKED
    adjustment: Adjustment | None = None
    judgement: Judgement | None = None
    error: str = ""
