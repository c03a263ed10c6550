"""The worker process of the fits: opens the input for itself, and answers over a pipe.

A process of its own, niced, since a thread that fits holds the interpreter and makes keys
late. It is started by `vetter.review.fits.fit_process`. Beside the candidates it fits stars of the
field, which show what is normal in each part of it.
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
from vetter.core.judgement.field_fit import FieldFit, field_fit, fit_rows
from vetter.errors import VetterError
from vetter.io.child_process import answering_stream, receive, send
from vetter.io.field.psf import fit_of_field
from vetter.io.session.rows import plain_meta
from vetter.review.fits.fit_messages import (
    Broken,
    Fitted,
    More,
    Ready,
    StarFits,
    Start,
    StarWish,
    Wish,
    Wishes,
)

NICENESS = 10
BATCH = 16
"""Cutouts fitted together in the background: many are faster, few let a wish come through."""
NEXT = 8
"""Cutouts fitted together of those that the vetter comes to next."""


def main() -> None:
    """Serve until the other end closes the pipe."""
    try:
        _main()
    except BrokenPipeError:
        # The window was killed; nobody wants the answers.
        os._exit(0)


def _main() -> None:
    from vetter.io.inputs.open_input import open_recorded

    if hasattr(os, "nice"):
        os.nice(NICENESS)
    wishes: queue.SimpleQueue[Wish] = queue.SimpleQueue()
    messages = receive(sys.stdin.buffer)
    answers = answering_stream()
    start = next(messages, None)
    if not isinstance(start, Start):
        # The window went away before it said anything.
        return
    reader = threading.Thread(target=_listen, args=(messages, wishes), daemon=True)
    reader.start()
    try:
        source = open_recorded(start.record)
    except VetterError as error:
        send(answers, Broken(str(error)))
        return
    _serve(_Fitter(source, start, answers), wishes)


class _Fitter:
    """Fits rows of a source, each as its own image wants it.

    A night's images are looked at one by one, when the first of their candidates is wanted.
    """

    def __init__(self, source: CutoutSource, start: Start, answers: IO[bytes]) -> None:
        self.source, self.answers = source, answers
        self._start = start
        self._fits: dict[int, FieldFit] = {}
        self._signatures: dict[int, str] = {}
        self._sent = 0
        self._on_their_way: deque[tuple[int, int]] = deque()

    def fit_of(self, number: int) -> FieldFit:
        """How the candidates of an image are fitted; told once, before its first result."""
        if number not in self._fits:
            start, image = self._start, self.source.fields[number]
            try:
                how = self.source.record, start.settings, start.radius, start.psfs.get(number)
                fit = fit_of_field(image, *how)
                # All of a list is needed to say which files it was.
                growing = not self.source.complete
                signature = "" if growing else fit.signature(image.fingerprints)
            except VetterError:
                # Each of its candidates will say what cannot be read; the other images go on.
                fit, signature = field_fit(None, start.settings, start.radius), ""
            self._fits[number], self._signatures[number] = fit, signature
            send(self.answers, Ready(fit, signature, number))
        return self._fits[number]

    def unanswered(self, wishes: Wishes) -> tuple[int, ...]:
        """The rows wanted first of which no residual is on its way."""
        sent = self._on_their_way
        while sent and sent[0][0] <= wishes.heard:
            sent.popleft()
        rows = {row for _, row in sent}
        return tuple(row for row in wishes.first if row not in rows)

    def send_fits(self, rows: Sequence[int], residuals: bool) -> None:
        """Fit rows together, those of each image apart, and send the results."""
        rows = self._read_as_far_as(rows)
        numbers = [self.source.field_of(row) for row in rows]
        for number in dict.fromkeys(numbers):
            own = [row for row, other in zip(rows, numbers, strict=True) if other == number]
            results = fit_rows(self.source, self.fit_of(number), own)
            if not residuals:
                results = [replace(result, residual=None) for result in results]
            # Written here, not where keys wait for the interpreter. What a file that could not be
            # read kept from being fitted is no result: another time it may be there.
            metas = ({} if result.unread else result.as_record() for result in results)
            texts = tuple(plain_meta(meta) for meta in metas)
            send(self.answers, Fitted(tuple(own), tuple(results), texts))
            self._sent += 1
            if residuals:
                self._on_their_way.extend((self._sent, row) for row in own)

    def _read_as_far_as(self, rows: Sequence[int]) -> Sequence[int]:
        """Those of the rows that there are, once the list has been read so far."""
        source = self.source
        while not source.complete and max(rows) >= len(source.candidates):
            if source.grow() is None:
                break
        return [row for row in rows if row < len(source.candidates)]

    def stars(self, wish: StarWish) -> Iterator[StarFits]:
        """The stars of an image, part by part; none where those that are kept are current."""
        fit = self.fit_of(wish.field)
        signature = self._signatures[wish.field]
        if signature and signature == wish.known:
            return iter((StarFits((), 0, wish.field, signature),))
        parts = survey(self.source, fit, wish.field)
        return (part._replace(signature=signature) for part in parts)

    def send_stars(self, number: int, stars: Iterator[StarFits]) -> bool:
        """Send those of one more part of an image; False where there are no more."""
        try:
            part = next(stars, StarFits((), 0, number))
        except VetterError:
            # Without its stars the field shows its candidates all the same.
            part = StarFits((), 0, number)
        send(self.answers, part)
        return part.left > 0


def _listen(messages: Iterator[Any], wishes: queue.SimpleQueue[Wish]) -> None:
    for message in messages:
        wishes.put(message)
    # The window was killed: what is being fitted, a PSF of seconds maybe, is for nobody.
    os._exit(0)


def _serve(fitter: _Fitter, wishes: queue.SimpleQueue[Wish]) -> NoReturn:
    first: tuple[int, ...] = ()
    then: deque[int] = deque()
    surveys: deque[tuple[int, Iterator[StarFits]]] = deque()
    while True:
        idle = not first and not then and not surveys
        while idle or not wishes.empty():
            newest = wishes.get()
            idle = False
            if isinstance(newest, StarWish):
                # The field that was looked at last comes first.
                surveys.appendleft((newest.field, fitter.stars(newest)))
                continue
            if isinstance(newest, More):
                then.extend(newest.rows)
                continue
            first = fitter.unanswered(newest)
            if newest.then is not None:
                then = deque(newest.then)
        if first:
            rows, first = first[:NEXT], first[NEXT:]
            fitter.send_fits(rows, residuals=True)
        elif then:
            # Residuals are only for what the vetter is about to see.
            rows = tuple(then.popleft() for _ in range(min(BATCH, len(then))))
            fitter.send_fits(rows, residuals=False)
        if surveys and not first and not fitter.send_stars(*surveys[0]):
            surveys.popleft()


def survey(source: CutoutSource, fit: FieldFit, number: int = 0) -> Iterator[StarFits]:
    """Fit the stars of an image, part by part; nothing where the input is no field.

    See :func:`vetter.io.field.star_fits.star_fits`.
    """
    # Opening a field is what brings this module in, in the fitting process.
    from vetter.io.field.star_fits import star_fits

    for stars, left in star_fits(source.fields[number], fit):
        yield StarFits(stars, left, number)
