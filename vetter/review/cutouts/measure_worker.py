"""Worker process of the measures: measures the cutouts that the window sends over a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy.typing as npt

from vetter.core.cutout.cutout import Cutout
from vetter.core.psf.measures.cutout_measures import CutoutMeasures, measure_cutout
from vetter.errors import describe_error
from vetter.io.child_process import open_answer_stream, receive, send

NICENESS = 10


class MeasureTask(NamedTuple):
    """Planes to measure, the candidate's place in them, and the FWHM in pixels, if known.

    ``angle`` is the direction of the cut, degrees from +x towards +y.
    """

    planes: Mapping[str, npt.NDArray[Any]]
    position: tuple[float, float]
    fwhm: float | None
    angle: float


def main() -> None:
    """Serve until the other end closes the pipe."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    tasks = receive(sys.stdin.buffer)
    answers = open_answer_stream()
    try:
        for task in tasks:
            send(answers, measure(task))
    except BrokenPipeError:
        # The window was killed: no process reads the answers.
        os._exit(0)


def measure(task: MeasureTask) -> CutoutMeasures:
    """Measure one cutout; after a failure `CutoutMeasures.reason` holds the reason."""
    try:
        cutout = Cutout(task.planes)
        cutout.middle = task.position
        return measure_cutout(cutout, task.fwhm, task.angle)
    except Exception as error:  # One bad candidate must not end the process.
        return CutoutMeasures(reason=f"not measured: {describe_error(error)}")
