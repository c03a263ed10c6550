"""Schemas as brokers' table programs write them: every field and every record may be null."""

from __future__ import annotations

import copy
import io
from pathlib import Path
from typing import Any

import fastavro
import pytest

from tests.helpers.alert_files import packed, record
from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.avro import Container
from vetter.io.alerts.packets.avro_schema import validate_schema
from vetter.io.alerts.packets.byte_ranges import HeldBytes
from vetter.io.alerts.packets.confluent import read_framed

Schema = dict[str, Any]


def a_record(name: str, fields: list[tuple[str, Any]], **more: Any) -> Schema:
    listed = [{"name": field, "type": kind} for field, kind in fields]
    return {"type": "record", "name": name, **more, "fields": listed}


def of(kind: Any) -> Schema:
    return a_record("a", [("b", kind)])


def array(kind: Any) -> Schema:
    return {"type": "array", "items": kind}


def nulls(count: int) -> Schema:
    return a_record("nulls", [(f"n{i}", "null") for i in range(count)])


def nullable(count: int, kind: Any = "double", first: bool = False) -> Schema:
    union = ["null", kind] if first else [kind, "null"]
    return a_record("epoch", [(f"f{i}", union) for i in range(count)])


def broker_schema(null_first: bool = False, epochs: int = 100) -> Schema:
    """A packet's schema as Spark writes it, or with null in front as other programs do."""

    def maybe(kind: Any) -> list[Any]:
        return ["null", kind] if null_first else [kind, "null"]

    own = ("jd", "ra", "dec", "magpsf", "sigmapsf", "xpos", "ypos")
    numbers = [(name, maybe("double")) for name in own]
    rest = [(f"extra{i}", maybe("float")) for i in range(epochs)]
    stamp = [("fileName", maybe("string")), ("stampData", maybe("bytes"))]

    def inner(name: str, fields: list[tuple[str, Any]]) -> Any:
        return maybe(a_record(name, fields, namespace=f"topLevelRecord.{name}"))

    epoch = [("jd", maybe("double")), ("fid", maybe("int")), *numbers[3:5], *rest]
    fields = [
        ("publisher", maybe("string")),
        ("objectId", maybe("string")),
        ("candid", maybe("long")),
        (
            "candidate",
            inner("candidate", [("candid", maybe("long")), ("fid", maybe("int"))] + numbers),
        ),
        *((name, maybe(array(inner(name, epoch)))) for name in ("prv_candidates", "fp_hists", "x")),
        *(
            (name, inner(name, stamp))
            for name in ("cutoutScience", "cutoutTemplate", "cutoutDifference")
        ),
        ("ids", maybe(array(maybe("long")))),
        ("crossmatch", maybe({"type": "map", "values": inner("match", numbers)})),
    ]
    return a_record("topLevelRecord", fields)


def broker_packet(candid: int) -> dict[str, Any]:
    packet = record(candid)
    epoch = {"jd": 2460210.5, "fid": 2, "magpsf": 19.0, "sigmapsf": 0.2, "extra3": 1.5}
    packet |= {"prv_candidates": [epoch, None], "fp_hists": [], "ids": [candid, None]}
    packet["crossmatch"] = {"Gaia": {"ra": 10.0}, "none": None}
    return packet


@pytest.mark.parametrize("codec", ["null", "deflate", "xz"])
@pytest.mark.parametrize("null_first", [True, False])
def test_packets_of_nullable_records_open_with_stamps(
    codec: str, null_first: bool, tmp_path: Path
) -> None:
    path = tmp_path / "broker.avro"
    content = packed(
        [broker_packet(1), broker_packet(2)], codec, broker_schema(null_first), 1 << 20
    )
    path.write_bytes(content)
    from vetter.io.inputs.open_input import open_input

    source = open_input(str(path))
    assert list(source.candidates.keys) == ["1", "2"]
    for row in range(2):
        cutout = source.cutout(row, 10)
        assert {"image", "template", "diff"} <= set(cutout.planes)
    source.close()


def test_history_of_nullable_records_is_read() -> None:
    container = Container(HeldBytes(packed([broker_packet(1)], schema=broker_schema())))
    packet = container.record(container.start, 0)
    assert packet["prv_candidates"][0]["extra3"] == 1.5
    assert packet["prv_candidates"][1] is None
    assert packet["crossmatch"]["Gaia"]["ra"] == 10.0


def test_framed_packet_of_nullable_records_is_read() -> None:
    out = io.BytesIO(b"\0\0\0\0\x07")
    out.seek(5)
    fastavro.schemaless_writer(out, copy.deepcopy(broker_schema()), broker_packet(3))
    assert read_framed(out.getvalue(), validate_schema(broker_schema()))["candid"] == 3


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(array([nullable(150), "null"]), id="records or null"),
        pytest.param(array(["null", nullable(150, first=True)]), id="null or records"),
        pytest.param(array(nullable(2000)), id="records of 2000 fields"),
        pytest.param(array(["null", "long"]), id="nullable longs"),
        pytest.param(array([array([nullable(120), "null"]), "null"]), id="arrays of arrays"),
        pytest.param({"type": "map", "values": [nullable(150), "null"]}, id="map of records"),
        pytest.param(
            array(
                [a_record("m", [("x", "double"), *((f"n{i}", "null") for i in range(20))]), "null"]
            ),
            id="nulls beside a number",
        ),
        pytest.param(
            array([a_record("m", [("x", nullable(40)), ("y", "epoch")]), "null"]), id="named"
        ),
        pytest.param(array({"type": "fixed", "name": "f", "size": 16}), id="fixed"),
        pytest.param(array({"type": "enum", "name": "e", "symbols": ["g", "r"]}), id="enum"),
        pytest.param(array({"type": "long", "logicalType": "timestamp-micros"}), id="times"),
        pytest.param(array([{"type": "string", "avro.java.string": "String"}, "null"]), id="texts"),
    ],
)
def test_schema_as_real_producers_write_is_taken(kind: Any) -> None:
    assert validate_schema(of(kind)).fields == ("b",)


