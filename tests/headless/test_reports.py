"""``vetter export --report``: reports of a kept session on the demo."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from vetter import cli

KEPT = Path(__file__).resolve().parent.parent / "kept" / "demo.vetter"


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return Path(shutil.copy(KEPT, tmp_path))


def _export(session: Path, *options: str) -> int:
    return cli.main(["export", str(session), "--reviewer", "ann", *options])


def test_preview_prints_the_report_and_writes_nothing(session, tmp_path, capsys) -> None:
    before = sorted(tmp_path.iterdir())
    assert _export(session, "--report", "tns", "--preview", "--field", "tns.at_type=1") == 0
    out, err = capsys.readouterr()
    entries = json.loads(out)["at_report"]
    assert {entry["at_type"] for entry in entries.values()} == {"1"}
    assert "missing: tns.reporter: names of the authors" in err
    assert sorted(tmp_path.iterdir()) == before


def test_report_replaces_cutouts_and_table(session, tmp_path, capsys) -> None:
    assert _export(session, "--report", "regions", "-o", str(tmp_path / "out")) == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["regions_fk5.reg", "regions_image.reg"]
    assert "regions_fk5.reg, regions_image.reg, 2 candidates" in capsys.readouterr().out


def test_choice_limits_the_report(session, capsys) -> None:
    options = ("--verdict", "all", "--where", "mag<19.5", "--since", "2020-01-01")
    assert _export(session, "--report", "regions", "--preview", *options) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 5 and all("undecided" not in line for line in lines)


def test_missing_facts_are_one_line_and_status_two(session, tmp_path, capsys) -> None:
    assert _export(session, "--report", "ades", "-o", str(tmp_path / "out")) == 2
    (*_, last) = capsys.readouterr().err.splitlines()
    assert last.startswith("vetter: ades report: not written, missing ades.station, ades.subm")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--report", "tns"), "export: no folder; name it with -o DIR, or give --preview"),
        ((), "export: no folder; name it with -o DIR"),
        (
            ("--report", "tns", "--preview", "--field", "tns.author=A"),
            "tns.author: no such field of a report",
        ),
        (
            ("--report", "tns", "--preview", "--field", "tns.at_type=SN"),
            "tns.at_type: expected a number, found 'SN'",
        ),
        (("--report", "ades", "--preview", "--since", "noon"), "noon: expected a time in UTC as"),
    ],
    ids=["no-folder", "no-folder-of-an-export", "unknown-field", "no-number", "no-time"],
)
def test_bad_options_are_one_line(session, capsys, options, line) -> None:
    assert _export(session, *options) == 2
    assert line in capsys.readouterr().err
