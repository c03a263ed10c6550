"""Kills of ``vetter merge`` and ``vetter export`` at random moments, and what they leave."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from tests.endurance.kills import PATIENCE, ROOT, KillError
from tests.helpers.small_list import write_small_list
from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.decisions.decision import Decision, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide
from vetter.cutouts import load_cutout
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.session.session_file import SessionFile

REVIEWERS = ("ann", "bob")


class CommandKills:
    """Two sessions, and the merges and exports that are killed on them.

    Parameters
    ----------
    folder : Path
        Where sessions and outputs are written.
    seed : int
        Decisions and moments follow from it.
    decisions : int
        Number of each reviewer.
    """

    def __init__(self, folder: Path, seed: int, decisions: int = 20_000) -> None:
        self._folder, self._seed, self._random = folder, seed, Random(seed)
        self._log = folder / "commands.log"
        self.written = self.unwritten = 0
        """Kills that came after the output had been replaced, and before."""
        paths, planes = write_small_list(folder)
        source = open_input([str(paths)], InputOptions(planes=planes))
        self._sessions = [folder / f"{name}.vetter" for name in REVIEWERS]
        for name, path in zip(REVIEWERS, self._sessions, strict=True):
            with SessionFile.create(path, name) as session:
                session.record_input(source.record, source.fingerprints, len(source.candidates))
                session.append(self._decide(source.candidates, name, decisions))
        source.close()
        self._inputs = {path: _digest(path) for path in self._sessions}
        self._merged, self._exported = folder / "all.vetter", folder / "exported"
        self._merge = ["merge", *map(str, self._sessions), "-o", str(self._merged)]
        self._export = self._export_of("ann", "accept")
        self._seconds = {"merge": self._time(self._merge), "export": self._time(self._export)}
        self._union = _events(self._merged)
        self._whole = _table(self._exported)
        self._cutouts = _cutouts(self._exported)

    def run(self, kills: int) -> Iterator[str]:
        """Kill so many commands, and run each again to its end; a line on each.

        Raises
        ------
        KillError
            An output is there in part, an input has changed, or the second run gives another
            result.
        """
        steps = (self._kill_merge, self._kill_merge_into, self._kill_export, self._kill_export_over)
        for number in range(1, kills + 1):
            yield f"{number}: {steps[(number - 1) % len(steps)](number)}"

    def _kill_merge(self, number: int) -> str:
        self._merged.unlink(missing_ok=True)
        when = self._kill(number, self._merge)
        self._check_merged(number, [None, self._union])
        self._check_again(number, self._merge, lambda: _events(self._merged) == self._union)
        return f"merge killed {when}"

    def _kill_merge_into(self, number: int) -> str:
        shutil.copy(self._sessions[0], self._merged)
        when = self._kill(number, self._merge)
        self._check_merged(number, [_events(self._sessions[0]), self._union])
        self._check_again(number, self._merge, lambda: _events(self._merged) == self._union)
        return f"merge into a session killed {when}"

    def _kill_export(self, number: int) -> str:
        shutil.rmtree(self._exported, ignore_errors=True)
        when = self._kill(number, self._export)
        self._check_exported(number, [None, self._whole])
        self._check_again(number, self._export, self._is_exported)
        return f"export killed {when}"

    def _kill_export_over(self, number: int) -> str:
        shutil.rmtree(self._exported, ignore_errors=True)
        self._run_whole(number, self._export_of("bob", "reject"))
        before = _table(self._exported)
        when = self._kill(number, self._export)
        self._check_exported(number, [before, self._whole])
        self._check_again(number, self._export, self._is_exported)
        return f"export over an earlier one killed {when}"

    def _check_merged(self, number: int, allowed: list[list[str] | None]) -> None:
        found = _events(self._merged) if self._merged.exists() else None
        if found not in allowed:
            self._fail(number, f"{len(found or ())} decisions in {self._merged.name}")
        self._count(found == allowed[-1])

    def _check_exported(self, number: int, allowed: list[str | None]) -> None:
        """Check that each file is whole, and that no table is there without its cutouts."""
        found, cutouts = _table(self._exported), _cutouts(self._exported)
        if found not in allowed:
            self._fail(number, "the exported table is neither the old one nor the new one")
        if found == self._whole and not cutouts >= self._cutouts:
            self._fail(number, "the exported table is there before its cutouts")
        self._count(found == allowed[-1])

    def _is_exported(self) -> bool:
        """Whether the export is as it was when it was not killed, and nothing is beside it."""
        left = {path.name for path in self._exported.iterdir()} - {"cutouts", "decisions.csv"}
        return (
            _table(self._exported) == self._whole
            and _cutouts(self._exported) == self._cutouts
            and not left
        )

    def _count(self, is_written: bool) -> None:
        self.written += is_written
        self.unwritten += not is_written

    def _check_again(self, number: int, command: list[str], is_right: Callable[[], bool]) -> None:
        self._run_whole(number, command)
        if not is_right():
            self._fail(number, f"{command[0]} run again gives another result")
        if {path: _digest(path) for path in self._sessions} != self._inputs:
            self._fail(number, f"{command[0]} has changed a session that it reads")

    def _kill(self, number: int, command: list[str]) -> str:
        """Kill a command after a random time, or when it has begun to write; say when."""
        seconds = self._seconds[command[0]]
        begins = self._random.random() < 0.7
        after = self._random.uniform(0, 0.25 if begins else 1.1) * seconds
        with self._begin(command) as process:
            if begins:
                until = time.monotonic() + PATIENCE
                while process.poll() is None and not self._is_writing():
                    if time.monotonic() > until:
                        self._fail(number, f"{command[0]} does not begin to write")
                    time.sleep(0.001)
            try:
                process.wait(after)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
        if process.returncode not in (0, -signal.SIGKILL):
            self._fail(number, self._log.read_text(errors="replace"))
        moment = "it began to write" if begins else "its start"
        ended = " (it had ended)" if process.returncode == 0 else ""
        return f"{after:.3f} s after {moment}{ended}"

    def _is_writing(self) -> bool:
        """Whether a merge has its temporary file, or an export its hidden folder."""
        stage = self._exported / ".vetter-export"
        return stage.exists() or any(self._folder.glob(f".{self._merged.name}.*.part"))

    def _run_whole(self, number: int, command: list[str]) -> None:
        for left in self._folder.glob(f".{self._merged.name}.*"):
            # A killed merge leaves its temporary file, which no program opens.
            left.unlink()
        with self._begin(command) as process:
            if process.wait(PATIENCE):
                self._fail(number, self._log.read_text(errors="replace"))

    def _time(self, command: list[str]) -> float:
        begun = time.monotonic()
        self._run_whole(0, command)
        return time.monotonic() - begun

    def _begin(self, command: list[str]) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "vetter", *command],
                cwd=ROOT,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
                stdout=log,
                stderr=log,
            )

    def _export_of(self, reviewer: str, verdict: str) -> list[str]:
        session = self._sessions[REVIEWERS.index(reviewer)]
        choice = ["--verdict", verdict, "--format", "csv"]
        return ["export", str(session), "-o", str(self._exported), *choice]

    def _decide(self, candidates: CandidateList, reviewer: str, count: int) -> list[Decision]:
        ledger, made = Ledger(candidates, reviewer), []
        while len(made) < count:
            row, verdict = self._random.randrange(len(candidates)), self._random.choice(_VERDICTS)
            decision = decide(ledger, row, verdict=verdict, seconds=1.0)
            if decision is not None:
                ledger.apply(decision)
                made.append(decision)
        return made

    def _fail(self, number: int, problem: str) -> None:
        raise KillError(f"seed {self._seed}, kill {number} of a command: {problem}")


_VERDICTS = (Verdict.ACCEPT, Verdict.REJECT, Verdict.MAYBE)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _events(path: Path) -> list[str]:
    """Return the decisions of a session, which must be whole, without their numbers."""
    database = sqlite3.connect(path)
    try:
        if database.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise KillError(f"{path}: a damaged session")
    finally:
        database.close()
    with SessionFile.open(path, "", read_only=True) as session:
        events = [repr(decision._replace(seq=0)) for decision in session.decisions()]
        if session.damage:
            raise KillError(f"{path}: {session.damage}")
    return events


def _table(folder: Path) -> str | None:
    """Return the exported table; None without one."""
    path = folder / "decisions.csv"
    return path.read_text(encoding="utf-8") if path.exists() else None


def _cutouts(folder: Path) -> set[str]:
    """Return the names of the exported cutouts, each of which must be whole."""
    names = {path.name for path in folder.glob("cutouts/*")}
    for name in names:
        load_cutout(folder / "cutouts" / name)
    return names
