"""Candidate lists in Parquet files, read column by column."""

from __future__ import annotations

from typing import Any

from astropy.table import Table

from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.unreadable import reading
from vetter.io.tables.arrow_values import arrow_column, has_pyarrow, is_plain
from vetter.io.tables.table_file import TableFile
from vetter.io.tables.table_names import MOST_COLUMNS, too_many, unique_names


def read_parquet(name: FitsName) -> TableFile:
    """Read the plain columns of a Parquet file; the fields of a struct are columns with dots.

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
    with reading(name, "a Parquet table that cannot be read"):
        arrow = ParquetFile(name.path)
        schema = arrow.schema_arrow
        if len(schema) > MOST_COLUMNS:
            raise too_many(name.path, len(schema))
        given, note = unique_names(schema.names, name.label)
        twice = {field for field in schema.names if schema.names.count(field) > 1} if note else ()
        for unique, field in zip(given, schema, strict=True):
            if field.name in twice:
                # pyarrow reads columns by name: the first cannot be told from the second.
                skipped.append(field.name)
                continue
            _take(unique, field, arrow, columns, skipped)
    for column, values in columns.items():
        if len(values) != arrow.metadata.num_rows:
            raise InputError(
                f"{name}: a damaged Parquet table: column {column!r} has {len(values)} of "
                f"{arrow.metadata.num_rows} rows"
            )
    notes = (f"columns left out, not plain values: {', '.join(skipped)}",) if skipped else ()
    return TableFile(Table(columns, copy=False), notes=notes)


def _take(name: str, field: Any, arrow: Any, columns: dict[str, Any], skipped: list[str]) -> None:
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
