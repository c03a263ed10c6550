"""The candidate list of a folder of cutout files, from their headers alone: metadata as columns.

Headers are scanned fast enough for ten thousand files.
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
    padded,
    read_blocks,
)

# A header longer than this is no cutout's.
_MOST = 400 * BLOCK
_TEXT = re.compile(r"^\s*'((?:[^']|'')*)'")
_STRUCTURE = re.compile(
    r"SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|PCOUNT|GCOUNT|EXTNAME|EXTVER|CHECKSUM|DATASUM|LONGSTRN"
)


@dataclass(frozen=True, slots=True)
class HeaderScan:
    """One header: its simple values by lower-case keyword, and the bytes that its data take."""

    values: dict[str, Any]
    extname: str
    axes: tuple[int, ...]
    data_bytes: int


def scan_primary(path: Path) -> HeaderScan | None:
    """The primary header of a file; None where the file is no FITS."""
    with _opened(path) as stream:
        return _scan(stream, first=True)


def scan_first_image(path: Path) -> HeaderScan | None:
    """The header of a file's first image, with what the primary header says beside it.

    None where the file is no FITS, or has no image in its first two HDUs.
    """
    with _opened(path) as stream:
        first = _scan(stream, first=True)
        if first is None or len(first.axes) >= 2:
            return first
        stream.seek(padded(first.data_bytes), 1)
        scan = _scan(stream, first=False)
    if scan is None:
        return None
    values = {**first.values, **scan.values}
    axes = scan.axes
    if values.get("zimage") is True:
        axes = (_whole(values.get("znaxis1")), _whole(values.get("znaxis2")))
    elif "tfields" in values:
        return None
    return HeaderScan(values, scan.extname, axes, scan.data_bytes) if len(axes) >= 2 else None


def scan_planes(path: Path) -> dict[str, tuple[int, int]] | None:
    """Names and shapes (rows, columns) of a file's image extensions; None where it is no FITS."""
    planes: dict[str, tuple[int, int]] = {}
    with _opened(path) as stream:
        scan = _scan(stream, first=True)
        if scan is None:
            return None
        while scan is not None:
            if scan.extname and len(scan.axes) == 2 and all(scan.axes):
                planes[scan.extname.lower()] = (scan.axes[1], scan.axes[0])
            stream.seek(padded(scan.data_bytes), 1)
            scan = _scan(stream, first=False)
    return planes


def _opened(path: Path) -> Any:
    """The file's bytes, unpacked where its name says that they are packed."""
    file = open_plain_file(path)
    if path.suffix != ".gz":
        return file
    packed = gzip.GzipFile(fileobj=file)
    # Closed with it; typeshed has the attribute for files that GzipFile opened itself.
    packed.myfileobj = file  # type: ignore[assignment]
    return packed


def _scan(stream: IO[bytes], first: bool) -> HeaderScan | None:
    try:
        blocks = read_blocks(stream, (START if first else EXTENSION,), _MOST)
    except EndlessHeader:
        return None
    return None if blocks is None else _header(blocks)


def _header(blocks: HeaderBlocks) -> HeaderScan:
    values: dict[str, Any] = {}
    structure: dict[str, Any] = {}
    for keyword, written in blocks.cards():
        value = _value(written)
        if _STRUCTURE.fullmatch(keyword):
            structure[keyword] = value
        elif value is not None:
            given = keyword.removeprefix("HIERARCH ")
            values[keyword.lower() if given == keyword else given] = value
    count = structure.get("NAXIS", 0)
    # FITS allows 999 axes; a damaged header can ask for more than there is time for.
    axes = tuple(_whole(structure.get(f"NAXIS{n + 1}")) for n in range(min(_whole(count), 999)))
    pixels = 1 if axes else 0
    for length in axes:
        pixels *= length
    size = abs(_whole(structure.get("BITPIX", 8))) // 8
    extra = _whole(structure.get("PCOUNT", 0))
    extname = structure.get("EXTNAME")
    return HeaderScan(
        values,
        extname.strip() if isinstance(extname, str) else "",
        axes,
        # Never below nothing: whoever goes by it would come by the same header again and again.
        max(pixels + extra, 0) * size,
    )


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= abs(value) < 2**40 else 0


def _value(rest: str) -> Any:
    """A card's value in Python types; None where it is empty or written otherwise."""
    plain = rest.partition("/")[0].strip()
    if plain.startswith("'"):
        text = _TEXT.match(rest)
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


def listed_candidates(paths: Sequence[Path], scans: Sequence[HeaderScan]) -> CandidateList:
    """The candidates of cutout files: columns are their metadata, and ``file``.

    A key is the identity in the metadata, else the file's name.
    """
    table = _table(paths, scans)
    roles = recognise([str(name) for name in table.colnames])
    roles = roles.with_(key=roles.key or "file", one_based=False)
    keys, said = make_keys(Table({"key": _identities(table, roles)}), "key")
    x, y, ra, dec = (_numbers(scans, column) for column in (roles.x, roles.y, roles.ra, roles.dec))
    return CandidateList(table, roles, keys, x, y, ra, dec, said)


def continued(
    earlier: CandidateList, paths: Sequence[Path], scans: Sequence[HeaderScan]
) -> CandidateList:
    """The list of more files, the first of which are those of an earlier list.

    Roles and keys of the earlier list stay, whatever the new files would have changed in them.
    """
    first, roles = len(earlier), earlier.roles
    known = set(earlier.keys.tolist())
    keys = np.empty(len(paths), object)
    keys[:first] = earlier.keys
    for row, key in enumerate(_identities(_table(paths[first:], scans[first:]), roles), first):
        keys[row] = numbered_name(storable(str(key)), known, "#")
        known.add(keys[row])
    x, y, ra, dec = (_numbers(scans, column) for column in (roles.x, roles.y, roles.ra, roles.dec))
    return CandidateList(_table(paths, scans), roles, keys, x, y, ra, dec, earlier.notes)


def _identities(table: Table, roles: Roles) -> Any:
    """What each file's metadata call it; a file that they do not name is known by its name."""
    stems = np.asarray(table["file"])
    if roles.key == "file" or roles.key not in table.colnames:
        return stems
    given = np.asarray(table[roles.key].astype(str).filled(""))
    return np.where(given == "", stems, given)


def table_of(rows: Sequence[Mapping[str, Any]]) -> Table:
    """A table of values by name, of which any row may lack any."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    table = Table()
    for name in names:
        values = [row.get(name) for row in rows]
        gaps = np.array([value is None for value in values])
        data, mask = _column(values, gaps)
        table[name] = MaskedColumn(data=data, mask=mask)
    return table


def _table(paths: Sequence[Path], scans: Sequence[HeaderScan]) -> Table:
    table = table_of([scan.values for scan in scans])
    stems = [path.name.removesuffix(".gz").rpartition(".")[0] or path.name for path in paths]
    table["file"] = stems
    return table


def _column(values: Sequence[Any], gaps: Any) -> tuple[Any, Any]:
    present = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in present):
        return np.array([bool(value) for value in values]), gaps
    if all(isinstance(value, int) and abs(value) < 2**63 for value in present):
        return np.array([value or 0 for value in values], np.int64), gaps
    floats = [_float(value) for value in values]
    if all(number is not None for number in floats):
        return np.array(floats, np.float64), gaps
    return np.array(["" if value is None else str(value) for value in values]), gaps


def _float(value: Any) -> float | None:
    """A number as it may stand in metadata: STDPipe writes NaN as the text 'NaN'."""
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
