"""Damaged files for every reader: each is read, or refused with one line, soon and within bounds.

A case is named by a seed, ``csv/1/337``: reader, row of cases, number. The file of a case that
goes wrong is kept, and ``--fuzz-seed csv/1/337`` makes and reads it again.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzzing.case import REFUSED, USABLE, Outcome
from vetter.errors import InputError
from vetter.io.child_process import receive, send, start_child

MOST_SECONDS = 60.0
"""Until a reader is taken for stuck, on a machine that may be busy."""
_KEPT = 20


@dataclass
class Tally:
    """What came of the cases of one reader."""

    reader: str
    counts: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        self.counts["findings" if outcome.is_finding else outcome.kind] += 1
        self.slowest = max(self.slowest, outcome.seconds)

    def row(self) -> str:
        """One line of the table."""
        counts = (f"{self.counts[kind]:>8}" for kind in (USABLE, REFUSED, "findings"))
        return f"{self.reader:<16}{''.join(counts)}{1e3 * self.slowest:>12.0f}"


HEAD = f"{'reader':<16}{'usable':>8}{'refused':>8}{'wrong':>8}{'slowest, ms':>12}"


class Reading:
    """A process that reads damaged files of one reader; begun anew when it dies or is stuck."""

    def __init__(self, reader: str, real_data: Path | None) -> None:
        self._reader, self._real_data = reader, real_data
        self.path = Path()
        self._begin()

    def outcome(self, seed: str) -> Outcome:
        """What comes of a case."""
        try:
            send(self._stdin, seed)
            answer = self._answer()
        except BrokenPipeError:
            answer = "died"
        if isinstance(answer, Outcome):
            return answer
        kept = self.path.read_bytes() if self.path.exists() else b""
        self.close()
        self._begin()
        self.path.write_bytes(kept)
        return Outcome(str(answer))

    def close(self) -> None:
        """End the process, and take its folder away."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._stdin.close()
        self._stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _begin(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="vetter-fuzz-")
        self._process = start_child("tests.fuzzing.worker")
        assert self._process.stdin is not None and self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._answers = receive(self._stdout)
        real_data = None if self._real_data is None else str(self._real_data)
        send(self._stdin, (self._reader, self._folder, real_data))
        answer = self._answer()
        if isinstance(answer, str):
            self.close()
            raise InputError(f"{self._reader}: the files in order cannot be read: {answer}")
        path, undamaged = answer
        self.path = Path(path)
        bad = [outcome for outcome in undamaged if outcome.kind != USABLE]
        if bad:
            self.close()
            raise InputError(f"{self._reader}: a file in order is {bad[0].kind}: {bad[0].text}")

    def _answer(self) -> Any:
        """What the process answers; 'stuck' or 'died' where it does not."""
        if not select.select([self._stdout], [], [], MOST_SECONDS)[0]:
            return "stuck"
        return next(self._answers, "died")


def main(cases: int, names: list[str], seed: str | None) -> int:
    """Read so many damaged files by each reader, and print a table and what went wrong.

    Parameters
    ----------
    cases : int
        For each reader.
    names : list of str
        Readers; all where empty.
    seed : str or None
        A number for another row of cases, or one case as it was printed.

    Returns
    -------
    int
        1 where anything went wrong, else 0.

    Raises
    ------
    InputError
        There is no such reader, or nothing to read.
    """
    from tests.fuzzing.readers import READERS

    if seed is not None and seed.count("/") == 2:
        return _again(seed)
    if cases < 1:
        raise InputError(
            f"--fuzz-seed {seed}: wants --fuzz N beside it, or one case, as csv/{seed}/0"
        )
    for name in names:
        if name not in READERS:
            raise InputError(f"{name}: no such reader; there are {', '.join(READERS)}")
    print(HEAD)
    kept: list[str] = []
    for name in names or READERS:
        tally = Tally(name)
        found: list[str] = []
        for label, outcome, path in run(name, cases, seed or "1"):
            tally.add(outcome)
            if outcome.is_finding and len(found) < _KEPT:
                found.append(f"{label}: {outcome.kind}: {_keep(path, label)}\n{outcome.text}")
        print(tally.row(), flush=True)
        for line in found:
            print(line, flush=True)
        kept += found
    return 1 if kept else 0


def run(name: str, cases: int, seed: str) -> Iterator[tuple[str, Outcome, Path]]:
    """The label of each case of a reader, what came of it, and where its file still lies."""
    reading = Reading(name, real_data())
    try:
        for number in range(cases):
            outcome = reading.outcome(f"{seed}/{number}")
            yield f"{name}/{seed}/{number}", outcome, reading.path
    finally:
        reading.close()


def real_data() -> Path | None:
    """Real files to damage, where this machine has them."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("VETTER_REAL_DATA", beside))
    return folder if folder.is_dir() else None


def _again(label: str) -> int:
    from tests.fuzzing.readers import READERS

    name, row, number = label.split("/")
    if name not in READERS:
        raise InputError(f"{label}: no such reader; there are {', '.join(READERS)}")
    reading = Reading(name, real_data())
    try:
        outcome = reading.outcome(f"{row}/{number}")
        print(f"{label}: {outcome.kind}: {_keep(reading.path, label)}\n{outcome.text}")
    finally:
        reading.close()
    return int(outcome.is_finding)


def _keep(path: Path, label: str) -> Path:
    folder = Path(tempfile.gettempdir()) / "vetter-fuzz-kept"
    folder.mkdir(exist_ok=True)
    kept = folder / f"{label.replace('/', '_').replace(' ', '_')}_{path.name}"
    shutil.copyfile(path, kept)
    return kept
