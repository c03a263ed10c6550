"""Values in Avro bytes: a record by its schema, and a number."""

from __future__ import annotations

import io
from typing import Any

from vetter.errors import InputError
from vetter.io.files.unreadable import reason_of


def read_record(stream: io.BytesIO, schema: Any) -> dict[str, Any]:
    """Read one record; raise InputError if it is damaged."""
    from fastavro import schemaless_reader

    try:
        record = schemaless_reader(stream, schema, None)
    # fastavro raises a dozen kinds of errors for single changed bytes.
    except Exception as error:
        raise InputError(f"a damaged packet, or one cut short: {reason_of(error)}") from error
    if not isinstance(record, dict):
        raise InputError("a damaged packet: not a record")
    return record


def varint(data: bytes, position: int) -> tuple[int, int]:
    """Return a zigzag number of Avro's and the position behind it; raise InputError."""
    value = shift = 0
    while position < len(data) and shift < 64:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return (value >> 1) ^ -(value & 1), position
        shift += 7
    raise InputError("damaged or cut short: expected a number")
