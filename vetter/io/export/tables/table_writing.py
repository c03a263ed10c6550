"""Writer of tables in five formats, with columns of numbers, booleans and text.

Values that a format cannot hold are converted, with a note for each column.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from astropy.table import Column, MaskedColumn, Table, vstack

from vetter.core.candidates.numbered_name import numbered_name
from vetter.errors import InputError, suppress_warnings
from vetter.io.export.tables.column_facts import ColumnFacts
from vetter.io.export.tables.escapes import escape_control, escape_non_ascii
from vetter.io.export.tables.parquet_writing import write_parquet
from vetter.io.export.tables.text_rows import ecsv_rows, votable_text
from vetter.io.tables.arrow import has_pyarrow

_WRITERS: dict[str, dict[str, Any]] = {
    "ecsv": {"format": "ascii.ecsv"},
    "csv": {"format": "ascii.csv", "strip_whitespace": False},
    "votable": {"format": "votable"},
    "fits": {"format": "fits"},
    "parquet": {"format": "parquet"},
}
FORMATS = tuple(_WRITERS)

Part = tuple[str, Column, str]
"""Name of a column, the plain column, and its conversion in words ('' for none)."""

# For each format, the types that it lacks and their replacements.
_FLOATS = {"float16": np.float32, np.longdouble(0).dtype.name: np.float64, "complex256": complex}
_SMALL = {"int8": np.int16}
_SIGNED = {"int8": np.int16, "uint16": np.int32, "uint32": np.int64, "uint64": np.int64}
_REPLACED_TYPES: dict[str, dict[str, Any]] = {
    "ecsv": {},
    "csv": _FLOATS,
    "votable": _FLOATS | _SIGNED,
    "fits": _FLOATS | _SMALL,
    "parquet": _FLOATS,
}


def write_table(
    table: Table, path: Path, kind: str, facts: Mapping[str, ColumnFacts] | None = None
) -> tuple[str, ...]:
    """Write a table to a new file.

    Parameters
    ----------
    table : `~astropy.table.Table`
        Columns may be masked, of objects, of several dimensions, of any text.
    path : Path
    kind : str
        One of `FORMATS`.
    facts : mapping, optional
        Descriptions, UCDs and units of columns that have none of their own, by column. CSV has no
        place for them.

    Returns
    -------
    tuple of str
        Conversions, one line for each column.

    Raises
    ------
    InputError
        The file cannot be written, or pyarrow is missing; one line.
    """
    check_format(kind)
    try:
        with suppress_warnings():
            # suppress_warnings(): astropy warns of non-standard units and dubious years, and writes
            # them.
            plain, notes = plain_table(table, kind, facts)
            _write_plain(plain, path, kind)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
    return notes


def check_format(kind: str) -> None:
    """Raise InputError if a format is unknown, or cannot be written here."""
    if kind not in FORMATS:
        raise InputError(f"{kind}: no such format; there are {', '.join(FORMATS)}")
    if kind == "parquet" and not has_pyarrow():
        raise InputError("parquet: writing it needs pyarrow: pip install 'vetter-cutouts[parquet]'")


def _write_plain(plain: Table, path: Path, kind: str) -> None:
    if kind == "ecsv":
        head = _text(plain[:0], kind)
        rows = ecsv_rows(plain, head)
        if rows is not None:
            path.write_text(head + rows, encoding="utf-8", newline="")
            return
    elif kind == "votable":
        whole = votable_text(plain)
        if whole is not None:
            path.write_text(whole, encoding="utf-8", newline="")
            return
    elif kind == "fits":
        _write_fits(plain, path)
        return
    elif kind == "parquet":
        write_parquet(plain, path)
        return
    plain.write(path, overwrite=True, **_WRITERS[kind])


def _write_fits(plain: Table, path: Path) -> None:
    """Write a FITS table whose header has TUCDn and TCOMMn too, which TOPCAT reads."""
    for number, name in enumerate(plain.colnames, 1):
        column = plain[name]
        words = {"TUCD": column.meta.get("ucd"), "TCOMM": column.description}
        plain.meta |= {f"{keyword}{number}": text for keyword, text in words.items() if text}
    plain.write(path, overwrite=True, format="fits")


def write_pieces(pieces: Iterable[Table], path: Path, kind: str) -> tuple[str, ...]:
    """Write the rows of several tables with the same columns as one; see :func:`write_table`.

    Text formats ('ecsv', 'csv') are written piece by piece, in the memory of the largest piece;
    for other formats the whole table is made. At least one piece is needed.
    """
    if kind not in ("ecsv", "csv"):
        return write_table(vstack(list(pieces), metadata_conflicts="silent"), path, kind)
    notes: list[str] = []
    head = ""
    try:
        with suppress_warnings(), path.open("w", encoding="utf-8", newline="") as file:
            for piece in pieces:
                plain, piece_notes = plain_table(piece, kind)
                notes += piece_notes
                if not head:
                    head = _text(plain[:0], kind)
                    file.write(head)
                rows = ecsv_rows(plain, head) if kind == "ecsv" else None
                file.write(_text(plain, kind).removeprefix(head) if rows is None else rows)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
    return tuple(dict.fromkeys(notes))


def _text(plain: Table, kind: str) -> str:
    out = StringIO(newline="")
    plain.write(out, **_WRITERS[kind])
    return out.getvalue()


def plain_table(
    table: Table, kind: str, facts: Mapping[str, ColumnFacts] | None = None
) -> tuple[Table, tuple[str, ...]]:
    """Return the table with columns that a format can hold, and notes on the conversions.

    Display formats of columns are dropped, since they would cost digits. ``facts`` describe
    columns that do not describe themselves.
    """
    plain, notes = Table(copy=False), []
    facts = facts or {}
    for name in table.colnames:
        for part, values, change in plain_column(str(name), table[name], kind):
            column, escaped = _escaped(values, kind)
            title = _title(part, plain.colnames, kind)
            if title != part:
                notes.append(f"column {part!r} is called {title!r} in {kind}")
            if change or escaped:
                changes = ", ".join(text for text in (change, escaped) if text)
                notes.append(f"column {part!r} in {kind}: {changes}")
            unit = getattr(table[name], "unit", None) if change == "" else values.unit
            plain.add_column(column, name=title)
            known = facts.get(str(name), ColumnFacts())
            plain[title].unit = unit or (known.unit if values.dtype.kind in "iuf" else None)
            info = table[name].info
            description = getattr(info, "description", None) or known.description
            if description:
                escape = escape_non_ascii if kind == "fits" else escape_control
                plain[title].description = escape(str(description))
            ucd = (getattr(info, "meta", None) or {}).get("ucd") or known.ucd
            if ucd:
                plain[title].meta["ucd"] = escape_non_ascii(str(ucd))
    return plain, tuple(notes)


def _escaped(column: Column, kind: str) -> tuple[Column, str]:
    """Return the column with text that the format can hold, and the change in words."""
    if column.dtype.kind != "U":
        return column, ""
    escape = escape_non_ascii if kind == "fits" else escape_control
    old = column.filled("").tolist() if isinstance(column, MaskedColumn) else column.tolist()
    whole = "".join(old)
    if escape(whole) == whole:
        return column, ""
    new = [escape(text) for text in old]
    changed = MaskedColumn(new, mask=getattr(column, "mask", None))
    return changed, "characters that it cannot hold are written as \\x.. or \\u...."


def _title(name: str, taken: list[str], kind: str) -> str:
    if kind != "fits":
        return name
    title = escape_non_ascii(name).strip() or "column"
    return numbered_name(title, {other.casefold() for other in taken}, fold=str.casefold)


def plain_column(name: str, column: Any, kind: str) -> Iterator[Part]:
    """Yield a column as one plain column, or several (a SkyCoord's ra and dec).

    Parameters
    ----------
    name : str
    column : Column, MaskedColumn, Quantity, Time, SkyCoord...
    kind : str
        The format, one of `FORMATS`.
    """
    if hasattr(column, "represent_as"):  # SkyCoord
        sphere = column.spherical
        yield f"{name}.ra", Column(sphere.lon.deg, unit="deg"), "sky position in degrees"
        yield f"{name}.dec", Column(sphere.lat.deg, unit="deg"), "sky position in degrees"
        return
    if hasattr(column, "mjd"):  # Time
        texts = column.isot
        hidden = np.broadcast_to(column.mask, texts.shape)
        plain = np.ma.array(np.asarray(getattr(texts, "unmasked", texts)), mask=hidden)
        yield name, _column(plain), f"time as text, {column.scale}"
        return
    unit = getattr(column, "unit", None)
    values = np.ma.asarray(getattr(column, "value", column) if unit is not None else column)
    values, change = _known_type(values, kind)
    plain = _column(values)
    plain.unit = unit
    yield name, plain, change


def _column(values: Any) -> Column:
    # np.asarray(): a Column would pass on its display format, and cost digits.
    data = np.asarray(np.ma.getdata(values))
    if np.ma.is_masked(values):
        return MaskedColumn(data, mask=np.ma.getmaskarray(values))
    return Column(data)


def _known_type(values: Any, kind: str) -> tuple[Any, str]:
    """Return the values in a type that the format has, and the change in words."""
    dtype = values.dtype
    if dtype.kind == "O":
        values = _from_objects(values)
        change = f"mixed values written as {_type_word(values.dtype)}"
    elif dtype.kind == "M":
        values = np.ma.array(values, mask=np.ma.getmaskarray(values) | np.isnat(values))
        values, change = _map_unmasked(np.datetime_as_string, values), "dates written as text"
    elif dtype.kind == "m":
        values, change = values / np.timedelta64(1, "s"), "intervals written in seconds"
    elif dtype.kind == "S":
        values, change = _map_unmasked(_decode, values), ""
    elif dtype.kind == "V":
        values, change = _as_text(values), "records written as JSON"
    elif (
        dtype.name == "uint64" and kind == "votable" and np.ma.getdata(values).max(initial=0) >> 63
    ):
        values = _map_unmasked(lambda numbers: numbers.astype(str), values)
        change = "written as text"
    elif dtype.name in _REPLACED_TYPES[kind]:
        values = values.astype(_REPLACED_TYPES[kind][dtype.name])
        change = f"{dtype.name} written as {values.dtype.name}"
    else:
        change = ""
    return _flat(values, change, kind)


def _flat(values: Any, change: str, kind: str) -> tuple[Any, str]:
    """Turn arrays, complex numbers and booleans that the format lacks into text or integers."""
    # astropy cannot read back an empty column of arrays that it wrote to ECSV.
    is_lost = kind == "csv" or values.dtype.kind == "U" or (kind == "ecsv" and not len(values))
    if values.ndim > 1 and (is_lost or (values.dtype.kind == "b" and kind != "ecsv")):
        return _as_text(values), "arrays written as JSON"
    if values.dtype.kind == "c" and kind in ("csv", "parquet"):
        return _as_text(values), "complex numbers written as text"
    if values.dtype.kind == "b" and kind == "fits" and np.ma.is_masked(values):
        return values.astype(np.int16), "booleans, some of them missing, written as 0 and 1"
    if values.dtype.kind == "U" and values.dtype.itemsize == 0:
        return values.astype("U1"), change
    return values, change


def _type_word(dtype: np.dtype[Any]) -> str:
    return {"b": "booleans", "i": "integers", "f": "numbers"}.get(dtype.kind, "text")


def _decode(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.char.decode(values, "utf-8", "replace")


def _map_unmasked(change: Any, values: Any) -> Any:
    """Apply a function of arrays to the data, and keep the mask."""
    return np.ma.array(change(np.ma.getdata(values)), mask=np.ma.getmask(values))


def _from_objects(values: Any) -> Any:
    """Convert objects to the first of booleans, integers, floats, text that holds all.

    None is masked.
    """
    hidden = np.ma.getmaskarray(values).ravel()
    flat = [
        None if masked or value is np.ma.masked else value
        for value, masked in zip(np.ma.getdata(values).ravel(), hidden, strict=True)
    ]
    mask = [value is None for value in flat]
    present = [value for value in flat if value is not None]
    for types, dtype, blank in (
        ((bool, np.bool_), np.bool_, False),
        ((int, np.integer), np.int64, 0),
        ((int, float, np.integer, np.floating), np.float64, math.nan),
    ):
        if present and all(
            isinstance(value, types) and (dtype is np.bool_ or not isinstance(value, bool))
            for value in present
        ):
            try:
                filled = [blank if value is None else value for value in flat]
                return np.ma.array(np.array(filled, dtype), mask=mask).reshape(values.shape)
            except OverflowError:
                continue
    texts = ["" if value is None else _value_text(value) for value in flat]
    return np.ma.array(np.array(texts or [], "U"), mask=mask).reshape(values.shape)


def _as_text(values: Any) -> Any:
    """Return one text for each row; masked elements are null, and fully masked rows masked."""
    if values.dtype.names is not None:
        return np.array([_value_text(row) for row in np.ma.getdata(values)] or [], "U")
    hidden = np.ma.getmaskarray(values).reshape(len(values), int(np.prod(values.shape[1:])))
    rows = np.ma.asarray(values)
    texts = np.array([_value_text(rows[row]) for row in range(len(values))] or [], "U")
    return np.ma.array(texts, mask=hidden.all(axis=1)) if hidden.any() else texts


def _value_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray | np.void | list | tuple | dict):
        items = value.tolist() if isinstance(value, np.ndarray | np.void) else value
        return json.dumps(items, default=str, ensure_ascii=False)
    return str(value)
