"""Numbers and records in Avro bytes."""

from __future__ import annotations

import io

import fastavro
import pytest

from vetter.errors import InputError
from vetter.io.alerts.packets.avro_values import read_record, varint


@pytest.mark.parametrize(
    "number", [0, -1, 1, 63, -64, 64, -65, 2**31, -(2**31), 2**63 - 1, -(2**63)]
)
def test_number_is_as_it_was_written(number: int) -> None:
    out = io.BytesIO(b"?")
    out.seek(1)
    fastavro.schemaless_writer(out, {"type": "long"}, number)
    data = out.getvalue()
    assert varint(data, 1) == (number, len(data))
    with pytest.raises(InputError, match="expected a number"):
        varint(data[:-1], 1)


def test_number_has_at_most_ten_bytes() -> None:
    assert varint(b"\x80" * 9 + b"\x00", 0) == (0, 10)
    with pytest.raises(InputError, match="expected a number"):
        varint(b"\x80" * 10 + b"\x00", 0)


def test_value_that_is_no_record_is_refused() -> None:
    with pytest.raises(InputError, match="a damaged packet: not a record"):
        read_record(io.BytesIO(b"\x02"), fastavro.parse_schema({"type": "long"}))
    with pytest.raises(InputError, match="a damaged packet, or one cut short: "):
        read_record(io.BytesIO(b""), fastavro.parse_schema({"type": "long"}))
