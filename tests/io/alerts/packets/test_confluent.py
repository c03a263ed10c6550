from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.alert_files import SCHEMA, framed, record
from vetter.errors import InputError
from vetter.io.alerts.packets.avro_schema import checked_schema
from vetter.io.alerts.packets.confluent import is_framed, read_framed, read_schema


def test_a_packet_is_read_with_the_schema_given() -> None:
    packet = read_framed(framed(record(17)), checked_schema(SCHEMA))
    assert packet["candidate"]["candid"] == 17


def test_without_a_schema_the_line_says_what_to_do() -> None:
    with pytest.raises(InputError, match=r"number 7\); give --schema FILE.avsc"):
        read_framed(framed(record(17)), None)


def test_another_schema_is_noticed() -> None:
    other = {"type": "record", "name": "a", "fields": [{"name": "b", "type": "string"}]}
    with pytest.raises(InputError, match="--schema is not the packet's"):
        read_framed(framed(record(17)), checked_schema(other))


def test_a_packet_cut_short_is_refused() -> None:
    with pytest.raises(InputError, match="cut short"):
        read_framed(framed(record(17))[:-1000], checked_schema(SCHEMA))


def test_the_prefix_is_a_zero_and_a_small_number() -> None:
    assert is_framed(framed(record(17)))
    assert not is_framed(b"Obj\x01" + bytes(10))
    assert not is_framed(b"\0\xff\xff\xff\xff rest")


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
