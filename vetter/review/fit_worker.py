"""The process that fits: opens the input for itself, and answers over a pipe.

A process of its own, niced, since a thread that fits holds the interpreter and makes keys
late. It is started by `vetter.review.fit_ahead`.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

from vetter.core.adjustment import Adjustment
from vetter.core.cutout_source import CutoutSource, PsfFwhm
from vetter.core.field_fit import FieldFit, field_fit, fit_rows
from vetter.errors import VetterError
from vetter.io.own_process import answering_stream, received, send
from vetter.review.star_survey import StarFits, StarWish, survey
from vetter.settings import FitSettings

NICENESS = 10
BATCH = 16
"""Cutouts fitted together in the background: many are faster, few let a wish come through."""


@dataclass(frozen=True, slots=True)
class Start:
    """The first message: what to open and how to fit it."""

    record: dict[str, Any]
    settings: FitSettings
    radius: float


@dataclass(frozen=True, slots=True)
class Ready:
    """The first answer: the fit's options and what their results are kept under."""

    fit: FieldFit
    signature: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """Rows to fit: ``first`` at once and in this order, then the others in batches.

    ``then`` None: go on with the others as they were wished for before. Rows of ``first``
    are fitted even if they were before, and come with their residual.
    """

    first: tuple[int, ...]
    then: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Fitted:
    """Results, one for each row."""

    rows: tuple[int, ...]
    adjustments: tuple[Adjustment, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """The input could not be opened here: no fit can be made, and why."""

    reason: str


def main() -> None:
    """Serve until the other end closes the pipe."""
    try:
        _main()
    except BrokenPipeError:
        # The window was killed; nobody wants the answers.
        os._exit(0)


def _main() -> None:
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    wishes: queue.SimpleQueue[Wishes | StarWish | None] = queue.SimpleQueue()
    messages = received(sys.stdin.buffer)
    answers = answering_stream()
    start = next(messages, None)
    if not isinstance(start, Start):
        # The window went away before it said anything.
        return
    try:
        source, fit, signature = _opened(start)
    except VetterError as error:
        send(answers, Broken(str(error)))
        return
    send(answers, Ready(fit, signature))
    reader = threading.Thread(target=_listen, args=(messages, wishes), daemon=True)
    reader.start()
    _serve(source, fit, wishes, answers)


def _opened(start: Start) -> tuple[CutoutSource, FieldFit, str]:
    from vetter.io.inputs import InputOptions, open_input

    record = start.record
    options = InputOptions.from_keywords(**dict(record.get("options", {})))
    source = open_input(list(record["inputs"]), options)
    fwhm: PsfFwhm | None = source.fwhm()
    fit = field_fit(fwhm, start.settings, start.radius)
    return source, fit, fit.signature(source.fingerprints)


def _listen(messages: Iterator[Any], wishes: queue.SimpleQueue[Wishes | StarWish | None]) -> None:
    for message in messages:
        wishes.put(message)
    wishes.put(None)


def _serve(
    source: CutoutSource,
    fit: FieldFit,
    wishes: queue.SimpleQueue[Wishes | StarWish | None],
    answers: IO[bytes],
) -> None:
    first: tuple[int, ...] = ()
    then: deque[int] = deque()
    stars: Iterator[StarFits] = iter(())
    surveying = False
    while True:
        idle = not first and not then and not surveying
        while idle or not wishes.empty():
            newest = wishes.get()
            if newest is None:
                return
            if isinstance(newest, StarWish):
                stars, surveying, idle = survey(source, fit), True, False
                continue
            first, idle = newest.first, False
            if newest.then is not None:
                then = deque(newest.then)
        if first:
            rows, first = first[:1], first[1:]
            results = fit_rows(source, fit, rows)
        else:
            rows = tuple(then.popleft() for _ in range(min(BATCH, len(then))))
            # Residuals are only for what the vetter is about to see.
            results = [replace(result, residual=None) for result in fit_rows(source, fit, rows)]
        if rows:
            send(answers, Fitted(rows, tuple(results)))
        if surveying and not first:
            surveying = _send_stars(stars, answers)


def _send_stars(stars: Iterator[StarFits], answers: IO[bytes]) -> bool:
    """The stars of one more part of the field; False where there are no more."""
    try:
        part = next(stars, StarFits((), 0))
    except VetterError:
        # Without its stars the field shows its candidates all the same.
        part = StarFits((), 0)
    send(answers, part)
    return part.left > 0
