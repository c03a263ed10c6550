"""The process that fits: opens the input for itself, and answers over a pipe.

A process of its own, niced, since a thread that fits holds the interpreter and makes keys
late. It is started by `vetter.review.fit_ahead` and speaks length-framed pickles on its
standard streams; both ends are this program, and nothing of a user's file is unpickled.
"""

from __future__ import annotations

import os
import pickle
import queue
import struct
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any

from vetter.core.adjustment import Adjustment, failed
from vetter.core.cutout_source import CutoutSource, PsfFwhm
from vetter.core.field_fit import FieldFit, field_fit
from vetter.errors import VetterError
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


def send(stream: IO[bytes], message: object) -> None:
    """Write one message."""
    data = pickle.dumps(message, protocol=5)
    stream.write(struct.pack("<Q", len(data)) + data)
    stream.flush()


def received(stream: IO[bytes]) -> Iterator[Any]:
    """The messages of a stream, until it ends."""
    while len(head := stream.read(8)) == 8:
        data = stream.read(struct.unpack("<Q", head)[0])
        yield pickle.loads(data)


def fitted(source: CutoutSource, fit: FieldFit, rows: Sequence[int]) -> list[Adjustment]:
    """Fit the candidates of these rows; one without a cutout has a result that says so."""
    from vetter.core.adjust import fit_many

    cutouts, results = [], {}
    for row in rows:
        try:
            cutouts.append((row, source.cutout(row, fit.radius)))
        except VetterError as error:
            results[row] = failed(str(error))
    made = fit_many([cutout for _, cutout in cutouts], fit.options)
    results.update({row: result for (row, _), result in zip(cutouts, made, strict=True)})
    return [results[row] for row in rows]


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
    # Whatever a library prints must not get between the messages.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
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
            results = fitted(source, fit, rows)
        else:
            rows = tuple(then.popleft() for _ in range(min(BATCH, len(then))))
            # Residuals are only for what the vetter is about to see.
            results = [replace(result, residual=None) for result in fitted(source, fit, rows)]
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
