from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.alert_files import SCHEMA, framed, record
from tests.helpers.alert_packets import field, packet_schema
from vetter.errors import InputError
from vetter.io.alerts.packets.avro_schema import validate_schema
from vetter.io.alerts.packets.confluent import (
    is_framed,
    read_framed,
    read_schema,
    read_schemas,
)
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input


def test_a_packet_is_read_with_the_schema_given() -> None:
    packet = read_framed(framed(record(17)), validate_schema(SCHEMA))
    assert packet["candidate"]["candid"] == 17


def test_without_a_schema_the_line_says_what_to_do() -> None:
    with pytest.raises(InputError, match=r"number 7\); give --schema FILE.avsc"):
        read_framed(framed(record(17)), None)


def test_another_schema_is_noticed() -> None:
    other = {"type": "record", "name": "a", "fields": [{"name": "b", "type": "string"}]}
    with pytest.raises(InputError, match="--schema is not the packet's"):
        read_framed(framed(record(17)), validate_schema(other))


def test_a_packet_cut_short_is_refused() -> None:
    with pytest.raises(InputError, match="cut short"):
        read_framed(framed(record(17))[:-1000], validate_schema(SCHEMA))


def test_the_prefix_is_a_zero_and_a_small_number() -> None:
    assert is_framed(framed(record(17)))
    assert not is_framed(b"Obj\x01" + bytes(10))
    assert not is_framed(b"\0\xff\xff\xff\xff rest")
    assert is_framed(b"\0\x0f\xff\xff\xff rest") and not is_framed(b"\0\x10\0\0\0 rest")
    assert is_framed(bytes(6)) and not is_framed(bytes(5)) and not is_framed(b"\1" + bytes(5))


def test_types_of_other_files_are_looked_for_beside(tmp_path: Path) -> None:
    schema = json.loads(json.dumps(SCHEMA))
    candidate = schema["fields"][3]["type"]
    schema["fields"][3]["type"] = "ztf.candidate"
    (tmp_path / "alert.avsc").write_text(json.dumps(schema))
    (tmp_path / "ztf.candidate.avsc").write_text(json.dumps({**candidate, "namespace": "ztf"}))
    found = read_schema(tmp_path / "alert.avsc")
    assert read_framed(framed(record(3)), found)["candid"] == 3


def test_a_missing_type_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.avsc").write_text(
        '{"type": "record", "name": "a", "fields": [{"name": "b", "type": "../secret"}]}'
    )
    with pytest.raises(InputError, match=r"a.avsc: names a type"):
        read_schema(tmp_path / "a.avsc")


def test_files_that_name_each_other_are_refused(tmp_path: Path) -> None:
    for one, other in (("p", "q"), ("q", "p")):
        (tmp_path / f"{one}.avsc").write_text(json.dumps({"type": "array", "items": other}))
    with pytest.raises(InputError, match="nested too deeply"):
        read_schema(tmp_path / "p.avsc")


def test_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none.avsc: cannot be read"):
        read_schema(tmp_path / "none.avsc")


def numbered(number: int, packet: Any, schema: Any = SCHEMA) -> bytes:
    """A packet as a stream carries it, with the number of its schema."""
    return b"\0" + struct.pack(">I", number) + framed(packet, schema)[5:]


OTHER = packet_schema(
    [
        field("candid", "long"),
        *(field(name, "double") for name in ("ra", "dec")),
        *(field(name, "float", optional=True) for name in ("xpos", "ypos", "drb", "new")),
        field("nbad", "int", optional=True),
    ]
)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("703.avsc", 703),
        ("schema-42.json", 42),
        ("id_7.avsc", 7),
        ("sub/deep/1101.avsc", 1101),
        ("lsst.v7_3.alert.avsc", 703),
        ("lsst.v11_1.alert.avsc", 1101),
        ("lsst.v10_0.alert.avsc", 1000),
    ],
)
def test_schema_of_folder_is_found_by_number(tmp_path: Path, name: str, number: int) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(SCHEMA))
    (tmp_path / "9.avsc").write_text(json.dumps(OTHER))
    schemas = read_schemas(tmp_path)
    assert read_framed(numbered(number, record(5)), schemas)["candid"] == 5
    assert read_framed(numbered(9, record(6), OTHER), schemas)["candidate"]["new"] is None


def test_registrys_answer_holds_number_and_schema(tmp_path: Path) -> None:
    answer = {"subject": "alert", "version": 3, "id": 77, "schema": json.dumps(SCHEMA)}
    (tmp_path / "alert-v3.json").write_text(json.dumps(answer))
    assert read_framed(numbered(77, record(5)), read_schemas(tmp_path))["candid"] == 5
    assert read_framed(numbered(1, record(5)), read_schema(tmp_path / "alert-v3.json"))["candid"]


def test_parts_of_schema_have_no_number(tmp_path: Path) -> None:
    candidate = SCHEMA["fields"][3]["type"]
    whole = json.loads(json.dumps(SCHEMA))
    whole["fields"][3]["type"] = "ztf.v7_3.candidate"
    (tmp_path / "ztf.v7_3.alert.avsc").write_text(json.dumps(whole))
    part = {**candidate, "name": "candidate", "namespace": "ztf.v7_3"}
    (tmp_path / "ztf.v7_3.candidate.avsc").write_text(json.dumps(part))
    assert read_framed(numbered(703, record(5)), read_schemas(tmp_path))["candid"] == 5


def test_unknown_number_is_named_with_those_of_folder(tmp_path: Path) -> None:
    for number in (701, 703):
        (tmp_path / f"{number}.avsc").write_text(json.dumps(SCHEMA))
    with pytest.raises(InputError, match=r"has number 704; .* holds 701, 703"):
        read_framed(numbered(704, record(5)), read_schemas(tmp_path))


def test_only_schema_of_folder_needs_no_number(tmp_path: Path) -> None:
    (tmp_path / "alert.avsc").write_text(json.dumps(SCHEMA))
    (tmp_path / "notes.json").write_text('{"some": "thing"}')
    assert read_framed(numbered(704, record(5)), read_schemas(tmp_path))["candid"] == 5


def test_of_two_files_with_one_number_the_fitting_is_used(tmp_path: Path) -> None:
    (tmp_path / "7.avsc").write_text(json.dumps(OTHER))
    (tmp_path / "alert-7.avsc").write_text(json.dumps(SCHEMA))
    assert read_framed(numbered(7, record(5)), read_schemas(tmp_path))["candid"] == 5


def test_folder_without_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(InputError, match="holds no schema of packets"):
        read_schemas(tmp_path)


def test_stream_is_opened_with_folder_of_schemas(tmp_path: Path) -> None:
    schemas, packets = tmp_path / "schemas", tmp_path / "packets"
    schemas.mkdir()
    packets.mkdir()
    (schemas / "7.avsc").write_text(json.dumps(SCHEMA))
    (schemas / "8.avsc").write_text(json.dumps(OTHER))
    for candid, number, schema in ((1, 7, SCHEMA), (2, 8, OTHER), (3, 9, SCHEMA)):
        (packets / f"{candid}.avro").write_bytes(numbered(number, record(candid), schema))
    source = open_input([str(packets)], InputOptions(schema=str(schemas))).read_whole_list()
    assert source.candidates.keys.tolist() == ["1", "2"]
    assert source.cutout(1, 31).shape == (63, 63)
    assert "whose schema has number 9" in source.report[0]
    source.close()
