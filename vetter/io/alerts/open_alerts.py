"""Opening alert packets: what there is, the first of them, and a source."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Sequence
from pathlib import Path

from vetter.core.number_text import counted
from vetter.errors import InputError
from vetter.io.alerts.listing import FIRST, Listing, Lot, read_lot
from vetter.io.alerts.packets.confluent import read_schema
from vetter.io.alerts.packets.packets import Packets
from vetter.io.alerts.packets.recognition import is_other_by_name
from vetter.io.alerts.source import AlertSource
from vetter.io.files.regular_files import walked
from vetter.io.input_options import InputOrigin

_DIGITS = re.compile(r"(\d+)")


def open_alerts(
    inputs: Sequence[Path],
    radius: float | None,
    fwhm: float | None,
    schema: str | None,
    origin: InputOrigin,
) -> AlertSource:
    """A source of packets in files, archives and folders of them, subfolders included.

    Only the first packets are read here.

    Parameters
    ----------
    inputs : sequence of Path
    radius, fwhm : float or None
        The user's word on the cutouts' size and the PSF's FWHM, pixels.
    schema : str or None
        File of the schema of packets that come without one.
    origin : InputOrigin

    Raises
    ------
    InputError
        Not one packet can be read.
    """
    files, left_alone = packet_files(inputs)
    packets = Packets(files, None if schema is None else read_schema(Path(schema)))
    found = packets.listed()
    first = read_lot(found, FIRST)
    while first.rows is None:
        if first.last:
            packets.close()
            raise InputError(_none_read(inputs, first))
        # Whole lots of nothing but bad packets.
        first = _after_nothing(first, read_lot(found, FIRST))
    listing = None
    if not first.last:
        listing = Listing(files, schema, first.reached, len(first.places))
    title = (
        inputs[0].name if len(inputs) == 1 else f"{counted(len(files), 'file')} of alert packets"
    )
    return AlertSource(
        title or str(inputs[0]),
        packets,
        first,
        listing,
        {"radius": radius, "fwhm": fwhm},
        origin.record,
        _expected(files, first),
        left_alone,
        origin.notes_with(),
        origin.cautions,
    )


def packet_files(inputs: Sequence[Path]) -> tuple[list[str], int]:
    """Files that may hold packets, by number where their names have numbers; others counted."""
    files: list[str] = []
    others = 0
    for entry in inputs:
        if not entry.is_dir():
            files.append(str(entry))
            continue
        for prefix, names in walked(entry, key=natural):
            kept = [name for name in names if not is_other_by_name(name)]
            others += len(names) - len(kept)
            files += [prefix + name for name in sorted(kept, key=natural)]
    return list(dict.fromkeys(files)), others


def natural(name: str) -> list[str | int]:
    """A key by which ``9.avro`` comes before ``10.avro``."""
    parts: list[str | int] = list(_DIGITS.split(name))
    # Every other part is a number, so that numbers are compared with numbers only.
    parts[1::2] = [int(part) for part in parts[1::2]]
    return parts


def _after_nothing(before: Lot, lot: Lot) -> Lot:
    return dataclasses.replace(
        lot,
        unread=before.unread + lot.unread,
        left_alone=before.left_alone + lot.left_alone,
        reached=lot.reached or before.reached,
    )


def _none_read(inputs: Sequence[Path], lot: Lot) -> str:
    if not lot.unread:
        found = counted(lot.left_alone, "file")
        return (
            f"{inputs[0]}: wanted alert packets (Avro), found {found} and none "
            "such: unpack what they are in, and give that"
        )
    name, reason = lot.unread[0]
    if len(lot.unread) == 1 and len(inputs) == 1 and name == str(inputs[0]):
        return f"{name}: {reason}"
    count = counted(len(lot.unread), "packet")
    return f"{inputs[0]}: {count} found, none can be read; the first, {name}: {reason}"


def _expected(files: Sequence[str], first: Lot) -> int | None:
    """About how many packets there are, from the first ones' share of the files."""
    if first.last or first.reached is None:
        return len(first.places)
    if first.reached.file > 0:
        return max(round(len(files) * len(first.places) / (first.reached.file + 1)), FIRST)
    if first.reached.start <= 0 or first.reached.size < 0 or files[0].endswith("gz"):
        return None
    try:
        share = (first.reached.start + first.reached.size) / os.stat(files[0]).st_size
    except OSError:
        return None
    return max(round(len(first.places) / min(share, 1.0)), FIRST)
