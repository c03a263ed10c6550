"""``scripts/bench`` with the measurements that are developers' alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmark import __main__ as bench
from tests.benchmark.science import measures
from vetter.benchmark.figures import Figure
from vetter.cli import parse_arguments

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("option", ["--peers", "--io", "--science", "--fuzz=2", "--fuzz-seed=1"])
def test_vetter_bench_refuses_what_developers_measure(option: str) -> None:
    with pytest.raises(SystemExit) as end:
        parse_arguments(["bench", option])
    assert end.value.code == 2


def test_science_prints_each_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measured(*_: object) -> Iterator[Figure]:
        yield Figure("p-values of none", {"chi2/df": 1.5}, "")

    monkeypatch.setattr(measures, "measure", measured)
    assert bench.main(["--science"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("p-values of none")


def test_fuzz_unknown_reader_is_one_line_and_status_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert bench.main(["--fuzz", "1", "jpeg"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("vetter: jpeg: no such reader") and said.count("\n") == 1


def test_science_whose_reader_has_gone_ends_quietly() -> None:
    program = (
        "import sys; from tests.benchmark import __main__ as bench;"
        "from tests.benchmark.science import measures;"
        "from vetter.benchmark.figures import Figure;"
        "measures.measure = lambda *_: (Figure('x', {'y': 1.0}) for _ in range(100_000));"
        "sys.exit(bench.main(['--science']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), said) == (0, "")


@pytest.mark.parametrize(
    "words", [[], ["--io", "small", "csv"], ["--peers", "--io"], ["--io", "--quick"]]
)
def test_measurement_that_is_not_one_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        bench.main(words)
    assert end.value.code == 2
