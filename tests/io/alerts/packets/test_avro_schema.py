from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.alert_files import SCHEMA
from vetter.errors import InputError
from vetter.io.alerts.packets.avro import Container
from vetter.io.alerts.packets.avro_schema import packet_schema, validate_schema
from vetter.io.alerts.packets.byte_ranges import HeldBytes


def of(kind: Any) -> dict[str, Any]:
    return {"type": "record", "name": "a", "fields": [{"name": "b", "type": kind}]}


def doubling(levels: int) -> dict[str, Any]:
    """Records that each hold the one before twice: 2**levels values in a few lines."""
    kind: Any = "int"
    for level in range(levels):
        fields = [{"name": "x", "type": kind}, {"name": "y", "type": f"r{level - 1}"}]
        if level == 0:
            fields[1]["type"] = "int"
        kind = {"type": "record", "name": f"r{level}", "fields": fields}
    return of(kind)


def nested(levels: int) -> dict[str, Any]:
    kind: Any = "int"
    for _ in range(levels):
        kind = {"type": "array", "items": kind}
    return of(kind)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (of({"type": "array", "items": "null"}), "take no bytes"),
        (of({"type": "array", "items": of("null")}), "take no bytes|contains itself"),
        (of({"type": "fixed", "name": "f", "size": 2**40}), "impossible size"),
        (of(["null", "a"]), "contains itself"),
        (of({"type": "array", "items": "a"}), "contains itself"),
        (doubling(24), "over 20000 fields"),
        (nested(70), "nested too deeply"),
        (nested(5000), "nested too deeply"),
        (of("null"), "take no bytes"),
        (of("nothing.known"), "does not define"),
        (of({"no": "type"}), "a type that is neither"),
        ([], "not that of a record"),
        ({"type": "record", "name": "a"}, "no fields"),
        ({"type": "record", "name": "a", "fields": [3]}, "a field without a type"),
    ],
)
def test_schemas_that_a_few_bytes_could_blow_up_are_refused(schema: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        validate_schema(schema)


@pytest.mark.parametrize("text", [b"", b"{", b"[" * 100_000, b"\xff\xfe"])
def test_text_that_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(InputError):
        packet_schema(text)


def test_a_schema_is_parsed_once() -> None:
    text = json.dumps(SCHEMA).encode()
    assert packet_schema(text) is packet_schema(bytes(bytearray(text)))


def test_values_stay_as_they_are_written() -> None:
    kind = {"type": "bytes", "logicalType": "decimal", "precision": 10**9, "scale": 10**9}
    field = validate_schema(of(kind)).parsed["fields"][0]
    assert "logicalType" not in json.dumps(field)


def test_types_named_by_their_short_names_are_found() -> None:
    assert validate_schema(SCHEMA).fields[-1] == "cutoutDifference"


def test_a_real_schema_with_invalid_defaults_is_read(real_data: Path) -> None:
    content = (real_data / "alerts" / "other" / "1.avro").read_bytes()
    container = Container(HeldBytes(content))
    assert container.schema.note == ""
    assert container.record(container.start, 0)["candidate"]["fid"] == 1


def test_schemas_in_order_are_not_mended() -> None:
    assert validate_schema(SCHEMA).note == ""


@pytest.mark.parametrize("kind", ["int", ["null", "int"], {"type": "array", "items": "int"}])
@pytest.mark.parametrize("default", [None, 3, "NaN", {"type": "nested"}])
def test_defaults_of_any_kind_are_left_out(kind: Any, default: Any) -> None:
    schema = of(kind)
    schema["fields"][0]["default"] = default
    assert validate_schema(schema).parsed == validate_schema(of(kind)).parsed


def test_a_type_defined_twice_is_taken_once() -> None:
    part = {"type": "record", "name": "p", "fields": [{"name": "x", "type": "int"}]}
    schema = of(part)
    schema["fields"].append({"name": "c", "type": dict(part)})
    assert "defined twice (p)" in validate_schema(schema).note


def test_what_cannot_be_mended_is_refused() -> None:
    schema = of("int")
    schema["fields"].append({"name": "b", "type": "not a", "default": 3})
    with pytest.raises(InputError, match="does not define"):
        validate_schema(schema)
