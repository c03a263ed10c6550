"""Search for the stamps in a packet's Avro bytes, without reading the history in front of them.

Reading the records of a history, or only skipping them, takes longer than unpacking the stamps.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from vetter.errors import InputError
from vetter.io.alerts.packets.avro_schema import PacketSchema
from vetter.io.alerts.packets.avro_values import read_record, varint
from vetter.io.fits.header_blocks import START

_MARKS = (b"\x1f\x8b\x08", START)
"""First bytes of a stamp: gzip by deflate, or FITS."""

_MAX_SIZE_BYTES = 4
_MIN_STAMP_BYTES = 128
_MAX_NAME_BYTES = 256
"""Largest distance from a stamp's field to its content: a file name comes between them."""

_MAX_TRIES = 64


def find_stamps(payload: bytes, start: int, schema: PacketSchema) -> dict[str, Any] | None:
    """Return the fields from the first stamp to the packet's end; None if they are not found.

    A place counts as found if the fields read from there end with the packet, to the byte.

    Parameters
    ----------
    payload : bytes
        One packet, unpacked.
    start : int
        Offset to search from.
    schema : PacketSchema
    """
    if schema.tail is None:
        return None
    stream = io.BytesIO(payload)
    for place in islice(_field_places(payload, start, schema.tail_branches), _MAX_TRIES):
        stream.seek(place)
        try:
            fields = read_record(stream, schema.tail)
        except InputError:
            # No field begins here, or the packet is damaged; the whole packet is read then.
            continue
        if stream.tell() == len(payload):
            return fields
    return None


def _field_places(payload: bytes, start: int, branches: bytes) -> Iterator[int]:
    """Yield offsets at which the field of the first stamp may begin, the likely ones first."""
    content = -1
    for mark in _MARKS:
        # Only before the first mark: a search to the packet's end takes longer than all the rest.
        place = payload.find(mark, start, content if content >= 0 else len(payload))
        content = place if place >= 0 else content
    if content < 0:
        return
    for used in range(1, _MAX_SIZE_BYTES + 1):
        begin = content - used
        if begin < start or not _is_size(payload, begin, content):
            continue
        for place in range(begin, max(start, begin - _MAX_NAME_BYTES) - 1, -1):
            if not branches or payload[place] in branches:
                yield place


def _is_size(payload: bytes, begin: int, content: int) -> bool:
    """Return whether a stamp's size is written between two offsets."""
    try:
        size, end = varint(payload, begin)
    except InputError:
        return False
    return end == content and _MIN_STAMP_BYTES <= size <= len(payload) - content
