"""Large delimited text read by pyarrow, five times faster, where that gives the same table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vetter.io.tables.arrow_values import arrow_column, has_pyarrow

if TYPE_CHECKING:
    from astropy.table import Table

_COMMENT = re.compile(r"^[ \t]*#.*(?:\n|\Z)", re.MULTILINE)
_SIGNED = re.compile(r"^\s*[+-]?(\d|\.\d|nan|inf)", re.IGNORECASE)
_WHOLE = re.compile(r"^[+-]?\d{16,}$")
_EXACT = 2.0**53


def read_with_arrow(
    text: str, delimiter: str, names: Sequence[str], data_start: int, missing: Sequence[str]
) -> Table | None:
    """Read delimited text with pyarrow.

    Parameters
    ----------
    text : str
    delimiter : str
        One sign, not white space of any width.
    names : sequence of str
        Of the columns.
    data_start : int
        Lines before the first row, comments and empty lines not counted.
    missing : sequence of str
        Texts that stand for no value.

    Returns
    -------
    `~astropy.table.Table` or None
        None where pyarrow is not there, or would read something otherwise than astropy:
        then astropy reads it, and finds the words for what is wrong with it.
    """
    if not has_pyarrow():
        return None
    from pyarrow import BufferReader, types
    from pyarrow.lib import ArrowInvalid

    if "#" in text:
        text = _COMMENT.sub("", text)
    source = BufferReader(text.lstrip("\r\n").encode())
    try:
        arrow = _read(source, delimiter, names, data_start, missing, {})
        again = [
            name
            for name in names
            if not _is_kept(arrow.column(name), types) or _lost_digits(arrow.column(name), types)
        ]
        if again:
            source.seek(0)
            texts = _read(source, delimiter, names, data_start, missing, again)
            for name in again:
                if _is_kept(arrow.column(name), types) and not _is_whole(texts.column(name)):
                    continue
                place = arrow.schema.get_field_index(name)
                arrow = arrow.set_column(place, name, texts.column(name))
    except ArrowInvalid:
        return None
    if any(_is_number_in_text(arrow.column(name), types) for name in names if name not in again):
        return None
    return _table(arrow, names, types)


def _table(arrow: Any, names: Sequence[str], types: Any) -> Table:
    from astropy.table import Table
    from pyarrow import compute

    columns = {}
    for name in names:
        values = arrow.column(name)
        if types.is_string(values.type):
            values = compute.utf8_trim_whitespace(values)
        columns[name] = arrow_column(values)
    return Table(columns, copy=False)


def _read(
    source: Any,
    delimiter: str,
    names: Sequence[str],
    data_start: int,
    missing: Sequence[str],
    as_text: Any,
) -> Any:
    import pyarrow
    from pyarrow import csv

    return csv.read_csv(
        source,
        csv.ReadOptions(column_names=list(names), skip_rows=data_start),
        csv.ParseOptions(delimiter=delimiter),
        csv.ConvertOptions(
            column_types={name: pyarrow.string() for name in as_text},
            include_columns=list(as_text) or None,
            null_values=list(missing),
            strings_can_be_null=True,
        ),
    )


def _is_kept(column: Any, types: Any) -> bool:
    """Whether it came as astropy would bring it; dates and truth values are text there."""
    kind = column.type
    return bool(types.is_int64(kind) or types.is_float64(kind) or types.is_string(kind))


def _lost_digits(column: Any, types: Any) -> bool:
    """Whether it may be of integers too long for 64 bits, which became floats."""
    if not types.is_float64(column.type):
        return False
    from pyarrow import compute

    most = compute.max(compute.abs(column)).as_py()
    return most is not None and most >= _EXACT


def _is_whole(column: Any) -> bool:
    return any(_WHOLE.match((value or "").strip()) for value in column.slice(0, 1000).to_pylist())


def _is_number_in_text(column: Any, types: Any) -> bool:
    """Whether text looks like numbers, as those with a plus sign, which astropy reads."""
    if not types.is_string(column.type):
        return False
    sample = [value for value in column.slice(0, 50).to_pylist() if value]
    return bool(sample) and all(_is_float(value) for value in sample)


def _is_float(text: str) -> bool:
    if not _SIGNED.match(text):
        return False
    try:
        float(text)
    except ValueError:
        return False
    return True
