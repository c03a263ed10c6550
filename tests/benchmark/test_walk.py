"""``vetter bench``: figures of keys, the watchdog and the memory, on small runs."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vetter.arguments import add_bench_options

ROOT = Path(__file__).resolve().parents[2]

# One process, as its start takes longer than the runs: the watchdog, which is its application,
# first, then figures of the keys of each kind, of which a few without pauses.
RUNS = """
import json
import sys
import time
from contextlib import redirect_stdout
from io import StringIO

from vetter.benchmark import grid_pages, keys, starts, visibility, walk
from vetter.cli import main
from vetter.gui.panels.plane_row import PlaneRow


def bench(*words):
    with redirect_stdout(StringIO()) as out:
        assert main(["bench", "demo", *words]) == 0
    return out.getvalue().splitlines()


def slow_blink(self, step):
    until = time.thread_time() + 0.06
    while time.thread_time() < until:
        pass
    blink_step(self, step)


keys.FIRST_PAUSE = 0.1
blink_step, PlaneRow.blink_step = PlaneRow.blink_step, slow_blink
all_keys, walk.KEYS = walk.KEYS, {"B": 1, "S": 1}
found = {"watchdog": bench("--watchdog", "--steps", "12")}
PlaneRow.blink_step, walk.KEYS = blink_step, all_keys
found["memory"] = bench("--memory", "--steps", "40")

# What has tests of its own is left out.
starts.measure = visibility.measure = lambda *words, **options: ()
keys.PAUSE, keys.REPEAT, grid_pages.PAUSE = 0.005, 0.01, 0.01
keys.LEAST_TIMES, keys.LEAST_PAGES, grid_pages.OPENINGS = 2, 3, 2
found["keys"] = bench("--steps", "10")
found["4k"] = bench("--steps", "10", "--size", "2560x1440")
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def lines() -> dict[str, list[str]]:
    """Return the lines of ``vetter bench`` by what it measures."""
    run = subprocess.run(
        [sys.executable, "-P", "-c", RUNS],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, list[str]] = json.loads(run.stdout)
    return found


@pytest.mark.process
def test_watchdog_names_a_slow_slot(lines: dict[str, list[str]]) -> None:
    first, *slots = lines["watchdog"][1:]
    assert first.startswith("slots over 30 ms in 12 steps")
    assert [line for line in slots if "slow_blink" in line and "worst" in line]


@pytest.mark.process
def test_memory_is_measured_over_the_steps(lines: dict[str, list[str]]) -> None:
    figure = lines["memory"][1]
    assert figure.startswith("memory over 40 steps")
    assert "per 1000 steps" in figure


@pytest.mark.process
def test_keys_of_each_kind_have_a_figure(lines: dict[str, list[str]]) -> None:
    wanted = ("verdict key", "held move key", "stretch", "blink", "zoom", "filter", "grid opened")
    found = lines["keys"][1:]
    assert [name for name in wanted if not any(line.startswith(name) for line in found)] == []
    assert [line for line in found if line.startswith("grid page")]
    assert [line for line in found if "1600x900" not in line] == []


@pytest.mark.process
def test_large_window_has_the_budgets_of_4k(lines: dict[str, list[str]]) -> None:
    keys = [line for line in lines["4k"][1:] if not line.startswith("grid opened")]
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
