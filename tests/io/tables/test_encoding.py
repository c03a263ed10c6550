"""Encodings of lists: told from the bytes, or read in one that keeps the numbers, and said."""

from __future__ import annotations

from pathlib import Path

import pytest

from vetter.core.candidates.candidate_list import CandidateList
from vetter.io.tables.candidates import read_candidates

CHINESE = "编号,x,y,备注\n1,50,60,可能是超新星\n2,120,40,彗星，亮\n"
JAPANESE = "id,x,y,備考\n1,50,60,超新星の候補です\n2,120,40,a\n"
KOREAN = "id,x,y,비고\n1,50,60,초신성 후보\n2,120,40,a\n"
RUSSIAN = "id,x,y,примечание\n1,50,60,сверхновая\n2,120,40,a\n"
GERMAN = "id,x,y,Größe\n1,50,60,Müller prüft\n2,120,40,a\n"
ENGLISH = "id,x,y,note\n1,50,60,\u201cfaint\u201d \u2013 look again\n2,120,40,a\n"


def listed(folder: Path, text: str, codec: str) -> CandidateList:
    (folder / "list.csv").write_bytes(text.encode(codec))
    # The choice of the user, so that no caution asks for it.
    candidates = read_candidates(folder / "list.csv", one_based=False)
    assert candidates.x.tolist() == [50, 120] and candidates.y.tolist() == [60, 40]
    return candidates


@pytest.mark.parametrize("codec", ["gb18030", "gbk", "gb2312"])
def test_chinese_is_read_and_called_a_guess(tmp_path: Path, codec: str) -> None:
    candidates = listed(tmp_path, CHINESE, codec)
    assert candidates.columns == ["编号", "x", "y", "备注"]
    assert candidates.column("备注").tolist() == ["可能是超新星", "彗星，亮"]
    assert candidates.cautions == (
        "list.csv: its encoding cannot be told, read as GB18030; if letters look wrong, "
        "choose another in List > Roles of the columns, or --encoding NAME",
    )


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "cp949"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
    ],
)
def test_other_encoding_keeps_numbers_with_a_caution(tmp_path: Path, text: str, codec: str) -> None:
    candidates = listed(tmp_path, text, codec)
    assert candidates.columns[:3] == ["id", "x", "y"]
    assert len(candidates.cautions) == 1
    assert "its encoding cannot be told, read as " in candidates.cautions[0]


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [(GERMAN, "latin-1", "Latin-1"), (ENGLISH, "cp1252", "Windows-1252")],
)
def test_western_text_is_read_with_a_note(tmp_path: Path, text: str, codec: str, name: str) -> None:
    candidates = listed(tmp_path, text, codec)
    header, row = (line.split(",") for line in text.splitlines()[:2])
    assert candidates.columns == header
    assert candidates.column(header[3])[0] == row[3]
    assert f"list.csv: not UTF-8, read as {name}" in candidates.notes
    assert not candidates.cautions


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_without_a_note(tmp_path: Path, codec: str) -> None:
    candidates = listed(tmp_path, "# a list for a test\n" + GERMAN, codec)
    assert candidates.column("Größe").tolist() == ["Müller prüft", "a"]
    assert not [note for note in candidates.notes if "UTF" in note]
