"""The processes of ``vetter adjust``: as many as wanted, each busy with one batch at a time."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue

from vetter.headless.fit_process import Batch, Broken, Fitted, Start
from vetter.io.child_process import begin, close_pipe, receive, send


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
    """One process, and the thread that hands it batch after batch."""

    def __init__(
        self, start: Start, todo: SimpleQueue[Batch], answers: SimpleQueue[Fitted | Broken]
    ) -> None:
        self._todo, self._answers = todo, answers
        self._process = begin("vetter.headless.fit_process", own_session=True)
        self._thread = threading.Thread(target=self._run, args=(start,), name="fits", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the process at once: what it has not answered can be made again."""
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for stream in (self._process.stdin, self._process.stdout):
            close_pipe(stream)

    def _run(self, start: Start) -> None:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        messages = receive(stdout)
        try:
            send(stdin, start)
            while True:
                send(stdin, self._todo.get_nowait())
                answer = next(messages, None)
                if answer is None:
                    break
                self._answers.put(answer)
        except Empty:
            return
        except OSError:
            # It ended before it was told: what it said at last is still to be read.
            answer = next(messages, None)
            if answer is not None:
                self._answers.put(answer)
                return
        self._answers.put(Broken(_ended(self._process)))


def _ended(process: subprocess.Popen[bytes]) -> str:
    status = process.wait()
    how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
    return f"a process that fits {how}; what is done is kept, run the same command to go on"
