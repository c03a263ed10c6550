"""Times and memory from the start of the process to the first painted candidate."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from vetter.benchmark.figures import Figure

RUNS = 5
"""Number of starts, of which the median counts."""

# Runs the program like its command, and ends it when the first candidate is on screen.
_FIRST_PAINT = """
import os, sys, time
from vetter.review.session import Session
record_paint = Session.record_paint
def report(self, row):
    record_paint(self, row)
    now = time.time()
    private = -1
    if os.path.exists("/proc/self/smaps_rollup"):
        with open("/proc/self/smaps_rollup") as file:
            private = sum(int(line.split()[1]) for line in file if line.startswith("Private_"))
    print(now, private, flush=True)
    os._exit(0)
Session.record_paint = report
from vetter.cli import main
sys.exit(main(sys.argv[1:]))
"""
_BARE_IMPORTS = """
import PyQt6.QtWidgets, pyqtgraph, astropy.io.fits, astropy.table, astropy.wcs, time
print(time.time(), -1, flush=True)
"""


def measure(words: Sequence[str], folder: Path, most: float | None) -> Iterator[Figure]:
    """Measure a start and the bare imports in turn; each time is the median of `RUNS`."""
    bare, full = [], []
    for number in range(RUNS):
        bare.append(_run(_BARE_IMPORTS, [])[0])
        session = folder / f"start{number}.vetter"
        full.append(_run(_FIRST_PAINT, ["open", *words, "--session", str(session)])[0])
    start, imports = sorted(full)[RUNS // 2], sorted(bare)[RUNS // 2]
    values = {"start": start, "imports": imports, "ratio": start / imports}
    budgets = {"ratio": most} if most else {}
    yield Figure("start to the first candidate painted", values, "s", budgets, "10,000 candidates")


def measure_opening(
    what: str, words: Sequence[str], folder: Path, most: float, most_memory: float | None
) -> Iterator[Figure]:
    """Measure the time to the first painted candidate, and the private memory then.

    ``most`` is the budget in seconds, ``most_memory`` the budget in MB.
    """
    runs, bare = [], []
    for number in range(3):
        session = folder / f"opening{number}.vetter"
        bare.append(_run(_BARE_IMPORTS, [])[0])
        runs.append(_run(_FIRST_PAINT, ["open", *words, "--session", str(session)]))
        session.unlink(missing_ok=True)
    values = {"start": sorted(run[0] for run in runs)[1], "imports": sorted(bare)[1]}
    yield Figure(f"open {what}", values, "s", {"start": most})
    megabytes = max(run[1] for run in runs) / 1024
    if megabytes > 0:
        budgets = {"private": most_memory} if most_memory else {}
        yield Figure(f"memory, {what}", {"private": megabytes}, "MB", budgets)


def written_kilobytes() -> int:
    """Return the memory that this process has written, in kB; -1 where the system is silent.

    Pages of libraries and files that are only read are left out: they count as private for as
    long as no other process reads the same file, which changes by 20 MB from minute to minute.
    """
    path = Path("/proc/self/smaps_rollup")
    if not path.exists():
        return -1
    lines = path.read_text().splitlines()
    return sum(
        int(line.split()[1]) for line in lines if line.startswith(("Private_Dirty", "Swap:"))
    )


def use_offscreen_if_needed() -> None:
    """Make Qt draw offscreen if there is no screen."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def _run(code: str, words: Sequence[str]) -> tuple[float, int]:
    """Return seconds until the process printed the time, and its private memory in kB."""
    environment = dict(os.environ)
    before = time.time()
    process = subprocess.run(
        [sys.executable, "-P", "-c", code, *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if process.returncode or not process.stdout:
        raise RuntimeError(f"the program did not start: {process.stderr.strip()[-500:]}")
    painted_at, private = process.stdout.split()[-2:]
    return float(painted_at) - before, int(private)
