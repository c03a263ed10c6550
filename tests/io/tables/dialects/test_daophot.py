from __future__ import annotations

from pathlib import Path

import pytest

from vetter.core.candidates.candidate_list import CandidateList
from vetter.errors import InputError
from vetter.io.tables.candidates import read_candidates

HEADER = (
    " NL    NX    NY  LOWBAD HIGHBAD  THRESH     AP1  PH/ADU  RNOISE    FRAD\n"
    " {}  2048  2048   -37.5 32000.0   12.01    3.00    2.50    4.10    6.00\n\n"
)
FOUND = """\
      1  120.50   33.25   -3.512    0.612   -0.114    0.020
     12   18.11  940.00   -0.213    0.402    0.334   -0.101
"""
FITTED = """\
      1  120.503   33.251   14.512   0.0121   101.31       4.    1.021    0.010
     12   18.112  940.004   18.001   0.0912   100.02       6.    0.951   -0.210
"""
APERTURES = """\
      1  120.503   33.251   14.512   14.400
      101.310  4.10  0.02  0.0121  0.0150

     12   18.112  940.004   18.001   17.900
      100.020  4.05  0.00  0.0912  0.1015
"""


def listed(folder: Path, text: str, kind: int | str = 1) -> CandidateList:
    path = folder / "stars.als"
    path.write_text(HEADER.format(kind) + text)
    return read_candidates(path)


@pytest.mark.parametrize(
    ("kind", "text"),
    [(1, FOUND), (1, FITTED), (2, APERTURES), (3, FITTED), (1, FITTED.replace("\n", "\r\n"))],
    ids=["found", "fitted", "apertures", "groups", "ends of lines"],
)
def test_positions_count_from_1(tmp_path: Path, kind: int, text: str) -> None:
    candidates = listed(tmp_path, text, kind)
    assert candidates.keys.tolist() == ["1", "12"]
    assert candidates.x == pytest.approx([119.5, 17.11], abs=0.01)
    assert candidates.y == pytest.approx([32.25, 939.0], abs=0.01)


@pytest.mark.parametrize(("kind", "text"), [(1, FITTED), (2, APERTURES)])
def test_magnitudes_and_errors(tmp_path: Path, kind: int, text: str) -> None:
    candidates = listed(tmp_path, text, kind)
    assert (candidates.value("mag", 1), candidates.value("mag_err", 1)) == (18.001, 0.0912)


def test_other_columns_are_numbered(tmp_path: Path) -> None:
    assert listed(tmp_path, "1 2 3 4 5\n").columns == ["ID", "X", "Y", "MAG", "col5"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("  1 120.5 33.2 1 2\n  2 120.5\n", "line 5: expected 3 numbers or more, found '2 120.5'"),
        ("  1 120.5 33.2 1 2\n  2 120.5 1 1\n", "line 5: 4 numbers where the first star has 5"),
        ("  1 12034.50-1033.25 4 5\n  x 5 6 7 8\n", "line 4: .*put blanks between them"),
        ("", "no rows"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        listed(tmp_path, text)


def test_a_star_cut_in_two(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two lines for each star"):
        listed(tmp_path, APERTURES.rstrip().rsplit("\n", 1)[0] + "\n", 2)


def test_a_header_without_its_line_of_numbers(tmp_path: Path) -> None:
    (tmp_path / "l.coo").write_text(" NL NX NY LOWBAD\n")
    with pytest.raises(InputError, match="under NL"):
        read_candidates(tmp_path / "l.coo")


def test_a_number_below_nl_that_is_thousands_of_digits_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a number under NL"):
        listed(tmp_path, FOUND, "9" * 5000)


def test_an_id_too_large_for_a_whole_number_is_not_taken_for_another(tmp_path: Path) -> None:
    keys = listed(tmp_path, "1e300 2 3 4\ninf 5 6 7\n").keys.tolist()
    assert keys == ["1e+300", "row-2"]


def test_star_of_too_many_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found 10001 columns; 10000 are the most"):
        listed(tmp_path, "1 " * 200_000 + "\n")
