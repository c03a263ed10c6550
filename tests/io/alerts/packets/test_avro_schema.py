from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.alert_files import SCHEMA
from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.avro import Container
from vetter.io.alerts.packets.avro_schema import (
    full_name,
    load_json,
    packet_schema,
    validate_schema,
    without_extras,
)
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


def fields_of(*kinds: Any) -> dict[str, Any]:
    fields = [{"name": f"f{number}", "type": kind} for number, kind in enumerate(kinds)]
    return {"type": "record", "name": "a", "fields": fields}


FIXED = {"type": "fixed", "name": "f", "size": 16}
ENUM = {"type": "enum", "name": "e", "symbols": ["x"]}


@pytest.mark.parametrize(
    "schema",
    [
        fields_of(FIXED, "f"),
        fields_of({**FIXED, "size": 0}, "int"),
        fields_of(ENUM, "e"),
        fields_of({"type": "array", "items": "e"} | {"items": ENUM}),
        fields_of({"type": "map", "values": "null"}, "int"),
        fields_of({"type": "array", "items": ["null", "int"]}, "int"),
        fields_of(
            {"type": "record", "name": "s.r", "fields": [{"name": "x", "type": "int"}]}, "s.r"
        ),
        ["null", fields_of("int")],
        {"type": "error", "name": "a", "fields": [{"name": "x", "type": "int"}]},
        fields_of({"type": "int"}),
    ],
)
def test_schema_in_order_is_read(schema: Any) -> None:
    assert validate_schema(schema).note == ""


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (fields_of({**FIXED, "size": -1}), "a fixed type of impossible size"),
        (fields_of({**FIXED, "size": "16"}), "a fixed type of impossible size"),
        (fields_of({**FIXED, "size": size_limits.PACKET + 1}), "a fixed type of impossible size"),
        (fields_of([]), "a union of no types"),
        (fields_of("f", FIXED), "names a type f that it does not define"),
        (fields_of({"type": "array", "items": {**FIXED, "size": 0}}), "an array of values that"),
        (["null", "int"], "not that of a record"),
        ([fields_of("int"), {**fields_of("int"), "name": "b"}], "not that of a record"),
        ("int", "not that of a record"),
        (fields_of({"type": "record", "name": "r"}), "record r has no fields"),
        (fields_of({"type": "enum", "name": "e"}), "its schema is refused"),
    ],
)
def test_schema_out_of_order_is_refused(schema: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        validate_schema(schema)


@pytest.mark.parametrize("depth", [size_limits.SCHEMA_DEPTH - 1, size_limits.SCHEMA_DEPTH])
def test_schema_may_be_as_deep_as_the_limit(depth: int) -> None:
    # The record around the arrays is a level too.
    if depth >= size_limits.SCHEMA_DEPTH:
        with pytest.raises(InputError, match="nested too deeply"):
            validate_schema(nested(depth))
    else:
        assert validate_schema(nested(depth)).note == ""


def test_lists_of_lists_are_nested_too() -> None:
    deep: Any = "int"
    for _ in range(4 * size_limits.SCHEMA_DEPTH):
        deep = [deep]
    assert without_extras(deep) == deep
    with pytest.raises(InputError, match="nested too deeply"):
        without_extras([deep])


def test_text_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(fields_of("int"))
    monkeypatch.setattr(size_limits, "SCHEMA", len(text))
    assert load_json(text.encode()) == fields_of("int")
    with pytest.raises(InputError, match=f"takes {len(text) + 1} bytes, over {len(text)}"):
        load_json(text.encode() + b" ")


def names(schema: Any) -> list[str]:
    return [field["name"] for field in schema["fields"]]


def test_head_ends_with_the_last_field_of_the_list_and_tail_begins_with_the_stamps() -> None:
    kinds = {
        "objectId": "string",
        "candidate": fields_of("int"),
        "history": {"type": "array", "items": "int"},
        "cutoutScience": ["null", "bytes"],
        "cutout_template": ["bytes", "null"],
    }
    schema = {
        "type": "record",
        "name": "alert",
        "fields": [{"name": name, "type": kind} for name, kind in kinds.items()],
    }
    found = validate_schema(schema)
    assert found.fields == tuple(kinds)
    assert names(found.head) == ["objectId", "candidate"]
    assert names(found.tail) == ["cutoutScience", "cutout_template"]
    assert found.tail_branches == b"\x02"
    in_union = validate_schema(["null", schema])
    assert names(in_union.head[1]) == ["objectId", "candidate"]

    # A number behind the stamps belongs to the list: then there is no tail.
    schema["fields"].append({"name": "version", "type": ["null", "int"]})
    found = validate_schema(schema)
    assert names(found.head)[-1] == "version" and (found.tail, found.tail_branches) == (None, b"")


def test_stamp_of_one_type_may_begin_with_any_byte() -> None:
    schema = fields_of("int", "bytes")
    schema["fields"][1]["name"] = "cutoutDifference"
    found = validate_schema(schema)
    assert names(found.tail) == ["cutoutDifference"] and found.tail_branches == b""
    # Bytes alone are read for the list too: nothing would be left.
    only = fields_of("bytes")
    assert names(validate_schema(only).head) == ["f0"]


def test_tail_that_needs_a_type_of_the_head_is_none() -> None:
    stamp = {"type": "record", "name": "st", "fields": [{"name": "d", "type": "bytes"}]}
    schema = fields_of("int", {"type": "array", "items": stamp}, ["null", "st"])
    schema["fields"][2]["name"] = "cutoutScience"
    found = validate_schema(schema)
    assert (found.tail, found.tail_branches) == (None, b"")


def test_packets_that_unpack_to_too_much_are_refused() -> None:
    # A null of an array takes a byte for its branch, and 12 of memory.
    schema = validate_schema(fields_of({"type": "array", "items": ["null", "int"]}, "int"))
    schema.refuse_bomb(1000)
    schema.refuse_bomb(size_limits.MEMORY // 12)
    with pytest.raises(InputError, match="can take over .* bytes of memory; write them in smaller"):
        schema.refuse_bomb(size_limits.MEMORY // 12 + size_limits.MEMORY // 100)


@pytest.mark.parametrize(
    ("schema", "namespace", "name", "inner"),
    [
        ({"name": "a"}, "", "a", ""),
        ({"name": "a"}, "n", "n.a", "n"),
        ({"name": "a", "namespace": "m"}, "n", "m.a", "m"),
        ({"name": "x.y.a", "namespace": "m"}, "n", "x.y.a", "x.y"),
        ({"name": "a", "namespace": None}, "n", "a", ""),
    ],
)
def test_name_has_its_namespace(
    schema: dict[str, Any], namespace: str, name: str, inner: str
) -> None:
    assert full_name(schema, namespace) == (name, inner)


def test_types_of_a_namespace_are_found_by_their_short_names() -> None:
    part = {"type": "record", "name": "p", "fields": [{"name": "x", "type": "int"}]}
    schema = {**fields_of(part, "p", "n.p"), "namespace": "n"}
    assert validate_schema(schema).note == ""
    with pytest.raises(InputError, match="names a type m.p"):
        validate_schema({**fields_of(part, "m.p"), "namespace": "n"})


def test_repeated_types_are_named_up_to_three() -> None:
    parts = [{"type": "enum", "name": f"e{n}", "symbols": ["x"]} for n in range(4)]
    note = validate_schema(fields_of(*parts, *parts)).note
    assert note == "its schema was repaired: types defined twice (e0, e1, e2) taken once"
    with pytest.raises(InputError, match="its schema is refused"):
        validate_schema(fields_of(parts[0], {**parts[0], "symbols": ["y"]}))


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        *((kind, 12) for kind in ("boolean", "int", "long", "bytes", "string", ENUM)),
        ("float", 9),
        ("double", 5),
        ({**FIXED, "size": 1}, 45),
        (FIXED, 3),
        (["null", "double"], 12),
        (["float", "double"], 8),
        ({"type": "array", "items": "int"}, 76),
        ({"type": "map", "values": "int"}, 76),
        (fields_of("int"), 228),
        (fields_of("int", "float"), 57),
    ],
)
def test_memory_of_items_is_weighed_against_their_bytes(kind: Any, least: int) -> None:
    # In Python an item takes 12 bytes in its list, a number 24, a record 184 and 32 a field; in
    # the packet Avro writes an int in a byte, a float in 4, a double in 8.
    inner = json.loads(json.dumps(kind).replace('"name": "a"', '"name": "inner"'))
    schema = validate_schema(fields_of({"type": "array", "items": inner}, "int"))
    schema.refuse_bomb(size_limits.MEMORY // least)
    with pytest.raises(InputError, match="bytes of memory"):
        schema.refuse_bomb(size_limits.MEMORY // (least - 1))


def test_entry_of_a_map_has_a_key() -> None:
    # 60 bytes of memory for the key's one and the value's.
    schema = validate_schema(fields_of({"type": "map", "values": "int"}, "int"))
    schema.refuse_bomb(size_limits.MEMORY // 30)
    with pytest.raises(InputError, match="bytes of memory"):
        schema.refuse_bomb(size_limits.MEMORY // 29)


def test_branch_of_two_bytes_is_not_searched_for() -> None:
    fixed = [{**FIXED, "name": f"f{number}"} for number in range(1, 67)]
    schema = fields_of("int", ["null", *fixed])
    schema["fields"][1]["name"] = "cutoutScience"
    assert validate_schema(schema).tail_branches == bytes(range(2, 128, 2))


def test_schema_of_most_fields_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    # The record and its fields: five parts.
    monkeypatch.setattr(size_limits, "SCHEMA_PARTS", 5)
    assert len(validate_schema(fields_of(*["int"] * 4)).fields) == 4
    with pytest.raises(InputError, match="has over 5 fields"):
        validate_schema(fields_of(*["int"] * 5))
