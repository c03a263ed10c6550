from __future__ import annotations

import copy
import io
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from fastavro import parse_schema, schemaless_writer

from tests.helpers.alert_files import SCHEMA, noise, packed, record, stamp
from vetter.io.alerts.packets.avro import Container
from vetter.io.alerts.packets.avro_schema import packet_schema
from vetter.io.alerts.packets.byte_ranges import HeldBytes
from vetter.io.alerts.packets.stamp_search import find_stamps

EPOCHS = [{"jd": 2460200.5 + day, "fid": 1, "magpsf": 18.0} for day in range(40)]


def read(content: bytes, whole: bool = False) -> dict[str, Any]:
    container = Container(HeldBytes(content))
    return container.record(container.start, 0, whole)


@pytest.mark.parametrize("codec", ["null", "deflate"])
@pytest.mark.parametrize("is_gzipped", [True, False])
def test_stamps_are_found_behind_the_history(codec: str, is_gzipped: bool) -> None:
    picture = stamp(noise((63, 63), 3), is_gzipped)
    science = {"fileName": "science.fits", "stampData": picture}
    content = packed([record(7, prv_candidates=EPOCHS, cutoutScience=science)], codec)
    whole, found = read(content, whole=True), read(content)
    assert len(whole.pop("prv_candidates")) == 40
    assert found == whole


def test_missing_first_stamp_means_the_whole_packet() -> None:
    content = packed([record(7, prv_candidates=EPOCHS, cutoutScience=None)])
    assert read(content) == read(content, whole=True)


def test_stamps_in_front_of_the_list_mean_the_whole_packet() -> None:
    schema = copy.deepcopy(dict(SCHEMA))
    fields = schema["fields"]
    is_stamp = [field["name"].startswith("cutout") for field in fields]
    stamps = [f for f, early in zip(fields, is_stamp, strict=True) if early]
    rest = [f for f, early in zip(fields, is_stamp, strict=True) if not early]
    content = packed([record(7, prv_candidates=EPOCHS)], schema={**schema, "fields": stamps + rest})
    assert len(read(content)["prv_candidates"]) == 40


def test_gzip_mark_in_the_history_is_no_stamp() -> None:
    (magnitude,) = struct.unpack("<f", b"\x1f\x8b\x08\x41")
    epochs = [{**EPOCHS[0], "magpsf": magnitude}]
    content = packed([record(7, prv_candidates=epochs)])
    assert content.index(b"\x1f\x8b\x08") < content.index(b"x.fits.gz")
    whole = read(content, whole=True)
    assert read(content)["cutoutScience"] == whole["cutoutScience"]


def test_packets_of_one_block_are_read_whole() -> None:
    content = packed([record(1), record(2, prv_candidates=EPOCHS)], sync=10**6)
    container = Container(HeldBytes(content))
    assert len(container.record(container.start, 1, whole=False)["prv_candidates"]) == 40


def test_stamps_of_real_packets_are_found(real_data: Path) -> None:
    files = sorted((real_data / "alerts" / "ztf").glob("*.avro"))[:12]
    for file in files:
        whole, found = read(file.read_bytes(), whole=True), read(file.read_bytes())
        assert "prv_candidates" not in found
        assert {name: whole[name] for name in found} == found


STAMP = {
    "type": "record",
    "name": "stamp",
    "fields": [{"name": "fileName", "type": "string"}, {"name": "stampData", "type": "bytes"}],
}
GZIP, FITS = b"\x1f\x8b\x08", b"SIMPLE  ="


def packet(
    data: bytes = GZIP.ljust(200, b"x"),
    name: str = "s",
    other: bytes | None = None,
    kind: Any = STAMP,
) -> tuple[bytes, int, Any]:
    """A packet of a number, a history and one or two stamps, where its stamps begin, its schema."""
    numbers = {"type": "array", "items": "int"}
    fields = [
        {"name": "id", "type": "long"},
        {"name": "history", "type": numbers},
        {"name": "cutoutScience", "type": kind},
    ]
    values: dict[str, Any] = {"id": 5, "history": [1] * 9}
    stamp_value = {"fileName": name, "stampData": data}
    values["cutoutScience"] = data if kind == "bytes" else stamp_value
    if other is not None:
        fields.append({"name": "cutoutTemplate", "type": "stamp"})
        values["cutoutTemplate"] = {"fileName": "t", "stampData": other}
    plain = {"type": "record", "name": "alert", "fields": fields}
    stream = io.BytesIO()
    schemaless_writer(stream, parse_schema(copy.deepcopy(plain)), values)
    # The number takes a byte; so do the history's count, its items and its end.
    return stream.getvalue(), 12, packet_schema(json.dumps(plain).encode())


@pytest.mark.parametrize("first", [GZIP, FITS])
@pytest.mark.parametrize("second", [GZIP, FITS])
def test_first_stamp_is_found_whatever_the_next_is(first: bytes, second: bytes) -> None:
    content, place, schema = packet(first.ljust(300), other=second.ljust(200))
    found = find_stamps(content, 1, schema)
    assert found is not None and list(found) == ["cutoutScience", "cutoutTemplate"]
    assert found["cutoutScience"]["stampData"] == first.ljust(300)
    assert find_stamps(content, place, schema) == found
    assert find_stamps(content, place + 1, schema) is None
    assert find_stamps(content + b"x", 1, schema) is None


@pytest.mark.parametrize(
    ("size", "is_found"),
    [(127, False), (128, True), (8191, True), (8192, True), (1 << 20, True)],
)
def test_stamp_is_no_shorter_than_any_picture(size: int, is_found: bool) -> None:
    content, _, schema = packet(GZIP.ljust(size, b"x"))
    assert (find_stamps(content, 1, schema) is not None) is is_found


@pytest.mark.parametrize(
    ("kind", "longest"), [(STAMP, 62), (["null", STAMP], 253), ([STAMP, "null"], 253)]
)
def test_file_name_is_no_longer_than_a_search_reaches(kind: Any, longest: int) -> None:
    # Each tilde could be the length of a name of 63 bytes, which no shorter one has.
    # 64 places are tried, and 256 bytes where a place begins with the number of its branch.
    for length in (0, 1, longest - 1, longest):
        content, _, schema = packet(name="~" * length, kind=kind)
        found = find_stamps(content, 1, schema)
        assert found is not None and found["cutoutScience"]["fileName"] == "~" * length
    content, _, schema = packet(name="~" * (longest + 1), kind=kind)
    assert find_stamps(content, 1, schema) is None


def test_packet_without_a_mark_or_a_tail_has_no_stamps_to_find() -> None:
    content, _, schema = packet(b"x" * 200)
    assert find_stamps(content, 1, schema) is None
    plain = {"type": "record", "name": "a", "fields": [{"name": "n", "type": "bytes"}]}
    assert find_stamps(content, 1, packet_schema(json.dumps(plain).encode())) is None


def test_stamp_without_a_name_begins_with_its_size() -> None:
    content, place, schema = packet(kind="bytes")
    for start in (1, place):
        found = find_stamps(content, start, schema)
        assert found == {"cutoutScience": GZIP.ljust(200, b"x")}
    assert find_stamps(content, place + 1, schema) is None
