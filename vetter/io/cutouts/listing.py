"""Candidate list of cutout files, with the metadata of their headers as columns.

The scan reads headers alone, and is fast enough for ten thousand files.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from astropy.table import MaskedColumn, Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.column_roles import recognise
from vetter.core.candidates.keys import make_keys
from vetter.core.candidates.numbered_name import numbered_name
from vetter.core.decisions.decision import storable
from vetter.io.files.regular_files import open_plain_file
from vetter.io.fits.header_blocks import (
    BLOCK,
    EXTENSION,
    START,
    EndlessHeader,
    HeaderBlocks,
    padded_size,
    read_blocks,
)

# Headers of cutouts are shorter.
_MAX_HEADER_BYTES = 400 * BLOCK
_QUOTED_TEXT = re.compile(r"^\s*'((?:[^']|'')*)'")
_STRUCTURE = re.compile(
    r"SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|PCOUNT|GCOUNT|EXTNAME|EXTVER|CHECKSUM|DATASUM|LONGSTRN"
)


@dataclass(frozen=True, slots=True)
class HeaderScan:
    """One header: simple values by lower-case keyword, EXTNAME, axes, and the size of its data."""

    values: dict[str, Any]
    extname: str
    axes: tuple[int, ...]
    data_bytes: int


def scan_primary(path: Path) -> HeaderScan | None:
    """Scan the primary header of a file; None if the file is not FITS."""
    with _open(path) as stream:
        return _scan(stream, first=True)


def scan_first_image(path: Path) -> HeaderScan | None:
    """Scan the header of a file's first image; values of the primary header are added.

    None if the file is not FITS, or has no image in its first two HDUs.
    """
    with _open(path) as stream:
        first = _scan(stream, first=True)
        if first is None or len(first.axes) >= 2:
            return first
        stream.seek(padded_size(first.data_bytes), 1)
        scan = _scan(stream, first=False)
    if scan is None:
        return None
    values = {**first.values, **scan.values}
    axes = scan.axes
    if values.get("zimage") is True:
        axes = (_whole_number(values.get("znaxis1")), _whole_number(values.get("znaxis2")))
    elif "tfields" in values:
        return None
    return HeaderScan(values, scan.extname, axes, scan.data_bytes) if len(axes) >= 2 else None


def scan_planes(path: Path) -> dict[str, tuple[int, int]] | None:
    """Return names and shapes (rows, columns) of image extensions; None if it is not FITS."""
    planes: dict[str, tuple[int, int]] = {}
    with _open(path) as stream:
        scan = _scan(stream, first=True)
        if scan is None:
            return None
        while scan is not None:
            if scan.extname and len(scan.axes) == 2 and all(scan.axes):
                planes[scan.extname.lower()] = (scan.axes[1], scan.axes[0])
            stream.seek(padded_size(scan.data_bytes), 1)
            scan = _scan(stream, first=False)
    return planes


def _open(path: Path) -> Any:
    """Open a file for reading; ``.gz`` files are unpacked."""
    file = open_plain_file(path)
    if path.suffix != ".gz":
        return file
    packed = gzip.GzipFile(fileobj=file)
    # GzipFile.close() closes myfileobj; typeshed types it for files that GzipFile opened itself.
    packed.myfileobj = file  # type: ignore[assignment]
    return packed


def _scan(stream: IO[bytes], first: bool) -> HeaderScan | None:
    try:
        blocks = read_blocks(stream, (START if first else EXTENSION,), _MAX_HEADER_BYTES)
    except EndlessHeader:
        return None
    return None if blocks is None else _scan_header(blocks)


def _scan_header(blocks: HeaderBlocks) -> HeaderScan:
    values: dict[str, Any] = {}
    structure: dict[str, Any] = {}
    for keyword, written in blocks.cards():
        value = _parse_value(written)
        if _STRUCTURE.fullmatch(keyword):
            structure[keyword] = value
        elif value is not None:
            bare = keyword.removeprefix("HIERARCH ")
            values[keyword.lower() if bare == keyword else bare] = value
    count = structure.get("NAXIS", 0)
    # min(): FITS allows 999 axes, and a loop over a damaged NAXIS might not end.
    axes = tuple(
        _whole_number(structure.get(f"NAXIS{n + 1}")) for n in range(min(_whole_number(count), 999))
    )
    pixels = 1 if axes else 0
    for length in axes:
        pixels *= length
    size = abs(_whole_number(structure.get("BITPIX", 8))) // 8
    extra = _whole_number(structure.get("PCOUNT", 0))
    extname = structure.get("EXTNAME")
    return HeaderScan(
        values,
        extname.strip() if isinstance(extname, str) else "",
        axes,
        # max(): a negative size would lead scan_planes() back to the same header forever.
        max(pixels + extra, 0) * size,
    )


def _whole_number(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= abs(value) < 2**40 else 0


def _parse_value(card_text: str) -> Any:
    """Return a card's value in Python types; None if it is empty or of another form."""
    plain = card_text.partition("/")[0].strip()
    if plain.startswith("'"):
        text = _QUOTED_TEXT.match(card_text)
        return None if text is None else text[1].replace("''", "'").rstrip()
    if plain in ("T", "F"):
        return plain == "T"
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        return float(plain.replace("D", "E"))
    except ValueError:
        return None


