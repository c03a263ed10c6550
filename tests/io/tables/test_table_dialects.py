from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from vetter.core.candidates.candidate_list import CandidateList
from vetter.errors import InputError
from vetter.io.tables.candidates import read_candidates
from vetter.io.tables.text import to_usual_dialect

PLAIN = Table({"id": ["a1", "b2"], "x": [20.25, 50.5], "y": [30.0, 40.75], "mag": [17.5, 18.25]})


def listed(folder: Path, text: str) -> CandidateList:
    (folder / "list.txt").write_text(text)
    return read_candidates(folder / "list.txt")


def rows(sign: str, *above: str) -> str:
    lines = [sign.join(map(str, row)) for row in PLAIN.iterrows()]
    return "\n".join([*above, sign.join(PLAIN.colnames), *lines]) + "\n"


def written(form: str) -> str:
    out = io.StringIO()
    PLAIN.write(out, format=form)
    return out.getvalue()


TEXTS = {
    **{f"delimiter {sign!r}": rows(sign) for sign in "^~:&!@"},
    "comments of C": rows(",", "// made by me", "// twice"),
    "comments of Fortran": rows(" ", "! made by me"),
    "comments of TeX": rows("\t", "% made, by me", ""),
    "names in a comment of TeX": "%id x y mag\na1 20.25 30.0 17.5\nb2 50.5 40.75 18.25\n",
    "single quotes": "'id','x','y','mag'\n'a1','20.25','30','17.5'\n'b2','50.5','40.75','18.25'\n",
    "decimal commas": "id;x;y;mag\na1;20,25;30;17,5\nb2;50,5;40,75;18,25\n",
    "VizieR": "#VizieR\nid\tx\ty\tmag\n\tpix\tpix\tmag\n--\t---\t---\t---\n"
    "a1\t20.25\t30.0\t17.5\nb2\t50.5\t40.75\t18.25\n",
    "Markdown": "| id | x | y | mag |\n|:--|---|--:|---|\n| a1 | 20.25 | 30 | 17.5 |\n"
    "| b2 | 50.5 | 40.75 | 18.25 |\n",
    "RDB": written("ascii.rdb"),
    "units": rows(",").replace("mag\n", "mag\n,pix,(pix),mag\n"),
    "units in brackets": rows(",").replace("mag\n", "mag\n[],[pix],[pix],[mag]\n"),
    "bars without a rule": written("ascii.fixed_width"),
    "units and blanks": rows(" ").replace("mag\n", "mag\nnone pix pix mag\n"),
    "two lines": written("ascii.fixed_width_two_line"),
    "reStructuredText": written("ascii.rst"),
    "machine-readable": written("ascii.mrt"),
    "LaTeX": written("ascii.latex"),
    "AASTeX": written("ascii.aastex"),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_they_are_read(tmp_path: Path, text: str) -> None:
    candidates = listed(tmp_path, text)
    assert candidates.keys.tolist() == ["a1", "b2"]
    assert candidates.x.tolist() == [20.25, 50.5] and candidates.y.tolist() == [30.0, 40.75]
    np.testing.assert_allclose(candidates.column("mag").astype(float), [17.5, 18.25])


def test_decimal_commas_are_said(tmp_path: Path) -> None:
    notes = listed(tmp_path, TEXTS["decimal commas"]).notes
    assert "list.txt: decimal commas in x, y, mag" in notes


def test_lists_of_numbers_are_no_decimals(tmp_path: Path) -> None:
    candidates = listed(tmp_path, "id;x;y;visits\na;1;2;3,4\nb;5;6;7,8,9\n")
    assert candidates.column("visits").tolist() == ["3,4", "7,8,9"]


def test_lines_keep_their_numbers(tmp_path: Path) -> None:
    text = "// one\nid,x,y\n--,--,--\na,1,2\nb,3\n"
    assert to_usual_dialect(text).count("\n") == text.count("\n")
    with pytest.raises(InputError):
        listed(tmp_path, text)


def test_apostrophes_stay_where_names_are_quoted_with_them(tmp_path: Path) -> None:
    text = "'id','name','x','y'\na,Barnard's star,1,2\nb,'3''s',3,4\n'c','d,e','5','6'\n"
    assert listed(tmp_path, text).column("name").tolist() == ["Barnard's star", "3's", "d,e"]


@pytest.mark.parametrize("above", ["", "=====\n"])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_a_line_drawn_below_the_rows_takes_none_of_them_away(
    tmp_path: Path, above: str, count: int
) -> None:
    rows = "".join(f"a{row} 10.5 {row}\n" for row in range(count))
    assert len(listed(tmp_path, f"{above}id x y\n{rows}-----\n")) == count


def test_a_number_that_is_missing_among_decimal_commas_is_nan(tmp_path: Path) -> None:
    candidates = listed(tmp_path, "id;x;y;mag\na;1,5;2,5;nan\nb;3,5;4,5;17,5\nc;5;6;NaN\n")
    np.testing.assert_array_equal(candidates.column("mag"), [np.nan, 17.5, np.nan])


@pytest.mark.parametrize(
    "line",
    ["--" + "::-" * 60 + "x", "'a'" + "\t" * 60_000 + "x", "'a'" + " \t" * 30_000 + "x"],
    ids=["drawn", "tabs", "blanks and tabs"],
)
def test_a_damaged_line_does_not_take_hours(line: str) -> None:
    assert to_usual_dialect(f"{line}\na b\n") == f"{line}\na b\n"


def test_a_usual_text_is_not_touched() -> None:
    text = "# made by me\nid,x,y\na,1,-2\nb,--,3\nc,,-\n"
    assert to_usual_dialect(text) is text
