"""Kills of a real window process at random moments, while keys are pressed in it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from tests.endurance.driven import ENV_SEED
from tests.helpers.small_list import settings_text, write_small_list
from vetter.core.decisions.ledger import Ledger
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.session.session_file import SessionFile

ROOT = Path(__file__).resolve().parents[2]
REVIEWER = "kill"
PATIENCE = 60.0
"""Seconds until a process is taken for stuck, on a machine that may be busy."""

_MARK = "VETTER_KILL_MARK"
Said = list[Any]


class KillError(AssertionError):
    """Something was lost, half written or left running."""


@dataclass
class Reports:
    """The lines of a process that was killed."""

    recorded: list[str] = field(default_factory=list)
    submitted: list[str] = field(default_factory=list)
    painted: dict[str, Any] | None = None

    def take(self, line: str) -> None:
        """Take a line over."""
        report = json.loads(line)
        if report["what"] == "painted":
            self.painted = report
        elif report["what"] == "submitted":
            self.submitted = report["ids"]
        else:
            self.recorded += report["ids"]
            self.submitted = []


class Kills:
    """One session, and the window processes that are killed on it.

    Parameters
    ----------
    folder : Path
        Where list, session and logs are written.
    seed : int
        Keys and moments follow from it.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self._list, self._planes = write_small_list(folder)
        self._session, self._log = folder / "kill.vetter", folder / "log"
        self._settings = folder / "settings.toml"
        self._settings.write_text(settings_text())
        self._random, self._seed = Random(seed), seed
        self._mark = uuid4().hex
        self._ids: list[str] = []
        self.decisions = self.acknowledged = 0
        """Decisions on disk, and those of them that a window had shown as saved."""
        self._source = open_input([str(self._list)], InputOptions(planes=self._planes))

    def run(self, kills: int) -> Iterator[str]:
        """Kill so many windows; a line on each.

        Raises
        ------
        KillError
            A decision that had taken effect is not on disk, or one that was under way is there
            in part; the session cannot be opened or shows something else; a process is left.
        """
        try:
            for number in range(1, kills + 1):
                at_start = self._random.random() < 0.25
                seconds = self._random.uniform(0, 1.5 if at_start else 1.0)
                reports = self._kill(number, at_start, seconds)
                self._check(number, reports)
                moment = "its start" if at_start else "its first paint"
                yield (
                    f"{number}: killed {seconds:.3f} s after {moment}: "
                    f"{len(reports.recorded)} decisions, {len(self._ids)} on disk"
                )
            if kills:
                self._check(kills + 1, self._kill(kills + 1, False, 0.0))
        finally:
            self._source.close()

    def _kill(self, number: int, at_start: bool, seconds: float) -> Reports:
        """Start a window and kill it so long after its start or its first paint."""
        reports, expected = Reports(), self._said()
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "tests.endurance.driven", *self._words()],
                cwd=ROOT,
                env={**os.environ, **self._environment(number)},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert process.stdout is not None
        try:
            if not at_start:
                line = process.stdout.readline()
                if not line:
                    self._fail(number, f"no window: {self._log.read_text(errors='replace')}")
                reports.take(line)
            time.sleep(seconds)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
        for line in process.stdout:
            reports.take(line)
        process.stdout.close()
        if process.returncode != -signal.SIGKILL:
            self._fail(number, f"ended by itself: {self._log.read_text(errors='replace')}")
        if "Traceback" in self._log.read_text(errors="replace"):
            self._fail(number, self._log.read_text(errors="replace"))
        if reports.painted is not None:
            if reports.painted["read_only"]:
                self._fail(number, "the session of the window before is still held")
            if reports.painted["said"] != expected:
                self._fail(number, "the window shows other opinions than the session holds")
        return reports

    def _check(self, number: int, reports: Reports) -> None:
        self._check_processes(number)
        on_disk = self._on_disk(number)
        known = self._ids + reports.recorded
        if on_disk not in (known, known + reports.submitted):
            lost = len(set(known) - set(on_disk))
            more = len(set(on_disk) - set(known))
            self._fail(
                number,
                f"{lost} of {len(known)} decisions are lost, {more} of "
                f"{len(reports.submitted)} that were under way are on disk",
            )
        self._ids = on_disk
        self.decisions = len(on_disk)
        self.acknowledged += len(reports.recorded)

    def _check_processes(self, number: int) -> None:
        until = time.monotonic() + PATIENCE
        while left := self._processes():
            if time.monotonic() > until:
                states = ", ".join(f"{pid} {_state(pid)}" for pid in left)
                for pid in left:
                    os.kill(pid, signal.SIGKILL)
                self._fail(number, f"left running: {states}")
            time.sleep(0.01)

    def _processes(self) -> list[int]:
        """Processes that a window of this run began, by a mark in their environment."""
        mark = f"{_MARK}={self._mark}".encode()
        left = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    marked = mark in (entry / "environ").read_bytes()
                except OSError:
                    # It has ended, or is another user's.
                    continue
                if marked:
                    left.append(int(entry.name))
        return left

    def _on_disk(self, number: int) -> list[str]:
        """The names of all decisions in the session file, which must be whole."""
        if not self._session.exists():
            return []
        database = sqlite3.connect(self._session)
        try:
            whole = database.execute("PRAGMA integrity_check").fetchone()[0]
            rows = database.execute("SELECT id FROM decisions ORDER BY seq").fetchall()
        except sqlite3.Error as error:
            self._fail(number, f"the session cannot be read: {error}")
        finally:
            database.close()
        if whole != "ok":
            self._fail(number, f"the session is damaged: {whole}")
        return [row[0] for row in rows]

    def _said(self) -> list[Said]:
        """The opinions that the events on disk amount to."""
        ledger = Ledger(self._source.candidates, REVIEWER)
        if self._ids:
            with SessionFile.start(self._session, REVIEWER) as session:
                ledger.replay(session.decisions())
        opinions = [ledger.opinion(row) for row in range(len(self._source.candidates))]
        return [[o.verdict.value, sorted(o.tags), o.comment] for o in opinions]

    def _words(self) -> list[str]:
        planes = [word for name, file in self._planes.items() for word in (f"--{name}", file)]
        session = ["--session", str(self._session), "--reviewer", REVIEWER]
        return ["open", str(self._list), *planes, *session, "--settings", str(self._settings)]

    def _environment(self, number: int) -> dict[str, str]:
        seed = f"{self._seed}/{number}"
        return {"QT_QPA_PLATFORM": "offscreen", _MARK: self._mark, ENV_SEED: seed}

    def _fail(self, number: int, problem: str) -> None:
        raise KillError(f"seed {self._seed}, kill {number}: {problem}")


def _state(pid: int) -> str:
    """The state letter of a process; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""
