"""Packets with changed bytes: every outcome is a usable source or an InputError."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.helpers.alert_files import SCHEMA, framed, packed, record, write_tar
from tests.helpers.peak_memory import at_most
from vetter.errors import InputError
from vetter.io.alerts.listing import read_lot
from vetter.io.alerts.packets.avro_schema import validate_schema
from vetter.io.alerts.packets.packets import Packets
from vetter.io.alerts.source import AlertSource

TRIES = 120
_KINDS = ("container", "deflate", "framed", "tar", "tar.gz", "parquet")


def content_of(kind: str, folder: Path) -> bytes:
    one = packed([record(1)], "deflate" if kind == "deflate" else "null")
    if kind in ("container", "deflate"):
        return one
    if kind == "framed":
        return framed(record(1))
    if kind == "parquet":
        import pyarrow
        import pyarrow.parquet

        table = pyarrow.Table.from_pylist([record(1), record(2)])
        pyarrow.parquet.write_table(table, folder / "x")
        return (folder / "x").read_bytes()
    mode = "w:gz" if kind == "tar.gz" else "w"
    return write_tar(folder / "x", {"1.avro": one, "2.avro": one}, mode).read_bytes()


def look(path: Path) -> int:
    """Read all there is, as the program does; how many cutouts were made."""
    packets = Packets([str(path)], validate_schema(SCHEMA))
    lot = read_lot(packets.iter_packets(), 10)
    if lot.rows is None:
        packets.close()
        return 0
    options = {"radius": None, "fwhm": None}
    source = AlertSource("x", packets, lot, None, options, {}, None, 0)
    made = 0
    for row in range(len(source.candidates)):
        try:
            cutout = source.cutout(row, 10)
        except InputError as error:
            assert "\n" not in str(error)
        else:
            assert cutout.position and cutout.light_curve is not None
            made += 1
    source.close()
    return made


def changed(content: bytes, chance: random.Random) -> bytes:
    out = bytearray(content)
    if chance.random() < 0.1:
        return bytes(out[: chance.randrange(len(out))])
    # Lengths and counts are where one byte does most.
    lengthy = chance.random() < 0.5
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        at = chance.randrange(min(len(out), 4096 if lengthy else len(out)))
        out[at] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
    return bytes(out)


@pytest.mark.parametrize("kind", _KINDS)
def test_changed_bytes_are_a_packet_or_an_error(kind: str, tmp_path: Path) -> None:
    content = content_of(kind, tmp_path)
    path = tmp_path / f"night.{kind if kind in ('tar', 'tar.gz', 'parquet') else 'avro'}"
    path.write_bytes(content)
    assert look(path) >= 1
    chance = random.Random(kind)
    with at_most(500_000):
        for _ in range(TRIES):
            path.write_bytes(changed(content, chance))
            look(path)


def test_changed_bytes_of_real_packets(real_data: Path, tmp_path: Path) -> None:
    chance = random.Random(3)
    paths = sorted((real_data / "alerts").rglob("*.avro"))[::6]
    assert paths
    for path in paths:
        content = path.read_bytes()
        for _ in range(12):
            changed_path = tmp_path / "x.avro"
            changed_path.write_bytes(changed(content, chance))
            look(changed_path)
