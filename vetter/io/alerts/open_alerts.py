"""Opening of alert packets: the search for files, the first lot, and a source."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Sequence
from pathlib import Path

from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.alerts.listing import FIRST_LOT_SIZE, Listing, Lot, read_lot
from vetter.io.alerts.packets.confluent import read_schemas
from vetter.io.alerts.packets.packets import Packets
from vetter.io.alerts.packets.recognition import is_other_by_name
from vetter.io.alerts.source import AlertSource
from vetter.io.files.regular_files import iter_folders
from vetter.io.input_options import InputOrigin

_PACKED = ("gz", "bz2", "xz", ".tbz", ".zip")
_DIGITS = re.compile(r"(\d+)")


def open_alerts(
    inputs: Sequence[Path],
    radius: float | None,
    fwhm: float | None,
    schema: str | None,
    origin: InputOrigin,
) -> AlertSource:
    """Open the packets in files, archives and folders with their subfolders.

    Only the first packets are read before the source is returned.

    Parameters
    ----------
    inputs : sequence of Path
    radius, fwhm : float or None
        The user's radius of the cutouts and FWHM of the PSF, pixels.
    schema : str or None
        File with the schema of packets that come without one, or a folder of schemas.
    origin : InputOrigin

    Raises
    ------
    InputError
        No packet can be read.
    """
    files, left_alone = packet_files(inputs)
    packets = Packets(files, None if schema is None else read_schemas(Path(schema)))
    items = packets.iter_packets()
    first = read_lot(items, FIRST_LOT_SIZE)
    while first.rows is None:
        if first.last:
            packets.close()
            raise InputError(_unreadable_text(inputs, first))
        # A lot without rows still reports its unreadable packets.
        first = _add_earlier(read_lot(items, FIRST_LOT_SIZE), first)
    listing = None
    if not first.last:
        listing = Listing(files, schema, first.reached, len(first.places), packets.shared)
    title = (
        inputs[0].name
        if len(inputs) == 1
        else f"{format_count(len(files), 'file')} of alert packets"
    )
    return AlertSource(
        title or str(inputs[0]),
        packets,
        first,
        listing,
        {"radius": radius, "fwhm": fwhm},
        origin.record,
        _estimate_count(files, first),
        left_alone,
        origin.notes_with(),
        origin.cautions,
    )


def packet_files(inputs: Sequence[Path]) -> tuple[list[str], int]:
    """Return files that may hold packets, in natural order, and the number of other files."""
    files: list[str] = []
    others = 0
    for entry in inputs:
        if not entry.is_dir():
            files.append(str(entry))
            continue
        for prefix, names in iter_folders(entry, key=natural_sort_key):
            possible = [name for name in names if not is_other_by_name(name)]
            others += len(names) - len(possible)
            files += [prefix + name for name in sorted(possible, key=natural_sort_key)]
    return list(dict.fromkeys(files)), others


def natural_sort_key(name: str) -> list[str | int]:
    """Return a sort key that puts ``9.avro`` before ``10.avro``."""
    parts: list[str | int] = list(_DIGITS.split(name))
    # Every other part is a number, so numbers are compared with numbers only.
    parts[1::2] = [int(part) for part in parts[1::2]]
    return parts


def _add_earlier(lot: Lot, before: Lot) -> Lot:
    """Return a lot with the unreadable packets of the lot before it, which has no rows."""
    return dataclasses.replace(
        lot,
        unread=before.unread + lot.unread,
        left_alone=before.left_alone + lot.left_alone,
        reached=lot.reached or before.reached,
    )


def _unreadable_text(inputs: Sequence[Path], lot: Lot) -> str:
    if not lot.unread:
        files = format_count(lot.left_alone, "other file")
        return (
            f"{inputs[0]}: expected alert packets (Avro, JSON, tar, ZIP or Parquet), found "
            f"{files}; unpack other archives first"
        )
    name, reason = lot.unread[0]
    if len(lot.unread) == 1 and len(inputs) == 1 and name == str(inputs[0]):
        return f"{name}: {reason}"
    count = format_count(len(lot.unread), "packet")
    return f"{inputs[0]}: {count} found, none can be read; the first, {name}: {reason}"


def _estimate_count(files: Sequence[str], first: Lot) -> int | None:
    """Estimate the number of packets from the first lot's share of the files; None if unknown."""
    if first.last or first.reached is None:
        return len(first.places)
    if first.reached.file > 0:
        return max(round(len(files) * len(first.places) / (first.reached.file + 1)), FIRST_LOT_SIZE)
    if first.reached.size == -1 or files[0].endswith(_PACKED):
        return None
    try:
        size = os.stat(files[0]).st_size
    except OSError:
        return None
    read = first.reached.start + first.reached.size
    return max(round(len(first.places) * size / read), FIRST_LOT_SIZE)
