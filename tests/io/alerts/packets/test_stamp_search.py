from __future__ import annotations

import copy
import struct
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.alert_files import SCHEMA, noise, packed, record, stamp
from vetter.io.alerts.packets.avro import Container
from vetter.io.alerts.packets.byte_ranges import HeldBytes

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
