"""Packets with the position beside the stamps: tables of brokers, and small surveys."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.helpers.alert_files import noise, packed, record, stamp
from vetter.io.alerts.open_alerts import open_alerts
from vetter.io.alerts.packets.producers import ZTF, producer_of, with_body
from vetter.io.alerts.source import AlertSource
from vetter.io.input_options import InputOrigin
from vetter.io.inputs.open_input import open_input

STAMPS = ("cutoutScience", "cutoutTemplate", "cutoutDifference")


def flat(candid: int, /, **names: str) -> dict[str, Any]:
    """A packet whose fields are called by other names, with FITS files as stamps."""
    own = {"objectId": f"ZTF20aaaaaa{'abc'[candid % 3]}", "candid": candid, "magpsf": 18.5}
    own |= {"ra": 10.0 + candid, "dec": -5.0, "jd": 2460219.5, "fid": 2}
    return {names.get(name, name): value for name, value in own.items()} | {
        name: stamp(noise(seed=candid)) for name in STAMPS
    }


def in_parquet(path: Path, packets: list[dict[str, Any]]) -> Path:
    pyarrow.parquet.write_table(pa.Table.from_pylist(packets), path)
    return path


def in_avro(path: Path, packets: list[dict[str, Any]]) -> Path:
    kinds = {str: "string", int: "long", float: "double", bytes: ["null", "bytes"]}
    fields = [{"name": name, "type": kinds[type(value)]} for name, value in packets[0].items()]
    path.write_bytes(packed(packets, schema={"type": "record", "name": "a", "fields": fields}))
    return path


def opened(path: Path) -> AlertSource:
    return open_alerts([path], None, None, None, InputOrigin())


@pytest.mark.parametrize("write", [in_parquet, in_avro])
@pytest.mark.parametrize(
    "names",
    [
        {},
        {"dec": "decl", "candid": "id", "magpsf": "mag"},
        {"ra": "candidate.ra", "dec": "candidate.dec", "magpsf": "candidate.magpsf"},
    ],
    ids=["as ZTF", "other names", "dotted names"],
)
def test_they_are_candidates_with_their_stamps(
    tmp_path: Path, write: Callable[[Path, list[dict[str, Any]]], Path], names: dict[str, str]
) -> None:
    if write is in_avro:
        # Avro's names have no dots.
        names = {name: new.replace(".", "_") for name, new in names.items()}
    source = opened(write(tmp_path / "night", [flat(n, **names) for n in (1, 2)]))
    candidates = source.candidates
    assert candidates.keys.tolist() == ["1", "2"]
    assert candidates.ra.tolist() == [11.0, 12.0] and candidates.dec.tolist() == [-5.0, -5.0]
    assert candidates.roles.mag == "magpsf" and candidates.roles.dec == "dec"
    cutout = source.cutout(1)
    np.testing.assert_array_equal(cutout["image"], noise(seed=2))
    assert {"image", "template", "diff"} <= set(cutout.planes)
    source.close()


def as_fink(candid: int, stamp_of: Callable[[int], Any]) -> dict[str, Any]:
    """A row as Fink's interface and its data transfer give it."""
    own = {f"i:{name}": value for name, value in flat(candid).items() if name not in STAMPS}
    stamps = {f"b:{name}_stampData": stamp_of(candid + k) for k, name in enumerate(STAMPS)}
    return own | {"d:cdsxmatch": "Star", "d:ra": 0.0, "v:lastdate": "2026-11-30"} | stamps


def in_json(path: Path, packets: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps(packets, default=lambda data: base64.b64encode(data).decode()))
    return path


@pytest.mark.parametrize("write", [in_parquet, in_json])
@pytest.mark.parametrize(
    "stamp_of",
    [lambda seed: stamp(noise(seed=seed)), lambda seed: noise(seed=seed).tolist()],
    ids=["FITS", "numbers"],
)
def test_names_of_fink_are_those_of_the_survey(
    tmp_path: Path,
    write: Callable[[Path, list[dict[str, Any]]], Path],
    stamp_of: Callable[[int], Any],
) -> None:
    path = write(tmp_path / "night", [as_fink(n, stamp_of) for n in (10, 20)])
    source = open_input(str(path))
    assert isinstance(source, AlertSource)
    candidates = source.candidates
    assert candidates.keys.tolist() == ["10", "20"] and candidates.ra.tolist() == [20.0, 30.0]
    assert candidates.roles.mag == "magpsf" and candidates.roles.name == "objectId"
    assert set(candidates.columns) == {
        *("objectId", "candid", "magpsf", "ra", "dec", "jd", "fid", "band"),
        *("d:cdsxmatch", "d:ra", "v:lastdate"),
    }
    assert "2 packets of ZTF" in source.notes
    for name, seed in (("image", 20), ("template", 21), ("diff", 22)):
        np.testing.assert_array_equal(source.cutout(1)[name], noise(seed=seed))
    source.close()


def test_the_object_tells_the_producer() -> None:
    assert producer_of(with_body(flat(1))) is ZTF


def test_rows_of_numbers_are_stamps(tmp_path: Path) -> None:
    packets = [flat(n) | {name: noise((5, 7), n).tolist() for name in STAMPS} for n in (1, 2)]
    source = opened(in_parquet(tmp_path / "night.parquet", packets))
    np.testing.assert_array_equal(source.cutout(0)["image"], noise((5, 7), 1))
    source.close()


def test_a_packet_with_its_candidate_stays_as_it_is() -> None:
    packet = record(7)
    assert with_body(packet) is packet


def test_a_packet_without_a_position_is_none() -> None:
    packet = {"candid": 1, "magpsf": 18.0, "cutoutScience": b""}
    assert with_body(packet) is packet and producer_of(packet) is None