def deep_tables(levels: int) -> Any:
    kind: Any = "double"
    for level in range(levels):
        kind = [array([a_record(f"t{level}", [("x", kind)]), "null"]), "null"]
    return kind


def test_tables_in_tables_are_taken() -> None:
    assert validate_schema(of(deep_tables(9))).fields == ("b",)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(array("null"), id="nulls"),
        pytest.param(array(a_record("r", [])), id="empty records"),
        pytest.param(array(nulls(1000)), id="null records"),
        pytest.param(array([nulls(1000), "null"]), id="null records or null"),
        pytest.param(array(["int", nulls(1000)]), id="int or null records"),
        pytest.param(array([nullable(100), nulls(1000)]), id="good or null records"),
        pytest.param(array(["null", ["null", nulls(1000)]]), id="union in a union"),
        pytest.param(array(a_record("m", [("x", "int"), ("y", nulls(1000))])), id="beside an int"),
        pytest.param(
            array(a_record("m", [("x", nulls(500)), ("y", ["int", "nulls"])])), id="named"
        ),
        pytest.param({"type": "map", "values": nulls(1000)}, id="map"),
        pytest.param(
            {"type": "map", "values": [{"type": "map", "values": nulls(1000)}]}, id="maps"
        ),
        pytest.param(array({"type": "fixed", "name": "f", "size": 0}), id="fixed of no bytes"),
        pytest.param(array([]), id="union of nothing"),
    ],
)
def test_array_of_values_without_bytes_is_refused(kind: Any) -> None:
    with pytest.raises(InputError, match="take no bytes|union of no types"):
        validate_schema(of(kind))


def test_large_packet_that_could_fill_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = [("x", "int"), *((f"n{i}", "null") for i in range(30))]
    schema = of(array(a_record("r", fields)))
    content = packed([{"b": [{"x": 1}] * 2000}], schema=schema)
    container = Container(HeldBytes(content))
    assert len(container.record(container.start, 0)["b"]) == 2000
    monkeypatch.setattr(size_limits, "MEMORY", 1_000_000)
    with pytest.raises(InputError, match="can take over 1000000 bytes of memory"):
        container.record(container.start, 0)


def test_largest_packet_of_nullable_records_is_allowed() -> None:
    validate_schema(broker_schema()).refuse_bomb(size_limits.PACKET)


def test_fixed_and_enum_are_read_as_written() -> None:
    kinds = [
        ("f", {"type": "fixed", "name": "four", "size": 4}),
        ("again", "four"),
        ("band", {"type": "enum", "name": "bands", "symbols": ["g", "r"]}),
        ("other", ["null", "bands"]),
    ]
    packet = {"f": b"abcd", "again": b"efgh", "band": "r", "other": "g"}
    container = Container(HeldBytes(packed([packet], schema=a_record("a", kinds))))
    assert container.record(container.start, 0) == packet


def test_nested_lists_are_refused() -> None:
    kind: Any = "int"
    for _ in range(20 * size_limits.SCHEMA_DEPTH):
        kind = [kind]
    with pytest.raises(InputError, match="nested too deeply"):
        validate_schema(of(kind))


def test_broker_table_of_three_packets_opens(cases: Path) -> None:
    from vetter.io.inputs.open_input import open_input

    source = open_input(str(cases / "P02_nullable_records.avro"))
    assert len(source.candidates) == 3
    for row in range(3):
        planes = source.cutout(row, 10).planes
        assert {"image", "template", "diff"} <= set(planes)
    source.close()


@pytest.mark.parametrize("null_first", [True, False])
def test_whole_packet_that_may_be_null_opens(null_first: bool, tmp_path: Path) -> None:
    schema: Any = [broker_schema(null_first), "null"]
    path = tmp_path / "flink.avro"
    packets = [broker_packet(1), broker_packet(2)]
    path.write_bytes(packed(packets, "deflate", schema[::-1] if null_first else schema, 1))
    from vetter.io.inputs.open_input import open_input

    source = open_input(str(path))
    assert list(source.candidates.keys) == ["1", "2"]
    assert set(source.cutout(1, 10).planes) >= {"image", "template", "diff"}
    source.close()


def test_framed_packet_that_may_be_null_is_read() -> None:
    schema: Any = ["null", broker_schema()]
    out = io.BytesIO(b"\0\0\0\0\x07")
    out.seek(5)
    fastavro.schemaless_writer(out, copy.deepcopy(schema), broker_packet(3))
    assert read_framed(out.getvalue(), validate_schema(schema))["candid"] == 3


def test_null_in_place_of_a_packet_is_refused() -> None:
    schema: Any = [broker_schema(), "null"]
    with pytest.raises(InputError, match="not a record"):
        read_framed(b"\0\0\0\0\x07\x02", validate_schema(schema))


@pytest.mark.parametrize(
    "schema",
    [[], ["null"], ["string", "null"], [of("long"), a_record("c", [("d", "long")])]],
    ids=["none", "null", "text", "two records"],
)
def test_union_without_one_record_is_refused(schema: Any) -> None:
    with pytest.raises(InputError, match="not that of a record"):
        validate_schema(schema)
