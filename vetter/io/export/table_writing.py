"""Any table in any of four formats: what a format cannot hold is converted, and that is said."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

from astropy.table import Column, MaskedColumn, Table, vstack

from vetter.core.library_warnings import quiet
from vetter.errors import InputError
from vetter.io.export.plain_columns import escape_control, escape_non_ascii, plain_column

_WRITERS: dict[str, dict[str, Any]] = {
    "ecsv": {"format": "ascii.ecsv"},
    "csv": {"format": "ascii.csv", "strip_whitespace": False},
    "votable": {"format": "votable"},
    "fits": {"format": "fits"},
}
FORMATS = tuple(_WRITERS)


def write_table(table: Table, path: Path, kind: str) -> tuple[str, ...]:
    """Write a table to a new file.

    Parameters
    ----------
    table : `~astropy.table.Table`
        Not changed. Columns may be masked, of objects, of several dimensions, of any text.
    path : Path
    kind : str
        'ecsv', 'csv', 'votable' or 'fits'.

    Returns
    -------
    tuple of str
        What was converted, one line for each column.

    Raises
    ------
    InputError
        The file cannot be written; one line.
    """
    try:
        with quiet():
            # Units that a format knows no standard for, and dubious years, are written as well.
            plain, notes = plain_table(table, kind)
            plain.write(path, overwrite=True, **_WRITERS[kind])
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
    return notes


def write_pieces(pieces: Iterable[Table], path: Path, kind: str) -> tuple[str, ...]:
    """As :func:`write_table` for the rows of several tables of the same columns, one after another.

    A text format ('ecsv', 'csv') takes one at a time, and no more memory than the largest takes;
    of the others the whole table is made. There is at least one piece.
    """
    if kind not in ("ecsv", "csv"):
        return write_table(vstack(list(pieces), metadata_conflicts="silent"), path, kind)
    notes: list[str] = []
    head = ""
    try:
        with quiet(), path.open("w", encoding="utf-8", newline="") as file:
            for piece in pieces:
                plain, said = plain_table(piece, kind)
                notes += said
                if not head:
                    head = _text(plain[:0], kind)
                    file.write(head)
                file.write(_text(plain, kind).removeprefix(head))
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
    return tuple(dict.fromkeys(notes))


def _text(plain: Table, kind: str) -> str:
    out = StringIO(newline="")
    plain.write(out, **_WRITERS[kind])
    return out.getvalue()


def plain_table(table: Table, kind: str) -> tuple[Table, tuple[str, ...]]:
    """The table in columns that a format holds, and what was converted.

    Formats that columns carry for display are left out: they would cost digits.
    """
    plain, notes = Table(copy=False), []
    for name in table.colnames:
        for part, values, change in plain_column(str(name), table[name], kind):
            column, escaped = _escaped(values, kind)
            title = _title(part, plain.colnames, kind)
            if title != part:
                notes.append(f"column {part!r} is called {title!r} in {kind}")
            if change or escaped:
                said = ", ".join(text for text in (change, escaped) if text)
                notes.append(f"column {part!r} in {kind}: {said}")
            unit = getattr(table[name], "unit", None) if change == "" else values.unit
            plain.add_column(column, name=title)
            plain[title].unit = unit
            words = getattr(table[name].info, "description", None)
            if words:
                escape = escape_non_ascii if kind == "fits" else escape_control
                plain[title].description = escape(str(words))
    return plain, tuple(notes)


def _escaped(column: Column, kind: str) -> tuple[Column, str]:
    """The column with text that the format can hold, and what was done to it."""
    if column.dtype.kind != "U":
        return column, ""
    escape = escape_non_ascii if kind == "fits" else escape_control
    old = column.filled("").tolist() if isinstance(column, MaskedColumn) else column.tolist()
    new = [escape(text) for text in old]
    if new == old:
        return column, ""
    changed = MaskedColumn(new, mask=getattr(column, "mask", None))
    return changed, "characters that it cannot hold are written as \\x.. or \\u...."


def _title(name: str, taken: list[str], kind: str) -> str:
    if kind != "fits":
        return name
    base = title = escape_non_ascii(name).strip() or "column"
    number = 1
    while title.casefold() in {other.casefold() for other in taken}:
        number += 1
        title = f"{base}_{number}"
    return title
