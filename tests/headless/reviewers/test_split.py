from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.field_files import write_field, write_list
from vetter import cli
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide_group
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.session.session_file import SessionFile

COUNT = 20


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """Return the command line of a list of 20 and its planes."""
    planes = write_field(tmp_path)
    places = 20.0 + np.arange(COUNT)
    table = write_list(tmp_path / "l.csv", id=[f"J{i}" for i in range(COUNT)], x=places, y=places)
    return [str(table), "--image", planes["image"], "--template", planes["template"]]


def split(words: list[str], tmp_path: Path, *more: str) -> list[Path]:
    assert cli.main(["split", *words, "-o", str(tmp_path / "out"), *more]) == 0
    return sorted((tmp_path / "out").iterdir())


def keys_of(path: Path) -> list[str]:
    source = open_input([str(path)])
    source.close()
    return [str(key) for key in source.candidates.keys]


def test_each_share_opens_as_a_session(words: list[str], tmp_path: Path) -> None:
    shares = split(words, tmp_path, "--into", "4", "--overlap", "20%")
    assert [path.name for path in shares] == [f"l_share{n}of4.vetter" for n in range(1, 5)]
    keys = [keys_of(path) for path in shares]
    assert [len(one) for one in keys] == [8, 8, 8, 8]
    assert len(set.intersection(*map(set, keys))) == 4
    assert set().union(*keys) == {f"J{i}" for i in range(COUNT)}


def test_share_counts_its_own_candidates(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shares = split(words, tmp_path, "--into", "4", "--overlap", "0")
    capsys.readouterr()
    assert cli.main(["status", str(shares[1]), "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert (status["candidates"], status["undecided"]) == (5, 5)


def test_split_says_what_the_overlap_measures(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    split(words, tmp_path, "--into", "2", "--overlap", "50%")
    lines = capsys.readouterr().out.splitlines()
    assert "20 candidates, 10 in common, held by all shares" in lines
    assert lines[-1] == "the overlap gives the agreement to about +-0.37 in kappa (at 0.8)"


def test_split_in_pairs_says_so(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    split(words, tmp_path, "--into", "2", "--overlap", "0.5", "--pairs")
    assert "10 in common, each held by two shares" in capsys.readouterr().out


def test_existing_share_is_not_overwritten(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    split(words, tmp_path, "--into", "2")
    assert cli.main(["split", *words, "-o", str(tmp_path / "out"), "--into", "2"]) == 2
    assert "there already" in capsys.readouterr().err


def test_share_is_not_split_again(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shares = split(words, tmp_path, "--into", "2")
    assert cli.main(["split", str(shares[0]), "-o", str(tmp_path / "b"), "--into", "2"]) == 2
    assert "a share already; split the whole list" in capsys.readouterr().err


def test_list_shorter_than_the_shares_is_refused(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["split", *words, "-o", str(tmp_path / "out"), "--into", "30"]) == 2
    assert "20 candidates for 30 shares" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_session_keeps_its_decisions_in_the_shares(words: list[str], tmp_path: Path) -> None:
    whole = open_input([words[0]])
    ledger = Ledger(whole.candidates, "ann")
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, "ann") as file:
        file.record_input(whole.record, whole.fingerprints, COUNT)
        file.append(decide_group(ledger, range(COUNT), Verdict.REJECT))
        file.set_settings({"columns": ["name"]})
        file.put_adjustment("J3", "signature", {"adjust_dx": 0.5})
    whole.close()
    shares = split([str(path)], tmp_path, "--into", "2", "--overlap", "0")
    fits = {}
    for share in shares:
        with SessionFile.open(share, "ann", read_only=True) as file:
            assert {d.key for d in file.decisions()} == set(keys_of(share))
            assert file.settings["columns"] == ["name"]
            fits |= file.adjustments()
    assert fits["J3"][1] == {"adjust_dx": 0.5}


@pytest.mark.parametrize("part", ["-5%", "120%", "some", "1.5"])
def test_impossible_overlap_is_refused(
    part: str, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli.main(["split", *words, "--into", "2", f"--overlap={part}", "-o", str(tmp_path)])
    assert "expected a part as 10% or 0.1" in capsys.readouterr().err


def test_one_share_is_refused_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["split", "demo", "--into", "1", "-o", str(tmp_path)]) == 2
    assert capsys.readouterr().err == "vetter: --into 1: expected 2 shares or more\n"


def test_split_session_says_how_its_test_rows_come_back(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, _, image, _, template = words
    planes = {"image": image, "template": template}
    how = InputOptions.from_keywords(planes=planes, fwhm=3.0, radius=4, fakes=3)
    source = open_input([table], how)
    path = tmp_path / "night.vetter"
    with SessionFile.create(path, "ann") as file:
        file.record_input(source.record, source.fingerprints, len(source.candidates))
        file.add_planted(source.planted)
    source.close()
    assert cli.main(["split", str(path), "--into", "2", "-o", str(tmp_path / "out")]) == 0
    assert "--fakes N and --seed S" in capsys.readouterr().out
    shares = sorted((tmp_path / "out").glob("*.vetter"))
    assert len(shares) == 2
    for share in shares:
        with SessionFile.open(share, "", read_only=True) as file:
            assert not file.planted()
    # The same number and seed put the same sources into every share.
    keys = []
    for share in shares:
        own = open_input([str(share)], InputOptions.from_keywords(fakes=3))
        keys.append({row.key for row in own.planted})
        own.close()
    assert len(keys[0]) == 3
    assert keys[0] == keys[1]
