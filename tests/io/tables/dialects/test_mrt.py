"""Tables described byte by byte, in the file itself or in a ReadMe beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.tables.candidates import read_candidates
from vetter.io.tables.reading import read_table

RULE = "-" * 80 + "\n"
DESCRIPTION = (
    f"Byte-by-byte Description of file: table.dat\n{RULE}"
    f" Bytes Format Units  Label     Explanations\n{RULE}"
    "  1-  7  A7    ---    Name     Name of the candidate\n"
    "  9- 12  F4.1  mag    mag      ?=- Magnitude\n"
    " 14- 18  F5.1  pix    x        Column\n"
    " 20- 24  F5.1  pix    y        Row\n"
    f"{RULE}"
)
NOTES = f"Note (1): of one night\n  alone.\n{RULE}"
ROWS = "2026aaa 18.1  50.0  60.0\n2026aab      120.0  40.0\n"
SUMMARY = (
    "J/A+A/1/1   Candidates   (Nobody+, 2026)\n\nFile Summary:\n"
    f"{RULE} FileName Lrecl Records Explanations\n{RULE}table.dat  24  2  Candidates\n{RULE}\n"
)
TABLES = {
    "title": f"Title: Candidates\n{'=' * 80}\n{DESCRIPTION}{ROWS}",
    "no title": DESCRIPTION + ROWS,
    "notes": DESCRIPTION + NOTES + ROWS,
    "byte per byte": DESCRIPTION.replace("by-byte", "per-byte") + ROWS,
    "Windows": (DESCRIPTION + ROWS).replace("\n", "\r\n"),
}


def check(path: Path) -> None:
    candidates = read_candidates(path)
    assert candidates.keys.tolist() == ["2026aaa", "2026aab"]
    assert candidates.x.tolist() == [50, 120] and candidates.y.tolist() == [60, 40]
    assert candidates.value("mag", 0) == 18.1 and candidates.value("mag", 1) is None


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES.keys())
def test_table_below_its_description_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "list.txt").write_bytes(text.encode())
    check(tmp_path / "list.txt")


@pytest.mark.parametrize("readme", ["ReadMe", "README", "ReadMe.txt"])
@pytest.mark.parametrize("description", [DESCRIPTION, DESCRIPTION + NOTES])
def test_table_beside_its_readme_is_read(tmp_path: Path, readme: str, description: str) -> None:
    other = description.replace("table.dat", "other.dat").replace("Name  ", "Other ")
    end = f"\n{'=' * 80}\n(End)  Nobody [CDS]\n"
    (tmp_path / readme).write_text(SUMMARY + other + "\n" + description + end)
    (tmp_path / "table.dat").write_text(ROWS)
    check(tmp_path / "table.dat")


def test_readme_of_other_files_leaves_a_table_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "ReadMe").write_text(SUMMARY + DESCRIPTION)
    (tmp_path / "list.csv").write_text("id,x,y\na,1,2\n")
    assert read_candidates(tmp_path / "list.csv").keys.tolist() == ["a"]


def test_readme_itself_is_refused_with_its_tables(tmp_path: Path) -> None:
    (tmp_path / "ReadMe").write_text(SUMMARY + DESCRIPTION)
    with pytest.raises(InputError, match="a description of other files: give one of these, table"):
        read_candidates(tmp_path / "ReadMe")


def test_real_table_of_the_aas_has_five_rows(cases: Path) -> None:
    path = cases / "T06_aas_mrt" / "apj_table2_mrt.txt"
    table = read_table(parse_fits_name(path)).table
    assert table["Name"].tolist() == ["2026aaa", "2026aab", "2026aac", "2026aad", "2026aae"]
    assert table["DE-"].tolist() == ["-"] * 5
    assert table["RAs"].tolist()[0] == pytest.approx(55.650011654)
