from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from vetter.errors import InputError
from vetter.io.tables.candidates import read_candidates
from vetter.io.tables.table_file import values_of

ECSV = """# %ECSV 1.0
# ---
# datatype:
# - {{name: id, datatype: int64}}
# - {{name: a, datatype: string, subtype: '{}'}}
# - {{name: x, datatype: float64}}
# - {{name: y, datatype: float64}}
id a x y
1 "" 3 4
2 "" 3 4
"""
VOTABLE = """<?xml version="1.0"?>
<VOTABLE><RESOURCE><TABLE nrows="{}">
<FIELD name="id" datatype="int"/><FIELD name="x" datatype="double"/>
<FIELD name="y" datatype="double"/><FIELD name="a" datatype="float" arraysize="{}"/>
<DATA><TABLEDATA><TR><TD>1</TD><TD>2</TD><TD>3</TD><TD>4</TD></TR></TABLEDATA></DATA>
</TABLE></RESOURCE></VOTABLE>
"""


@pytest.mark.parametrize(
    ("shape", "values"), [("63,63", 3969), ("63x63", 3969), ("4", 4), ("*", 1), ("null", 1)]
)
def test_values_of_a_shape_are_counted(shape: str, values: int) -> None:
    assert values_of(shape) == values


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("l.ecsv", ECSV.format("float64[20000,20000]")),
        ("l.vot", VOTABLE.format(1, "20000x20000")),
        ("l.vot", VOTABLE.format(1, "4000000000")),
        ("l.vot", VOTABLE.format(10**9, "3")),
    ],
    ids=["ecsv", "votable", "votable length", "votable rows"],
)
def test_arrays_beyond_the_file_are_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=r"its columns promise \d+ values"):
        read_candidates(tmp_path / name)


@pytest.mark.parametrize(("name", "kind"), [("l.ecsv", "ascii.ecsv"), ("l.vot", "votable")])
def test_stamps_in_cells_are_read(tmp_path: Path, name: str, kind: str) -> None:
    table = Table({"id": [1, 2], "x": [1.5, 2], "y": [3.0, 4], "s": np.ones((2, 63, 63))})
    table.write(tmp_path / name, format=kind)
    assert read_candidates(tmp_path / name).table["s"].shape == (2, 63, 63)
