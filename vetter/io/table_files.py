"""Tables of any kind that the program reads, recognised by content rather than by name."""

from __future__ import annotations

import gzip
import warnings
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vetter.errors import InputError
from vetter.io.damage import reading
from vetter.io.fits_names import FitsName
from vetter.io.text_tables import (
    is_ipac,
    is_sextractor,
    layout_of,
    read_text_table,
    text_head,
)

if TYPE_CHECKING:
    from astropy.table import Table

# Under this size the time to import pyarrow is more than it saves.
_ARROW_PAYS = 1_000_000


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table as read, with what its columns say about themselves.

    ``units`` and ``ucds`` map column names to text; ``notes`` tell what was left out.
    """

    table: Table
    units: dict[str, str] = field(default_factory=dict)
    ucds: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def kind_of(path: Path) -> str:
    """``fits``, ``votable``, ``parquet``, ``ecsv``, ``sextractor``, ``session``... or ``text``.

    Raises
    ------
    InputError
        No such file, an empty one, a folder, or one that may not be read.
    """
    head = _head(path)
    if head[:2] == b"\x1f\x8b":
        with gzip.open(path) as packed:
            try:
                head = packed.read(1024)
            except (OSError, EOFError) as error:
                raise InputError(f"{path}: a damaged gzip file: {error}") from error
    if head.startswith(b"SIMPLE  ="):
        return "fits"
    if head.startswith(b"SQLite format 3\0"):
        return "session"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"Obj\x01"):
        return "avro"
    if b"<VOTABLE" in head or (head.lstrip().startswith(b"<?xml") and b"VOTABLE" in head):
        return "votable"
    if head.startswith(b"# %ECSV"):
        return "ecsv"
    if b"\0" in head:
        raise InputError(f"{path}: wanted a candidate table, found a binary file of unknown kind")
    return "sextractor" if is_sextractor(head.decode("latin-1")) else "text"


def read_table(name: FitsName, key_as_text: str | None = None) -> TableFile:
    """Read a table of candidates.

    Parameters
    ----------
    name : FitsName
        The file, with the HDU of the table where it was named.
    key_as_text : str, optional
        A column of a text table that is to be kept as text.

    Raises
    ------
    InputError
        The file is no table, or one that cannot be read.
    """
    kind = kind_of(name.path)
    reader = _READERS.get(kind)
    if reader is None:
        raise InputError(f"{name.path}: wanted a candidate table, found a file of kind {kind}")
    with warnings.catch_warnings():
        # Readers warn of unit spellings and of what they mend; the roles do not need either.
        warnings.simplefilter("ignore")
        if kind == "text" and key_as_text:
            return _text(name, (key_as_text,))
        file: TableFile = reader(name)
        return file


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise InputError(f"{path}: wanted a file, found a folder") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not head:
        raise InputError(f"{path}: the file is empty")
    return head


def _text(name: FitsName, as_text: tuple[str, ...] = ()) -> TableFile:
    head = text_head(name.path)
    if is_ipac(head):
        return _ipac(name)
    layout = layout_of(name.path, head)
    if len(layout.names) < 2:
        raise InputError(
            f"{name.path}: wanted a table of candidates with a position each, "
            f"found one column: {layout.names[0][:60]!r}"
        )
    return TableFile(read_text_table(name.path, layout, as_text))


def _sextractor(name: FitsName) -> TableFile:
    from astropy.io import ascii as ascii_tables

    with reading(name, "a SExtractor table that cannot be read"):
        table = ascii_tables.read(name.path, format="sextractor", guess=False)
    return TableFile(table, _units(table))


def _ipac(name: FitsName) -> TableFile:
    from astropy.io import ascii as ascii_tables

    with reading(name, "an IPAC table that cannot be read"):
        table = ascii_tables.read(name.path, format="ipac", guess=False)
    return TableFile(table, _units(table))


def _ecsv(name: FitsName) -> TableFile:
    from astropy.table import Table

    options: dict[str, str] = {"format": "ascii.ecsv"}
    if name.path.stat().st_size > _ARROW_PAYS and _has_fast_ecsv():
        options = {"format": "ecsv", "engine": "pyarrow"}
    with reading(name, "an ECSV table that cannot be read"):
        table = Table.read(name.path, **options)
    return TableFile(table, _units(table), _ucds(table))


def _votable(name: FitsName) -> TableFile:
    from astropy.io.votable import parse

    with reading(name, "a VOTable that cannot be read"):
        first = parse(name.path, verify="ignore").get_first_table()
        table: Table = first.to_table(use_names_over_ids=True)
    ucds = {str(f.name): str(f.ucd) for f in first.fields if f.ucd}
    return TableFile(table, _units(table), ucds)


def _parquet(name: FitsName) -> TableFile:
    from astropy.table import MaskedColumn, Table

    if not _has_pyarrow():
        raise InputError(
            f"{name.path}: a Parquet table needs pyarrow: pip install 'vetter-cutouts[parquet]'"
        )
    from pyarrow import types
    from pyarrow.parquet import ParquetFile

    table, skipped = Table(), []
    with reading(name, "a Parquet table that cannot be read"):
        arrow = ParquetFile(name.path)
        for field_ in arrow.schema_arrow:
            kind = field_.type
            if types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind):
                skipped.append(field_.name)
                continue
            values = arrow.read(columns=[field_.name]).column(0)
            data, mask = _arrow_values(values)
            table[field_.name] = MaskedColumn(data=data, mask=mask)
    notes = (f"columns left out, not plain values: {', '.join(skipped)}",) if skipped else ()
    return TableFile(table, notes=notes)


def _arrow_values(values: Any) -> tuple[Any, Any]:
    """Values and mask of an Arrow column; integers with gaps stay integers."""
    from pyarrow import compute, types

    mask = compute.is_null(values).to_numpy()
    if types.is_integer(values.type) or types.is_boolean(values.type):
        return compute.fill_null(
            values, False if types.is_boolean(values.type) else 0
        ).to_numpy(), mask
    if types.is_floating(values.type):
        return compute.fill_null(values, float("nan")).to_numpy(), mask
    import numpy as np

    return np.array(["" if v is None else str(v) for v in values.to_pylist()], dtype=str), mask


def _fits(name: FitsName) -> TableFile:
    from vetter.io.fits_tables import read_fits_table

    table, note = read_fits_table(name)
    return TableFile(table, _units(table), _ucds(table), (note,) if note else ())


def _units(table: Table) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in table.colnames:
        unit = getattr(table[column], "unit", None)
        if unit is not None:
            found[column] = str(unit)
    return found


def _ucds(table: Table) -> dict[str, str]:
    metas = ((column, getattr(table[column].info, "meta", None) or {}) for column in table.colnames)
    return {column: str(meta["ucd"]) for column, meta in metas if meta.get("ucd")}


def _has_pyarrow() -> bool:
    return find_spec("pyarrow") is not None


def _has_fast_ecsv() -> bool:
    """Whether astropy (from 7.2 on) can have pyarrow read ECSV, four times faster."""
    return _has_pyarrow() and find_spec("astropy.io.misc.ecsv") is not None


_READERS: dict[str, Any] = {
    "text": _text,
    "sextractor": _sextractor,
    "ecsv": _ecsv,
    "votable": _votable,
    "parquet": _parquet,
    "fits": _fits,
}
