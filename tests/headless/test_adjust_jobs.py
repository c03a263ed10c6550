"""Many processes, one answer; interrupted, changed and broken runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from tests.helpers.field_files import pixels, write_field, write_list
from vetter import cli
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.field_fit import make_field_fit
from vetter.headless import adjust
from vetter.headless.fit_journal import FitJournal
from vetter.headless.fit_process import ROWS_PER_BATCH, Broken, run_identity
from vetter.io import child_process
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.settings import FitSettings

pytestmark = pytest.mark.process

ROOT = Path(__file__).parent.parent.parent

UNHURRIED = """
import sys, time
from vetter import cli
from vetter.headless.fit_journal import FitJournal

add = FitJournal.add

def add_and_rest(*arguments):
    add(*arguments)
    time.sleep(1)

FitJournal.add = add_and_rest
sys.exit(cli.main(sys.argv[1:]))
"""
"""The program, resting behind each batch: it is not over before it is interrupted."""


def command(folder: Path, count: int) -> list[str]:
    """A field of noise with that many candidates, some of them off the image."""
    specs = write_field(folder, ("image", "convolved"))
    specs["err"] = str(folder / "err.fits")
    fits.writeto(specs["err"], np.full(pixels().shape, 3.0, np.float32))
    rng = np.random.default_rng(3)
    names = [f"c{number}" for number in range(count)]
    places = rng.uniform(0, 85, count), rng.uniform(0, 65, count)
    table = write_list(folder / "list.csv", id=names, x=places[0], y=places[1])
    planes = [word for name, file in specs.items() for word in (f"--{name}", file)]
    return ["adjust", str(table), *planes, "--fwhm", "3", "--radius", "6"]


def run(words: list[str], output: Path, *more: str) -> bytes:
    assert cli.main([*words, "-o", str(output), *more]) == 0
    assert not (output.parent / f"{output.name}.journal").exists()
    return output.read_bytes()


def test_the_output_is_the_same_for_any_number_of_jobs(tmp_path: Path) -> None:
    words = command(tmp_path, 2 * ROWS_PER_BATCH + 7)
    one = run(words, tmp_path / "one.fits", "--jobs", "1")
    assert run(words, tmp_path / "three.fits", "--jobs", "3") == one


def test_an_interrupted_run_goes_on_where_it_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = command(tmp_path, 5 * ROWS_PER_BATCH)
    whole = run(words, tmp_path / "whole.ecsv", "--jobs", "1")
    output = tmp_path / "out.ecsv"
    for kill, jobs in ((signal.SIGINT, 2), (signal.SIGKILL, 1)):
        status, said = interrupted([*words, "--jobs", str(jobs)], output, kill)
        assert status == (130 if kill == signal.SIGINT else -signal.SIGKILL)
        assert "Traceback" not in said and not output.exists()
        assert not list(tmp_path.glob("*.part"))
        if kill == signal.SIGINT:
            assert "holds the fits so far" in said and said.endswith("vetter: interrupted\n")
    capsys.readouterr()
    assert run(words, output, "--jobs", "1") == whole
    assert "goes on after " in capsys.readouterr().err


def interrupted(words: list[str], output: Path, kill: signal.Signals) -> tuple[int, str]:
    """Run it, and send the signal when a batch has been kept that was not there before."""
    journal = output.with_name(f"{output.name}.journal")
    before = journal.stat().st_size if journal.exists() else 0
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", UNHURRIED, *words, "-o", str(output)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    # The first line names the run and is longer than 200 bytes.
    while not journal.exists() or journal.stat().st_size < max(before + 1, 2000):
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.005)
    os.killpg(process.pid, kill)
    return process.wait(60), process.communicate()[1]


def test_a_journal_of_other_options_is_not_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = command(tmp_path, 20)
    output = tmp_path / "out.csv"
    with FitJournal(output, "of another run") as journal:
        journal.add(0, [Adjustment(converged=False, reason="stale").as_meta()] * 20)
    assert b"stale" not in run(words, output)
    assert "of another input or other options" in capsys.readouterr().err


def test_what_a_kill_cut_short_is_dropped_from_the_journal(tmp_path: Path) -> None:
    meta = Adjustment(converged=True, dx=0.1, at_bound=("dx",), notes=("a", "b")).as_meta()
    output = tmp_path / "out.csv"
    with FitJournal(output, "run") as journal:
        journal.add(4, [meta])
        journal.add(2, [meta, meta])
        path = journal.path
    path.write_bytes(path.read_bytes()[:-9])
    with FitJournal(output, "run") as journal:
        found = dict(journal.read_batches())
        assert set(found) == {4}
        assert Adjustment.from_meta(found[4][0]).as_meta()["adjust_notes"] == "a; b"
        journal.add(2, [meta])
    with FitJournal(output, "run") as journal:
        assert {number: len(metas) for number, metas in journal.read_batches()} == {4: 1, 2: 1}


def test_two_runs_do_not_write_one_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = command(tmp_path, 3)
    with FitJournal(tmp_path / "out.csv", "run"):
        assert cli.main([*words, "-o", str(tmp_path / "out.csv")]) == 2
    assert "another run is writing it" in capsys.readouterr().err


def test_identity_follows_what_is_read_and_how(tmp_path: Path) -> None:
    words = command(tmp_path, 3)
    planes = {word[2:]: file for word, file in zip(words[2:8:2], words[3:8:2], strict=True)}
    found = set()
    for options in (
        InputOptions(planes=planes, fwhm=3.0),
        InputOptions(planes=planes, fwhm=3.1),
        InputOptions(planes=planes, fwhm=3.0, one_based=True),
    ):
        source = open_input([words[1]], options)
        fitting = make_field_fit(source.fwhm(), FitSettings(), 10.0)
        found.add(run_identity(source, [fitting]))
        source.close()
    assert len(found) == 3


def test_a_process_that_cannot_go_on_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = command(tmp_path, 3 * ROWS_PER_BATCH)
    monkeypatch.setattr(adjust, "run_identity", lambda *_: "what the list was a moment ago")
    assert cli.main([*words, "-o", str(tmp_path / "out.csv"), "--jobs", "2"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert "the input changed" in said[-1] and "Traceback" not in "".join(said)


def test_a_process_that_is_killed_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(module: str, own_session: bool, tied: bool) -> subprocess.Popen[bytes]:
        code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
        pipe = subprocess.PIPE
        return subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe)

    monkeypatch.setattr(child_process, "start_child", killed)
    words = command(tmp_path, 2 * ROWS_PER_BATCH)
    assert cli.main([*words, "-o", str(tmp_path / "out.csv"), "--jobs", "2"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith("vetter: a worker process was ended by signal 9; run the same")


def test_a_fault_of_the_program_keeps_its_traceback() -> None:
    error = Broken("ValueError: x", "Traceback: here").error()
    assert isinstance(error, RuntimeError) and "here" in error.__notes__[0]


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5"])
def test_jobs_are_a_whole_number(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["adjust", "l.csv", "-o", "o.csv", "--jobs", jobs])
    assert "whole number above 0" in capsys.readouterr().err
