"""Limits that a crafted packet meets, each from both sides."""

from __future__ import annotations

from typing import Any

import pytest

from vetter.errors import InputError
from vetter.io.alerts.history import light_curve
from vetter.io.alerts.packets.avro_schema import load_json, validate_schema
from vetter.io.alerts.packets.producers import ZTF
from vetter.io.alerts.stamps import read_stamp

MEBIBYTE = 2**20


def record_of(*kinds: Any) -> dict[str, Any]:
    fields = [{"name": f"f{number}", "type": kind} for number, kind in enumerate(kinds)]
    return {"type": "record", "name": "a", "fields": fields}


def fixed(size: int, name: str = "x") -> dict[str, Any]:
    return {"type": "fixed", "name": name, "size": size}


def test_schema_has_at_most_4_mebibytes() -> None:
    assert load_json(b"{}".ljust(4 * MEBIBYTE)) == {}
    with pytest.raises(InputError, match="takes 4194305 bytes, over 4194304"):
        load_json(b"{}".ljust(4 * MEBIBYTE + 1))


def test_value_has_at_most_32_mebibytes() -> None:
    assert validate_schema(record_of(fixed(32 * MEBIBYTE))).note == ""
    with pytest.raises(InputError, match="impossible size"):
        validate_schema(record_of(fixed(32 * MEBIBYTE + 1)))


def test_schema_has_at_most_64_levels() -> None:
    kind: Any = "int"
    for _ in range(63):
        kind = {"type": "array", "items": kind}
    assert validate_schema(record_of(kind)).note == ""
    with pytest.raises(InputError, match="nested too deeply"):
        validate_schema(record_of({"type": "array", "items": kind}))


def doubling(levels: int, more: int) -> dict[str, Any]:
    """Records that hold the one before twice, and some more fields at the top."""
    kind: Any = record_of("int", "int") | {"name": "r0"}
    for level in range(1, levels):
        kind = record_of(kind, f"r{level - 1}") | {"name": f"r{level}"}
    return record_of(kind, *["int"] * more)


def test_schema_has_at_most_20000_parts() -> None:
    # r0 has 3 parts, each record one more than twice those before: 2**14 - 1 of 13 levels.
    more = 20_000 - (2**14 - 1) - 1
    assert validate_schema(doubling(13, more)).note == ""
    with pytest.raises(InputError, match="over 20000 fields"):
        validate_schema(doubling(13, more + 1))


@pytest.mark.parametrize(("empty", "is_read"), [(8, True), (9, False)])
def test_byte_of_a_packet_takes_at_most_4096_bytes_of_memory(empty: int, is_read: bool) -> None:
    # One byte, and a record of 184 bytes with 113 fields of 32; 33 more for each empty value.
    kinds: list[Any] = ["int", *(fixed(0, f"e{number}") for number in range(empty))]
    schema = record_of(*kinds, *["null"] * (113 - len(kinds)))
    assert 184 + 113 * 32 + 33 * 9 == 4097
    if is_read:
        assert validate_schema(schema).note == ""
    else:
        with pytest.raises(InputError, match="records that take no bytes"):
            validate_schema(schema)


def test_packet_takes_at_most_2_gibibytes_of_memory() -> None:
    # Each byte of a list of numbers takes 12 of memory.
    schema = validate_schema(record_of({"type": "array", "items": "int"}, "int"))
    schema.refuse_bomb(2**31 // 12)
    with pytest.raises(InputError, match="take over 2147483648 bytes of memory"):
        schema.refuse_bomb(2**31 // 12 + 1)


def test_light_curve_has_at_most_100000_earlier_epochs() -> None:
    epoch = {"jd": 2460000.5, "fid": 1, "diffmaglim": 20.0}
    record = {"candidate": {**epoch, "magpsf": 18.0}, "prv_candidates": [epoch] * 100_001}
    curve = light_curve(record, ZTF)
    assert curve is not None and len(curve.time) == 100_001


def test_stamp_has_at_most_8_mebibytes() -> None:
    with pytest.raises(InputError, match="wanted a FITS image"):
        read_stamp(b"x" * (8 * MEBIBYTE))
    with pytest.raises(InputError, match="takes over 8388608 bytes"):
        read_stamp(b"x" * (8 * MEBIBYTE + 1))
