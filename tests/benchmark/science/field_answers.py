"""Answers of ``vetter adjust`` on simulated fields, beside the goals for them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tests.benchmark.science.fields import (
    KINDS,
    Candidates,
    FieldKind,
    simulate_field,
    write_field,
)
from tests.benchmark.science.kinds import LOST
from vetter.benchmark.figures import Figure
from vetter.core.judgement.answer import Answer

ROOT = Path(__file__).resolve().parents[3]
PLANES = {
    "alone": ("image", "template"),
    "with diff": ("image", "template", "diff"),
    "with convolved, err": ("image", "template", "convolved", "err"),
}
GOALS = {
    "not judged": 10.0,
    "S/N > 15 lost": 0.0,
    "S/N 8 to 15 explained": 1.0,
    "artefacts left": 15.0,
    "stars and sky left": 5.0,
}
"""Largest shares in percent: goals 1, 2, 3, 2 and 2."""


class Run(NamedTuple):
    """A run of ``vetter adjust``: answers by row (None after an error), seconds, and texts."""

    answers: npt.NDArray[np.object_] | None
    seconds: float
    text: str


def measure(folder: Path, quick: bool = False, only: str = "") -> Iterator[Figure]:
    """Yield a figure for each kind of field and set of planes whose name contains ``only``."""
    for kind in KINDS:
        cases = list(PLANES.items())
        if kind is not KINDS[0] or quick:
            cases = cases[:1]
        named = {f"field, {kind.name}: {case}": planes for case, planes in cases}
        named = {name: planes for name, planes in named.items() if only in name}
        if not named:
            continue
        field = simulate_field(kind)
        for name, planes in named.items():
            place = folder / f"field-{KINDS.index(kind)}-{len(planes)}"
            place.mkdir(exist_ok=True)
            run = adjust(write_field(field, place, planes), place / "out.ecsv")
            yield summarise(name, field.candidates, run, _goals(kind))


def adjust(words: Sequence[str], output: Path) -> Run:
    """Run ``vetter adjust`` on its own and read the answers that it writes."""
    command = [sys.executable, "-P", "-m", "vetter", "adjust", *words, "-o", str(output)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = perf_counter()
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=output.parent, env=environment
    )
    seconds = perf_counter() - start
    text = run.stdout + run.stderr
    return Run(read_answers(output) if run.returncode == 0 else None, seconds, text)


def read_answers(file: Path) -> npt.NDArray[np.object_]:
    """Read the answers of a table that ``vetter adjust`` wrote."""
    from astropy.table import Table

    table = Table.read(file)
    return np.array([Answer(str(word)) for word in table["adjust_answer"]], object)


def summarise(
    name: str, candidates: Candidates, run: Run, goals: dict[str, float] = GOALS
) -> Figure:
    """Return shares of wrong answers in percent, with the goals as budgets."""
    note = f"{len(candidates.x)} candidates, {run.seconds:.1f} s in all"
    if run.answers is None:
        last = (run.text.strip().splitlines() or ["no text"])[-1]
        return Figure(name, {"failed runs": 1.0}, "", {"failed runs": 0.0}, f"{note}; {last}")
    answers, role, snr = run.answers, candidates.role, candidates.snr
    lost = np.array([answer in LOST for answer in answers])
    unjudged = answers == Answer.NOT_JUDGED
    bright, faint = snr > 15, (snr > 8) & (snr <= 15)
    values = {
        "not judged": _percent(unjudged),
        "S/N > 15 lost": _percent(lost[bright]),
        "S/N 8 to 15 explained": _percent(answers[faint] == Answer.EXPLAINED),
        "artefacts left": _percent(~lost[role == "artefact"]),
        "stars and sky left": _percent(~lost[(role == "star") | (role == "blank")]),
    }
    return Figure(name, values, "%", goals, note)


def _goals(kind: FieldKind) -> dict[str, float]:
    faint = 1.0 if kind.conditions.registration < 0.3 else 3.0
    return {**GOALS, "S/N 8 to 15 explained": faint}


def _percent(flags: npt.NDArray[np.bool_]) -> float:
    return 100.0 * float(np.mean(flags)) if len(flags) else 0.0
