"""The worker process of the fits: opens the input for itself, and answers over a pipe.

A process of its own, niced, since a thread that fits holds the interpreter and delays keys.
`vetter.review.fits.fit_process` starts it. Before the first candidate of an image it measures what
the fits need, and what the image's stars show: see `vetter.io.field.stars.measuring`.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import IO, Any, NoReturn

from vetter.core.cutout_source import CutoutSource
from vetter.core.judgement.answer import make_fit_record
from vetter.core.judgement.field_fit import FieldFit, fit_rows, make_field_fit
from vetter.errors import VetterError
from vetter.io.child_process import open_answer_stream, receive, send
from vetter.io.field.stars.measuring import prepare_field_fit
from vetter.io.session.format.rows import plain_meta
from vetter.review.fits.fit_messages import (
    FieldRequest,
    FitRequest,
    Fitted,
    NewRows,
    Ready,
    Request,
    WorkerFailed,
    WorkerStart,
)

NICENESS = 10
BACKGROUND_BATCH = 16
"""16 background cutouts fitted together: more are faster, fewer let the next request in sooner."""
NEXT_BATCH = 8
"""8 cutouts fitted together of those that the user comes to next."""


def main() -> None:
    """Serve until the other end closes the pipe."""
    try:
        _main()
    except BrokenPipeError:
        # The window was killed: no process reads the answers.
        os._exit(0)


def _main() -> None:
    from vetter.io.inputs.open_input import open_recorded

    if hasattr(os, "nice"):
        os.nice(NICENESS)
    requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
    messages = receive(sys.stdin.buffer)
    answers = open_answer_stream()
    start = next(messages, None)
    if not isinstance(start, WorkerStart):
        # The window ended before its first message.
        return
    reader = threading.Thread(target=_receive_requests, args=(messages, requests), daemon=True)
    reader.start()
    try:
        source = open_recorded(start.record)
    except VetterError as error:
        send(answers, WorkerFailed(str(error)))
        return
    _serve(_Fitter(source, start, answers), requests)


class _Fitter:
    """Fits of a source's rows, each with the options of its image.

    Options of an image are measured when the first of its candidates is requested.
    """

    def __init__(self, source: CutoutSource, start: WorkerStart, answers: IO[bytes]) -> None:
        self.source, self.answers = source, answers
        self._start = start
        self._fits: dict[int, FieldFit] = {}
        self._signatures: dict[int, str] = {}
        self._sent = 0
        self._on_their_way: deque[tuple[int, int]] = deque()

    def fit_of(self, number: int) -> FieldFit:
        """Return the fit options of an image; send them once, before the image's first result."""
        if number not in self._fits:
            start, image = self._start, self.source.fields[number]
            try:
                options = self.source.record, start.settings, start.radius, start.kept.get(number)
                fit, record = prepare_field_fit(image, *options)
                # The signature names all files of the list, so the list must be complete.
                growing = not self.source.is_complete
                signature = "" if growing else fit.signature(image.fingerprints)
            except VetterError:
                # Each fit of the image then reports the error; other images are still fitted.
                fit, signature = make_field_fit(None, start.settings, start.radius), ""
                record = None
            self._fits[number], self._signatures[number] = fit, signature
            send(self.answers, Ready(fit, signature, number, record))
        return self._fits[number]

    def unanswered(self, requests: FitRequest) -> tuple[int, ...]:
        """Return the rows to fit first whose residuals are not on their way to the window."""
        sent = self._on_their_way
        while sent and sent[0][0] <= requests.heard:
            sent.popleft()
        rows = {row for _, row in sent}
        return tuple(row for row in requests.first if row not in rows)

    def send_fits(self, rows: Sequence[int], residuals: bool) -> None:
        """Fit the rows of each image together, and send the results."""
        rows = self._read_list_to(rows)
        numbers = [self.source.field_of(row) for row in rows]
        for number in dict.fromkeys(numbers):
            group = [row for row, other in zip(rows, numbers, strict=True) if other == number]
            fit = self.fit_of(number)
            results = fit_rows(self.source, fit, group)
            if not residuals:
                results = [replace(result, residual=None) for result in results]
            # plain_meta() runs here, not in the window, where keys wait for the interpreter. A
            # fit without a readable file is stored as empty: the file may be readable later.
            # The answer is stored for programs that read the session; the window judges again.
            texts = tuple(
                plain_meta(make_fit_record(result, fit.judge(result))) for result in results
            )
            send(self.answers, Fitted(tuple(group), tuple(results), texts))
            self._sent += 1
            if residuals:
                self._on_their_way.extend((self._sent, row) for row in group)

    def _read_list_to(self, rows: Sequence[int]) -> Sequence[int]:
        """Read the list as far as these rows; return those that exist."""
        source = self.source
        while not source.is_complete and max(rows) >= len(source.candidates):
            if source.grow() is None:
                break
        return [row for row in rows if row < len(source.candidates)]


def _receive_requests(messages: Iterator[Any], requests: queue.SimpleQueue[Request]) -> None:
    for message in messages:
        requests.put(message)
    # The window was killed: end at once, even in the middle of a PSF that takes seconds.
    os._exit(0)


def _serve(fitter: _Fitter, requests: queue.SimpleQueue[Request]) -> NoReturn:
    first: tuple[int, ...] = ()
    then: deque[int] = deque()
    while True:
        idle = not first and not then
        while idle or not requests.empty():
            newest = requests.get()
            idle = False
            if isinstance(newest, FieldRequest):
                fitter.fit_of(newest.field)
                continue
            if isinstance(newest, NewRows):
                then.extend(newest.rows)
                continue
            first = fitter.unanswered(newest)
            if newest.then is not None:
                then = deque(newest.then)
        if first:
            rows, first = first[:NEXT_BATCH], first[NEXT_BATCH:]
            fitter.send_fits(rows, residuals=True)
        elif then:
            # Only candidates that the user is about to see need residuals.
            rows = tuple(then.popleft() for _ in range(min(BACKGROUND_BATCH, len(then))))
            fitter.send_fits(rows, residuals=False)
