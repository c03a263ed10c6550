"""Measuring in this process, for tests of windows with measures."""

from __future__ import annotations

from tests.helpers.child_here import ChildHere
from vetter.core.psf.measures.cutout_measures import CutoutMeasures
from vetter.review.cutouts.measure_worker import MeasureTask, measure


class MeasuringHere(ChildHere):
    """Answer a request for measures at once."""

    def answers(self, message: MeasureTask) -> list[CutoutMeasures]:
        return [measure(message)]
