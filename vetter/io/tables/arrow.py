"""Tables read by pyarrow: Parquet files, column by column, and large delimited text.

pyarrow reads text five times faster than astropy, and is used if the table is the same. Integers
with missing values stay integers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.util import find_spec
from io import BytesIO
from typing import Any

import numpy as np
from astropy.table import Column, MaskedColumn, Table

from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.unreadable import input_errors
from vetter.io.tables.table_file import MAX_COLUMNS, TableFile, too_many_columns_error, unique_names

_COMMENT = re.compile(r"^[ \t]*#.*(?:\n|\Z)", re.MULTILINE)
_SIGNED = re.compile(r"^\s*[+-]?(\d|\.\d|nan|inf)", re.IGNORECASE)
_WHOLE = re.compile(r"^[+-]?\d{16,}$")
_EXACT = 2.0**53
_NAMELESS_INDEX = "__index_level_0__"
_MAIN_IDENTITY = "meta.id;meta.main"


def read_with_arrow(
    text: str, delimiter: str, names: Sequence[str], data_start: int, missing: Sequence[str]
) -> Table | None:
    """Read delimited text by astropy with pyarrow.

    Parameters
    ----------
    text : str
    delimiter : str
        One character, not white space of any width.
    names : sequence of str
        Names of the columns.
    data_start : int
        Lines before the first row, without comments and empty lines.
    missing : sequence of str
        Texts that mean a missing value.

    Returns
    -------
    `~astropy.table.Table` or None
        None if pyarrow is not installed, astropy is too old to use it, or the table could differ
        from that of astropy's own reader, which the caller then uses, also for its errors.
    """
    if not (has_pyarrow() and find_spec("astropy.io.misc.pyarrow")):
        return None
    from astropy.io.misc.pyarrow.csv import read_csv
    from pyarrow import string
    from pyarrow.lib import ArrowInvalid

    if "#" in text:
        text = _COMMENT.sub("", text)
    content = text.lstrip("\r\n").encode()

    def read(as_text: list[str] | None = None) -> Table:
        table: Table = read_csv(
            BytesIO(content),
            delimiter=delimiter,
            header_start=None,
            data_start=data_start,
            names=list(names),
            include_names=as_text,
            dtypes=dict.fromkeys(as_text or (), string()),
            null_values=list(missing),
        )
        return table

    try:
        table = read()
        # astropy reads dates and booleans as text.
        other = [name for name in names if table[name].dtype.kind not in "ifU"]
        long = [name for name in names if _may_have_lost_digits(table[name])]
        texts = read(other + long) if other or long else Table()
    except ArrowInvalid:
        return None
    if any(_is_number_in_text(table[name]) for name in names):
        return None
    for name in (*other, *filter(lambda name: _is_whole(texts[name]), long)):
        table.replace_column(name, texts[name])
    for name in names:
        if table[name].dtype.kind == "U":
            # asarray: setting a value of a masked column would unmask it.
            values = np.asarray(table[name])
            values[:] = np.char.strip(values)
    return table


def _may_have_lost_digits(column: Column) -> bool:
    """Return whether floats may be integers that are too long for 64 bits."""
    return column.dtype.kind == "f" and bool((np.abs(column.data) >= _EXACT).any())


def _is_whole(column: Column) -> bool:
    return any(_WHOLE.match(value.strip()) for value in column[:1000].data.tolist() if value)


def _is_number_in_text(column: Column) -> bool:
    """Return whether text looks like numbers, e.g. with a plus sign, which astropy reads."""
    if column.dtype.kind != "U":
        return False
    sample = [value for value in column[:50].tolist() if value]
    return bool(sample) and all(_is_float(value) for value in sample)


def _is_float(text: str) -> bool:
    if not _SIGNED.match(text):
        return False
    try:
        float(text)
    except ValueError:
        return False
    return True


def has_pyarrow() -> bool:
    """Return whether pyarrow, an optional extra, is installed."""
    return find_spec("pyarrow") is not None


def is_plain(kind: Any) -> bool:
    """Return whether an Arrow type holds one number, boolean, time or text in a cell."""
    from pyarrow import types

    return not (
        types.is_nested(kind)
        or types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_fixed_size_binary(kind)
        or types.is_null(kind)
    )


def arrow_column(values: Any) -> Column:
    """Return a column of plain values from Arrow, with nulls masked."""
    from pyarrow import compute, types

    kind = values.type
    if types.is_dictionary(kind):
        values = values.cast(kind.value_type)
        kind = values.type
    mask = compute.is_null(values).to_numpy() if values.null_count else None
    if types.is_integer(kind) or types.is_boolean(kind):
        blank = False if types.is_boolean(kind) else 0
        data = compute.fill_null(values, blank).to_numpy()
    elif types.is_floating(kind):
        data = compute.fill_null(values, float("nan")).to_numpy()
    elif types.is_timestamp(kind) or types.is_date(kind):
        data = _isot(values)
    else:
        texts = ["" if value is None else str(value) for value in values.to_pylist()]
        data = np.array(texts, dtype=str)
    return Column(data) if mask is None else MaskedColumn(data=data, mask=mask)


def _isot(values: Any) -> Any:
    """Return times as ISO text, as FITS and ECSV write them; time zones become UTC."""
    times = np.asarray(values.to_numpy()).astype("datetime64[us]")
    return np.where(np.isnat(times), "", np.datetime_as_string(times))


def read_parquet(name: FitsName) -> TableFile:
    """Read the plain columns of a Parquet file; fields of a struct become columns with dots.

    Raises
    ------
    InputError
        pyarrow is not installed, or the file is damaged.
    """
    if not has_pyarrow():
        raise InputError(
            f"{name.path}: a Parquet table needs pyarrow: pip install 'vetter-cutouts[parquet]'"
        )
    from pyarrow.parquet import ParquetFile

    columns: dict[str, Any] = {}
    skipped: list[str] = []
    with input_errors(name, "a Parquet table that cannot be read"):
        arrow = ParquetFile(name.path)
        schema = arrow.schema_arrow
        if len(schema) > MAX_COLUMNS:
            raise too_many_columns_error(name.path, len(schema))
        index = _index_column(schema)
        given, note = unique_names(
            [_shown_name(column, schema.names) for column in schema.names], name.label
        )
        twice = {field for field in schema.names if schema.names.count(field) > 1} if note else ()
        for unique, field in zip(given, schema, strict=True):
            if field.name in twice:
                # pyarrow reads columns by name, and cannot read the second of one name.
                skipped.append(field.name)
                continue
            _add_columns(unique, field, arrow, columns, skipped)
    for column, values in columns.items():
        if len(values) != arrow.metadata.num_rows:
            raise InputError(
                f"{name}: a damaged Parquet table: column {column!r} has {len(values)} of "
                f"{arrow.metadata.num_rows} rows"
            )
    notes = (f"columns left out, not plain values: {', '.join(skipped)}",) if skipped else ()
    named = None if index is None else _shown_name(index, schema.names)
    ucds = {named: _MAIN_IDENTITY} if named in columns else {}
    return TableFile(Table(columns, copy=False), ucds=ucds, notes=notes)


def _index_column(schema: Any) -> str | None:
    """Return the column of text or integers that pandas used as index; None without one."""
    from pyarrow import types

    try:
        written = schema.pandas_metadata
    except ValueError:
        # Damaged metadata, without which the columns are complete.
        return None
    index = written.get("index_columns") if isinstance(written, dict) else None
    # A range of numbers, which is no column, is a dict.
    names = [name for name in index or () if isinstance(name, str) and name in schema.names]
    if len(names) != 1:
        return None
    kind = schema.field(names[0]).type
    is_identity = types.is_integer(kind) or types.is_string(kind) or types.is_large_string(kind)
    return names[0] if is_identity else None


def _shown_name(name: str, names: Sequence[str]) -> str:
    """Return a column's name; ``index`` for the one that pandas calls ``__index_level_0__``."""
    return "index" if name == _NAMELESS_INDEX and "index" not in names else name


def _add_columns(
    name: str, field: Any, arrow: Any, columns: dict[str, Any], skipped: list[str]
) -> None:
    from pyarrow import types

    if types.is_struct(field.type):
        if not any(is_plain(inner.type) for inner in field.type):
            skipped.append(name)
            return
        values = arrow.read(columns=[field.name]).column(0).combine_chunks()
        for inner, part in zip(field.type, values.flatten(), strict=True):
            if is_plain(inner.type):
                columns[f"{name}.{inner.name}"] = arrow_column(part)
            else:
                skipped.append(f"{name}.{inner.name}")
    elif is_plain(field.type):
        columns[name] = arrow_column(arrow.read(columns=[field.name]).column(0))
    else:
        skipped.append(name)
