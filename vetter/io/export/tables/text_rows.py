"""Rows of tables as text, written column by column in a fraction of astropy's time."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from astropy.table import Table

_EMPTY = "\ufdd0empty\ufdd0"
"""Stand-in for an empty text, which ECSV writes in quotes: no text has noncharacters of Unicode."""

_VOTABLE_NUMBERS = {"nan": "NaN", "inf": "+InF", "-inf": "-InF"}
"""Texts of special numbers as astropy writes them to VOTables, by Python's texts."""

_TABLE_START, _TABLE_END = "<TABLEDATA>\n", "    </TABLEDATA>"


def ecsv_rows(plain: Table, head: str) -> str | None:
    """Return the rows of an ECSV file as astropy writes them, in a third of the time.

    None for arrays and complex numbers, which astropy writes in other ways.
    """
    columns = []
    for column in plain.columns.values():
        texts = _column_texts(column)
        if texts is None:
            return None
        if column.dtype.kind == "U":
            texts = [text.strip(" \t") or _EMPTY for text in texts]
        if np.ma.is_masked(column):
            for row in np.flatnonzero(np.ma.getmaskarray(column)):
                texts[row] = _EMPTY
        columns.append(texts)
    out = StringIO(newline="")
    end = "\r\n" if head.endswith("\r\n") else "\n"
    csv.writer(out, delimiter=" ", lineterminator=end).writerows(zip(*columns, strict=True))
    return out.getvalue().replace(_EMPTY, '""')


def votable_text(plain: Table) -> str | None:
    """Return a VOTable as astropy writes it, in a seventh of the time.

    None for arrays and complex numbers, and for an empty table.
    """
    columns = []
    for column in plain.columns.values():
        texts = _column_texts(column)
        if texts is None:
            return None
        columns.append(_votable_cells(texts, column))
    if not len(plain):
        return None
    out = BytesIO()
    plain[:1].write(out, format="votable")
    whole = out.getvalue().decode()
    start = whole.index(_TABLE_START) + len(_TABLE_START)
    end = whole.index(_TABLE_END, start)
    rows = ("".join(cells) for cells in zip(*columns, strict=True))
    body = "".join(f"     <TR>\n{row}     </TR>\n" for row in rows)
    return whole[:start] + body + whole[end:]


def _votable_cells(texts: Sequence[str], column: Any) -> list[str]:
    kind = column.dtype.kind
    if kind == "U":
        texts = [escape(text) for text in texts]
    elif kind == "b":
        texts = ["1" if text == "True" else "0" for text in texts]
    elif kind == "f":
        texts = [_VOTABLE_NUMBERS.get(text, text.removesuffix(".0")) for text in texts]
    cells = [f"      <TD>{text}</TD>\n" if text else "      <TD/>\n" for text in texts]
    for row in np.flatnonzero(np.ma.getmaskarray(column)):
        cells[row] = "      <TD/>\n"
    return cells


def _column_texts(column: Any) -> list[str] | None:
    """Return the values of a column as text; None for arrays and complex numbers."""
    data = np.asarray(np.ma.getdata(column))
    if data.ndim != 1 or data.dtype.kind not in "biufU":
        return None
    # A float32 has fewer digits than the same number as Python's float.
    is_short = data.dtype.kind == "f" and data.dtype != np.float64
    return list(map(str, data if is_short else data.tolist()))
