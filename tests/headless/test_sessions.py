from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.field_files import write_field, write_list
from vetter import cli
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.session.session_file import SessionFile


@pytest.fixture
def session(tmp_path: Path) -> str:
    """Two candidates: the first accepted, the second rejected, by ``me``."""
    options = InputOptions(planes=write_field(tmp_path), radius=5)
    source = open_input(str(write_list(tmp_path / "l.csv")), options)
    ledger = Ledger(source.candidates, "me")
    with SessionFile.create(tmp_path / "s.vetter", "me") as file:
        file.record_input(source.record, source.fingerprints, len(source.candidates))
        for row, verdict in enumerate((Verdict.ACCEPT, Verdict.REJECT)):
            decision = decide(ledger, row, verdict=verdict, seconds=1.0)
            assert decision is not None
            for written in file.append([decision], position="b"):
                ledger.apply(written)
    source.close()
    return str(tmp_path / "s.vetter")


def test_status_for_programs(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["status", session, "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["candidates"] == 2 and status["decisions"] == 2 and status["undecided"] == 0
    assert (status["accepted"], status["rejected"], status["maybe"]) == (1, 1, 0)
    assert status["position"] == "b" and status["reviewers"] == ["me"]


def test_log(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["log", session]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and "accept" in lines[1] and "reject" in lines[2]


def test_export(session: str, tmp_path: Path) -> None:
    words = ["export", session, "-o", str(tmp_path / "out"), "--format", "csv", "--format", "fits"]
    assert cli.main(words) == 0
    files = sorted(
        p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.*")
    )
    assert [name for name in files if not name.startswith(".")] == [
        "cutouts/a.fits",
        "decisions.csv",
        "decisions.fits",
    ]


def test_export_with_pictures(session: str, tmp_path: Path, qapp: object) -> None:
    words = ["export", session, "-o", str(tmp_path / "out"), "--png", "--verdict", "all"]
    assert cli.main(words) == 0
    names = sorted(path.name for path in (tmp_path / "out" / "cutouts").glob("*.png"))
    assert names == ["a.png", "b.png"]
    assert (tmp_path / "out" / "cutouts" / "a.png").read_bytes().startswith(b"\x89PNG")


def test_export_writes_report_and_sheet(session: str, tmp_path: Path, qapp: object) -> None:
    words = ["export", session, "-o", str(tmp_path / "out"), "--html", "--contact-sheet"]
    assert cli.main([*words, "--verdict", "all"]) == 0
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert page.count("<article>") == page.count("data:image/png;base64,iVBOR") == 2
    assert (tmp_path / "out" / "contact_sheet.pdf").read_bytes().startswith(b"%PDF")
    assert not list((tmp_path / "out" / "cutouts").glob("*.png"))


def test_status_names_the_storms_of_the_window(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    storm = {"kind": "image", "label": "e3", "candidates": 60, "usual": 3.5}
    with SessionFile.open(session, "me") as file:
        found = [storm, {**storm, "candidates": "60"}, 7]
        file.set_settings({"storms": {"found": found, "dismissed": []}})
    assert cli.main(["status", session, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["storms"] == [storm]
    assert cli.main(["status", session]) == 0
    said = "storm       image e3: 60 candidates, 3.5 in the others' median"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("record", [None, 3, {"found": 3}, {"found": []}])
def test_status_without_storms_has_no_such_key(
    session: str, capsys: pytest.CaptureFixture[str], record: object
) -> None:
    with SessionFile.open(session, "me") as file:
        file.set_settings({"storms": record})
    assert cli.main(["status", session, "--json"]) == 0
    assert "storms" not in json.loads(capsys.readouterr().out)
