"""Worker processes of ``vetter adjust``, each with one batch at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue

from vetter.headless.fit_process import Batch, Broken, Fitted, Start
from vetter.io.child_process import ChildProcess


def usable_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fit_batches(start: Start, batches: Sequence[Batch], jobs: int) -> Iterator[Fitted]:
    """Fit batches in worker processes; yield the results as they arrive, in any order.

    Raises
    ------
    VetterError
        A worker cannot continue, because of the input or because it was killed.
    RuntimeError
        A bug in a worker; its traceback is in the exception's notes.
    """
    waiting: SimpleQueue[Batch] = SimpleQueue()
    for batch in batches:
        waiting.put(batch)
    answers: SimpleQueue[Fitted | Broken] = SimpleQueue()
    workers: list[_Worker] = []
    try:
        for _ in range(min(jobs, len(batches))):
            workers.append(_Worker(start, waiting, answers))
        for _ in batches:
            answer = answers.get()
            if isinstance(answer, Broken):
                raise answer.error()
            yield answer
    finally:
        for worker in workers:
            worker.close()


class _Worker:
    """One worker process, which receives a batch after each answer."""

    def __init__(
        self, start: Start, waiting: SimpleQueue[Batch], answers: SimpleQueue[Fitted | Broken]
    ) -> None:
        self._waiting, self._answers = waiting, answers
        # Set before the process starts, since the process may end before the first message.
        self._busy = True
        self._process = ChildProcess(
            "vetter.headless.fit_process", self._on_answer, self._on_end, own_session=True
        )
        self._process.send(start)
        self._send_next()

    def close(self) -> None:
        """End the process at once."""
        self._process.close()

    def _send_next(self) -> None:
        try:
            self._process.send(self._waiting.get_nowait())
        except Empty:
            self._busy = False

    def _on_answer(self, answer: Fitted | Broken) -> None:
        self._answers.put(answer)
        self._send_next()

    def _on_end(self, status: int) -> None:
        if self._busy:
            end = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
            remedy = "run the same command again to go on from the fits so far"
            self._answers.put(Broken(f"a worker process {end}; {remedy}"))
