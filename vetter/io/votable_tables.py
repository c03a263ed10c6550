"""Candidate lists in VOTables, none of which makes the program fetch anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.parsers import expat

from vetter.errors import InputError
from vetter.io.damage import reading
from vetter.io.fits_names import FitsName
from vetter.io.table_file import TableFile, units_of
from vetter.io.table_names import MOST_COLUMNS
from vetter.io.unpacked import open_unpacked


def read_votable(name: FitsName) -> TableFile:
    """Read the first table of a VOTable.

    Raises
    ------
    InputError
        Damaged; with entities of its own, or data that lie elsewhere: neither is followed.
    """
    from io import BytesIO

    from astropy.io.votable import parse

    with open_unpacked(name.path, _MOST_BYTES) as file:
        raw = file.read()
    _check(name.path, raw)
    with reading(name, "a VOTable that cannot be read"):
        first = parse(BytesIO(raw), verify="ignore").get_first_table()
        table = first.to_table(use_names_over_ids=True)
    ucds = {str(field.name): str(field.ucd) for field in first.fields if field.ucd}
    return TableFile(table, units_of(table), ucds)


_MOST_BYTES = 2 * 2**30


def _check(path: Path, raw: bytes) -> None:
    """Refuse what would be followed to other files, to the network or without end."""
    fields = 0

    def on_start(tag: str, attributes: dict[str, Any]) -> None:
        nonlocal fields
        if tag.endswith("STREAM") and attributes.get("href"):
            raise InputError(
                f"{path}: its data lie elsewhere, at {attributes['href'][:80]}, and are not "
                "fetched; save the table with its data"
            )
        fields += tag.endswith("FIELD")
        if fields > MOST_COLUMNS:
            raise InputError(f"{path}: more columns than the {MOST_COLUMNS} that can be read")

    def on_entity(*_: Any) -> None:
        raise InputError(f"{path}: a VOTable with entities of its own, which are not read")

    parser = expat.ParserCreate()
    parser.StartElementHandler = on_start
    parser.EntityDeclHandler = on_entity
    with reading(path, "a VOTable that cannot be read"):
        parser.Parse(raw, True)