def list_candidates(paths: Sequence[Path], scans: Sequence[HeaderScan]) -> CandidateList:
    """Return the candidates of cutout files; columns are their metadata, and ``file``.

    A key is the identity in the metadata, else the file's name.
    """
    table = _table(paths, scans)
    roles = recognise([str(name) for name in table.colnames])
    roles = roles.with_(key=roles.key or "file", one_based=False)
    keys, notes = make_keys(Table({"key": _identities(table, roles)}), "key")
    x, y, ra, dec = (_numbers(scans, column) for column in (roles.x, roles.y, roles.ra, roles.dec))
    return CandidateList(table, roles, keys, x, y, ra, dec, notes)


def extend_candidates(
    earlier: CandidateList, paths: Sequence[Path], scans: Sequence[HeaderScan]
) -> CandidateList:
    """Return the list of more files, which begin with the files of an earlier list.

    Roles and keys of the earlier list stay, even if the new files would change them.
    """
    first, roles = len(earlier), earlier.roles
    taken = set(earlier.keys.tolist())
    keys = np.empty(len(paths), object)
    keys[:first] = earlier.keys
    for row, key in enumerate(_identities(_table(paths[first:], scans[first:]), roles), first):
        keys[row] = numbered_name(storable(str(key)), taken, "#")
        taken.add(keys[row])
    x, y, ra, dec = (_numbers(scans, column) for column in (roles.x, roles.y, roles.ra, roles.dec))
    return CandidateList(_table(paths, scans), roles, keys, x, y, ra, dec, earlier.notes)


def _identities(table: Table, roles: Roles) -> Any:
    """Return each file's identity in its metadata, else its name without ending."""
    stems = np.asarray(table["file"])
    if roles.key == "file" or roles.key not in table.colnames:
        return stems
    identities = np.asarray(table[roles.key].astype(str).filled(""))
    return np.where(identities == "", stems, identities)


def make_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return a table of rows of values by name; values that a row lacks are masked."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    table = Table()
    for name in names:
        values = [row.get(name) for row in rows]
        mask = np.array([value is None for value in values])
        table[name] = MaskedColumn(data=_column(values), mask=mask)
    return table


def _table(paths: Sequence[Path], scans: Sequence[HeaderScan]) -> Table:
    table = make_table([scan.values for scan in scans])
    stems = [path.name.removesuffix(".gz").rpartition(".")[0] or path.name for path in paths]
    table["file"] = stems
    return table


def _column(values: Sequence[Any]) -> Any:
    present = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in present):
        return np.array([bool(value) for value in values])
    if all(isinstance(value, int) and abs(value) < 2**63 for value in present):
        return np.array([value or 0 for value in values], np.int64)
    floats = [_float(value) for value in values]
    if all(number is not None for number in floats):
        return np.array(floats, np.float64)
    return np.array(["" if value is None else str(value) for value in values])


def _float(value: Any) -> float | None:
    """Return metadata as a number, None for text; STDPipe writes NaN as the text 'NaN'."""
    if value is None:
        return float("nan")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and value.strip().lower() in ("nan", "inf", "+inf", "-inf"):
        return float(value)
    return None


def _numbers(scans: Sequence[HeaderScan], column: str | None) -> Any:
    values = [_float(scan.values.get(column)) if column else None for scan in scans]
    return np.array([np.nan if value is None else value for value in values], np.float64)
