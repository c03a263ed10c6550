"""``vetter fields``, and the other commands on a field file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from astropy.table import Table

from tests.helpers.night_files import write_night
from vetter import cli
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide_group
from vetter.io.inputs.open_input import open_input
from vetter.io.session.session_file import SessionFile


@pytest.fixture
def night(tmp_path: Path) -> Path:
    return write_night(tmp_path, planes=("image", "convolved"))


def rejected_session(night: Path, tmp_path: Path) -> Path:
    """A session in which all epochs of the first object are rejected."""
    path = tmp_path / "s.vetter"
    source = open_input([str(night)])
    with SessionFile.start(path, "ann") as store:
        store.record_input(source.record, source.fingerprints, len(source.candidates))
        ledger = Ledger(source.candidates, "ann")
        store.append(decide_group(ledger, source.epochs.rows(0), Verdict.REJECT))
    source.close()
    return path


def test_a_draft_is_printed_or_written(night, tmp_path, capsys):
    assert cli.main(["fields", str(tmp_path)]) == 0
    assert '[[field]]\nname = "n0"' in capsys.readouterr().out
    output = tmp_path / "draft.toml"
    assert cli.main(["fields", str(tmp_path), "-o", str(output)]) == 0
    assert "3 fields, 3 with a list" in capsys.readouterr().err
    source = open_input([str(output)])
    assert len(source.candidates) == 5
    source.close()


def test_no_file_is_written_over(night, tmp_path, capsys):
    before = night.read_bytes()
    assert cli.main(["fields", str(tmp_path), "-o", str(night)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert night.read_bytes() == before


@pytest.mark.parametrize(
    ("output", "words"), [("x.txt", "is called .toml"), ("no/x.toml", "does not exist")]
)
def test_an_output_that_cannot_be_is_one_line(night, tmp_path, capsys, output, words):
    assert cli.main(["fields", str(tmp_path), "-o", str(tmp_path / output)]) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1


def test_cutouts_of_a_night(night, tmp_path):
    out = tmp_path / "out"
    assert cli.main(["cutouts", str(night), "--radius", "5", "-o", str(out)]) == 0
    assert len(list(out.glob("*.fits"))) == 5


def test_adjust_of_a_night_is_the_same_for_any_number_of_jobs(night, tmp_path, capsys):
    tables = []
    for jobs in ("1", "2"):
        output = tmp_path / f"a{jobs}.ecsv"
        words = ["adjust", str(night), "-o", str(output), "--fwhm", "3", "--jobs", jobs]
        assert cli.main(words) == 0
        tables.append(output.read_text())
    assert tables[0] == tables[1]
    table = Table.read(tmp_path / "a1.ecsv")
    assert list(table["field"]) == ["n0", "n0", "n1", "n1", "n2"]
    assert table["adjust_converged"].all() and len(set(table["adjust_chi2"])) == 5
    assert "n0: " in capsys.readouterr().err


def test_status_log_and_export_of_a_night(night, tmp_path, capsys):
    path = rejected_session(night, tmp_path)
    assert cli.main(["status", str(path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["candidates"], said["rejected"]) == (5, 3)
    assert cli.main(["log", str(path)]) == 0
    assert capsys.readouterr().out.count("\tgroup\t") == 3
    out = tmp_path / "out"
    assert cli.main(["export", str(path), "-o", str(out), "--verdict", "reject"]) == 0
    table = Table.read(out / "decisions.ecsv")
    assert list(table["field"]) == ["n0", "n0", "n1", "n1", "n2"]
    assert list(table["verdict"]) == ["reject", "none", "reject", "none", "reject"]
    assert len(list((out / "cutouts").glob("*.fits"))) == 3


def test_a_list_of_the_night_that_changed_is_counted_by_place(night, tmp_path, capsys):
    path = rejected_session(night, tmp_path)
    table = Table.read(tmp_path / "n1.csv", format="ascii.csv")
    table["ra"][0] += 0.01
    table["x"][0] += 100.0
    table.write(tmp_path / "n1.csv", format="ascii.csv", overwrite=True)
    capsys.readouterr()
    assert cli.main(["status", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rejected"] == 2
