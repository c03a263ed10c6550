"""``vetter bench``: figures of keys, the watchdog and the memory, on small runs."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vetter.arguments import add_bench_options

ROOT = Path(__file__).resolve().parents[2]

# In a process of its own: the watchdog is its application.
SLOW_SLOT = """
import sys, time
from vetter.gui.panels.plane_row import PlaneRow
blink_step = PlaneRow.blink_step
def slow_blink(self, step):
    until = time.thread_time() + 0.06
    while time.thread_time() < until:
        pass
    blink_step(self, step)
PlaneRow.blink_step = slow_blink
import vetter.benchmark.walk as walk
walk.KEYS = {"B": 1, "S": 1}
from vetter.cli import main
sys.exit(main(sys.argv[1:]))
"""


def bench(code: str, *words: str) -> list[str]:
    """Run ``vetter bench`` after some code; its lines."""
    run = subprocess.run(
        [sys.executable, "-P", "-c", code, "bench", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


# Of each kind of key a few, without pauses; what has tests of its own is left out.
FEW_KEYS = """
import sys
from vetter.benchmark import grid_pages, keys, starts, visibility
starts.measure = visibility.measure = lambda *words, **options: ()
keys.FIRST_PAUSE, keys.PAUSE, grid_pages.PAUSE = 0.1, 0.005, 0.01
keys.LEAST_TIMES, keys.LEAST_PAGES, grid_pages.OPENINGS = 2, 3, 2
from vetter.cli import main
sys.exit(main(sys.argv[1:]))
"""
PLAIN = "import sys; from vetter.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.process
def test_watchdog_names_a_slow_slot() -> None:
    lines = bench(SLOW_SLOT, "demo", "--watchdog", "--steps", "12")
    assert lines[1].startswith("slots over 30 ms in 12 steps")
    assert [line for line in lines[2:] if "slow_blink" in line and "worst" in line]


@pytest.mark.process
def test_memory_is_measured_over_the_steps() -> None:
    lines = bench(PLAIN, "demo", "--memory", "--steps", "40")
    assert lines[1].startswith("memory over 40 steps")
    assert "per 1000 steps" in lines[1]


@pytest.mark.process
def test_keys_of_each_kind_have_a_figure() -> None:
    lines = bench(FEW_KEYS, "demo", "--steps", "10")
    wanted = ("verdict key", "held move key", "stretch", "blink", "zoom", "filter", "grid opened")
    assert [name for name in wanted if not any(line.startswith(name) for line in lines)] == []
    assert [line for line in lines if line.startswith("grid page")]
    assert [line for line in lines[1:] if "1600x900" not in line] == []


@pytest.mark.process
def test_large_window_has_the_budgets_of_4k() -> None:
    lines = bench(FEW_KEYS, "demo", "--steps", "10", "--size", "2560x1440")
    keys = [line for line in lines[1:] if not line.startswith("grid opened")]
    assert len(keys) > 6
    assert [line for line in keys if "budget p99 16.7:" not in line] == []
    assert [line for line in keys if "2560x1440, budgets of 4k" not in line] == []


def test_size_of_the_window_is_width_and_height() -> None:
    parser = argparse.ArgumentParser()
    add_bench_options(parser)
    assert parser.parse_args(["--size", "3840x2160"]).size == (3840, 2160)
    assert parser.parse_args([]).size is None


@pytest.mark.parametrize("size", ["3840", "x900", "1600x", "-1x900", "10x10", "99999x900"])
def test_impossible_size_of_the_window_is_refused(
    size: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    add_bench_options(parser)
    with pytest.raises(SystemExit):
        parser.parse_args([f"--size={size}"])
    assert "expected a size as 3840x2160" in capsys.readouterr().err


def test_watchdog_and_memory_are_two_measurements() -> None:
    parser = argparse.ArgumentParser()
    add_bench_options(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--watchdog", "--memory"])
