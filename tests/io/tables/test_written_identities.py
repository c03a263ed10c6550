from __future__ import annotations

import json
from pathlib import Path

import pytest
from astropy.table import Table

from tests.helpers.cautions import other_texts
from tests.helpers.field_files import write_field
from vetter.core.candidates.candidate_list import CandidateList
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.tables import text
from vetter.io.tables.candidates import read_candidates

PADDED = ["0012", "12", "012", "99"]


def write(path: Path, ids: list[str], separator: str = ",", head: str = "id,x,y") -> Path:
    rows = [separator.join((one, "10", str(20 + n))) for n, one in enumerate(ids)]
    path.write_text("\n".join([head.replace(",", separator), *rows]) + "\n")
    return path


def keys(path: Path, **options: object) -> list[str]:
    return read_candidates(path, **options).keys.tolist()


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "  "])
@pytest.mark.parametrize("role", ["id", "name", "objid", "NUMBER"])
def test_padded_identities_are_read_as_written(tmp_path: Path, separator: str, role: str) -> None:
    path = write(tmp_path / "l.txt", PADDED, separator, f"{role},x,y")
    candidates = read_candidates(path)
    assert candidates.keys.tolist() == PADDED
    assert candidates.table[role].tolist() == PADDED


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["1e10", "2e10"], ["1e10", "2e10"]),
        (["+1", "2"], ["+1", "2"]),
        (["-0", "0"], ["-0", "0"]),
        (["1.10", "2.0"], ["1.10", "2.0"]),
        (['"000123"', '"000124"'], ["000123", "000124"]),
        (['="000123"', '="12"'], ["000123", "12"]),
        (["00000000000000000000123", "1"], ["00000000000000000000123", "1"]),
        (["1155522101501501507", ""], ["1155522101501501507", "row-2"]),
        (["0012", "NaN"], ["0012", "row-2"]),
        (["1e10", "NaN"], ["1e10", "row-2"]),
    ],
)
def test_identity_keeps_its_form(tmp_path: Path, ids: list[str], expected: list[str]) -> None:
    assert keys(write(tmp_path / "l.csv", ids)) == expected


def test_plain_numbers_stay_numbers(tmp_path: Path) -> None:
    candidates = read_candidates(write(tmp_path / "l.csv", ["7", "0", "-3"]))
    assert candidates.table["id"].dtype.kind == "i"
    assert candidates.keys.tolist() == ["7", "0", "-3"]


def test_name_column_beside_key_is_read_as_written(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("number,name,x,y\n1,0012,1,2\n2,12,3,4\n")
    candidates = read_candidates(tmp_path / "l.csv")
    assert [candidates.name(row) for row in range(2)] == ["0012", "12"]


def test_chosen_key_is_read_as_written(tmp_path: Path) -> None:
    path = write(tmp_path / "l.csv", PADDED, head="spot,x,y")
    assert keys(path, columns={"key": "spot"}) == PADDED


def test_identities_with_comments_and_hash_rows_stay_beside_their_rows(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(
        '# a comment\n\nid,x,y,note\n0012,1,2,"one, #2"\n# put aside\n\n12,3,4,\n007,5,6,b\n'
    )
    candidates = read_candidates(tmp_path / "l.csv")
    assert candidates.keys.tolist() == ["0012", "12", "007"]
    assert candidates.x.tolist() == [1, 3, 5]


def test_identities_of_long_text_are_read_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is an optional extra")
    monkeypatch.setattr(text, "ARROW_PAYS", 10)
    assert keys(write(tmp_path / "l.csv", PADDED)) == PADDED
    assert keys(write(tmp_path / "m.csv", ["000123", "000124"])) == ["000123", "000124"]


def test_latex_identities_are_read_as_written(tmp_path: Path) -> None:
    rows = "".join(f"{one} & 1 & 2 \\\\\n" for one in PADDED)
    (tmp_path / "l.tex").write_text(
        "\\begin{table}\n\\begin{tabular}{ccc}\nid & x & y \\\\\n\\hline\n"
        f"{rows}\\end{{tabular}}\n\\end{{table}}\n"
    )
    assert keys(tmp_path / "l.tex") == PADDED


def test_json_identities_are_read_as_written(tmp_path: Path) -> None:
    records = [{"id": one, "x": 1, "y": 2} for one in ("0012", 12, "1e10")]
    (tmp_path / "l.json").write_text(json.dumps(records))
    assert keys(tmp_path / "l.json") == ["0012", "12", "1e10"]


def test_cells_of_decimal_commas_stay_text_in_identities(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("id;x;y\n12,5;1,5;2,0\n012,5;3,5;4,0\n")
    candidates = read_candidates(tmp_path / "l.csv")
    assert candidates.keys.tolist() == ["12,5", "012,5"] and candidates.x.tolist() == [1.5, 3.5]


def open_list(path: Path, folder: Path) -> CandidateList:
    source = open_input(str(path), InputOptions(planes=write_field(folder, ("image",))))
    source.close()
    return source.candidates


@pytest.mark.parametrize("suffix", ["csv", "ecsv", "fits", "vot"])
def test_padded_identities_survive_other_formats(tmp_path: Path, suffix: str) -> None:
    candidates = open_list(write(tmp_path / "l.csv", PADDED), tmp_path)
    table = Table(candidates.table)
    written = tmp_path / f"m.{suffix}"
    table.write(written, **({"format": "votable"} if suffix == "vot" else {}))
    assert keys(written) == PADDED


def test_real_identities_like_numbers(cases: Path) -> None:
    path = cases / "T19_ids_like_numbers" / "leading_zeros.csv"
    assert keys(path) == ["000123", "000124", "001000", "012345", "099999"]


def test_identities_that_a_spreadsheet_rounded_are_said(tmp_path: Path) -> None:
    candidates = read_candidates(write(tmp_path / "l.csv", ["1.15552E+18", "12"]))
    assert "id is written as 1.15552E+18: long identities have lost digits" in candidates.notes
    short = read_candidates(write(tmp_path / "m.csv", ["1e10", "12"]))
    assert len(other_texts(short.notes)) == 1


def test_objects_beside_keys_are_read_as_written(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("candid,objectId,x,y\n1,0012,1,2\n2,12,3,4\n")
    assert read_candidates(tmp_path / "l.csv").table["objectId"].tolist() == ["0012", "12"]
