"""The processes of ``vetter adjust``: as many as wanted, each busy with one batch at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue

from vetter.headless.fit_process import Batch, Broken, Fitted, Start
from vetter.io.child_process import ChildProcess


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fitted_batches(start: Start, batches: Sequence[Batch], jobs: int) -> Iterator[Fitted]:
    """Fit batches in processes of their own; the results as they come, in any order.

    Raises
    ------
    VetterError
        What a process says that it cannot go on for.
    RuntimeError
        A fault of the program in one of them; its traceback is in the notes.
    """
    todo: SimpleQueue[Batch] = SimpleQueue()
    for batch in batches:
        todo.put(batch)
    answers: SimpleQueue[Fitted | Broken] = SimpleQueue()
    workers: list[_Worker] = []
    try:
        for _ in range(min(jobs, len(batches))):
            workers.append(_Worker(start, todo, answers))
        for _ in batches:
            answer = answers.get()
            if isinstance(answer, Broken):
                raise answer.error()
            yield answer
    finally:
        for worker in workers:
            worker.close()


class _Worker:
    """One process, which gets a batch whenever it has answered the one before."""

    def __init__(
        self, start: Start, todo: SimpleQueue[Batch], answers: SimpleQueue[Fitted | Broken]
    ) -> None:
        self._todo, self._answers = todo, answers
        # Before the process: it may end before it is told anything.
        self._busy = True
        self._process = ChildProcess(
            "vetter.headless.fit_process", self._on_answer, self._on_end, own_session=True
        )
        self._process.tell(start)
        self._tell_next()

    def close(self) -> None:
        """End the process at once."""
        self._process.close()

    def _tell_next(self) -> None:
        try:
            self._process.tell(self._todo.get_nowait())
        except Empty:
            self._busy = False

    def _on_answer(self, answer: Fitted | Broken) -> None:
        self._answers.put(answer)
        self._tell_next()

    def _on_end(self, status: int) -> None:
        if self._busy:
            how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
            again = "what is done is kept, run the same command to go on"
            self._answers.put(Broken(f"a process that fits {how}; {again}"))
