from __future__ import annotations

import bz2
import gzip
import lzma
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.alert_files import (
    SCHEMA,
    framed,
    noise,
    packed,
    record,
    stamp,
    write_packets,
    write_tar,
)
from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.avro_schema import validate_schema
from vetter.io.alerts.packets.packets import LeftAlone, Packet, Packets, Unread


def ids(found: list[Any]) -> list[int]:
    return [item.record["candid"] for item in found if isinstance(item, Packet)]


@pytest.fixture
def mixed(tmp_path: Path) -> Packets:
    """One file of each kind, with bad ones between."""
    files = {
        "many.avro": packed([record(n) for n in range(10, 15)], sync=100_000),
        "bad.avro": b"Obj\x01 and nothing else",
        "empty.avro": b"",
        "packed.avro.gz": gzip.compress(packed([record(20)])),
        "notes.bin": b"no packet",
        "framed.avro": framed(record(30)),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    members = {
        "a.avro": packed([record(40)]),
        "bad.avro": packed([record(41)])[:-50],
        "two.avro": packed([record(42), record(43)]),
        "read.me": b"hello",
        "inner.tar": b"x",
        "empty.avro": b"",
        "last.avro": packed([record(44)]),
    }
    write_tar(tmp_path / "tar.tar", members)
    packed_tars = {f"tar.tar.{way}": f"w:{way}" for way in ("gz", "bz2", "xz")}
    for name, mode in packed_tars.items():
        write_tar(tmp_path / name, members, mode)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    (tmp_path / "b.avro.xz").write_bytes(lzma.compress(packed([record(50)])))
    (tmp_path / "c.avro.bz2").write_bytes(bz2.compress(packed([record(60), record(61)])))
    names = [*files, "tar.tar", *packed_tars, "a.zip", "b.avro.xz", "c.avro.bz2"]
    return Packets([str(tmp_path / name) for name in names], validate_schema(SCHEMA))


def test_all_packets_are_found_and_all_bad_ones_named(mixed: Packets) -> None:
    found = list(mixed.iter_packets())
    tar = [40, 42, 43, 44]
    assert ids(found) == [10, 11, 12, 13, 14, 20, 30, *(5 * tar), 50, 60, 61]
    unread = [item for item in found if isinstance(item, Unread)]
    assert [Path(item.name).name for item in unread[:3]] == [
        "bad.avro",
        "empty.avro",
        "tar.tar[bad.avro]",
    ]
    assert "the file is empty" in unread[1].reason
    assert "archive in the archive" in unread[3].reason
    left = [Path(item.name).name for item in found if isinstance(item, LeftAlone)]
    archives = ("tar.tar", "tar.tar.gz", "tar.tar.bz2", "tar.tar.xz", "a.zip")
    assert left == ["notes.bin", *(f"{name}[read.me]" for name in archives)]
    mixed.close()


def test_listing_goes_on_from_any_place(mixed: Packets) -> None:
    whole = list(mixed.iter_packets())
    for reached, item in enumerate(whole):
        rest = list(mixed.iter_packets(item.place))
        assert rest == whole[reached + 1 :]
    mixed.close()


def test_every_packet_is_read_again_from_its_place(mixed: Packets) -> None:
    found = [item for item in mixed.iter_packets() if isinstance(item, Packet)]
    for item in reversed(found):
        again = mixed.record(item.place)
        assert again["candid"] == item.record["candid"]
        assert again["cutoutScience"]["stampData"]
    mixed.close()


def test_a_file_that_has_gone_is_named(tmp_path: Path) -> None:
    path = write_packets(tmp_path, 1)[0]
    packets = Packets([str(path)])
    place = next(iter(packets.iter_packets())).place
    path.unlink()
    with pytest.raises(InputError, match="1.avro: .*"):
        packets.record(place)


def test_a_container_of_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.avro").write_bytes(packed([]))
    found = list(Packets([str(tmp_path / "a.avro")]).iter_packets())
    assert [item.reason for item in found if isinstance(item, Unread)] == ["contains no packet"]


def test_a_schema_that_was_mended_is_said(tmp_path: Path) -> None:
    kinds = {name: {"type": "record", "name": name, "fields": []} for name in ("part", "tart")}
    for kind in kinds.values():
        kind["fields"] = [{"name": "x", "type": "int"}]
    fields = [{"name": f"a_{name}", "type": kind} for name, kind in kinds.items()]
    schema = {**SCHEMA, "fields": [*SCHEMA["fields"], *fields]}
    packet = {**record(1), "a_part": {"x": 1}, "a_tart": {"x": 2}}
    content = packed([packet], schema=schema).replace(b'"tart"', b'"part"')
    path = tmp_path / "1.avro"
    path.write_bytes(content)
    found = list(Packets([str(path)]).iter_packets())
    assert isinstance(found[0], Packet) and "(part) taken once" in found[0].note


def test_an_archive_cut_short_gives_what_is_there(tmp_path: Path) -> None:
    members = {}
    for n in (1, 2, 3):
        sky = {"fileName": "x", "stampData": stamp(noise(seed=n))}
        members[f"{n}.avro"] = packed([record(n, cutoutDifference=sky)])
    for name, mode in (("a.tar", "w"), ("a.tar.gz", "w:gz")):
        path = write_tar(tmp_path / name, members, mode)
        content = path.read_bytes()
        path.write_bytes(content[: len(content) * 2 // 3])
        packets = Packets([str(path)])
        found = list(packets.iter_packets())
        assert ids(found)[:1] == [1] and isinstance(found[-1], Unread)
        packets.close()


def test_archive_of_too_many_empty_files_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(size_limits, "CONSECUTIVE_OTHERS", 5)
    empty = {f"{number}.bin": b"" for number in range(20)}
    few = dict(list(empty.items())[:4])
    one = packed([record()])
    path = write_tar(tmp_path / "a.tar", {"0.avro": one, **few, "1.avro": one, **empty})
    found = list(Packets([str(path)]).iter_packets())
    assert sum(isinstance(part, Packet) for part in found) == 2
    assert isinstance(found[-1], Unread) and found[-1].reason == (
        "5 consecutive files are not packets"
    )
    assert len(found) == 12


def joined(numbers: list[int], **own: Any) -> bytes:
    """Containers one behind the other, as cat joins files; of two schemas in turn."""
    fields = [*SCHEMA["fields"], {"name": "note", "type": "string", "default": ""}]
    other = {**SCHEMA, "fields": fields}
    return b"".join(
        packed([record(n), record(n + 1)], schema=SCHEMA if n % 20 else other, **own)
        for n in numbers
    )


@pytest.mark.parametrize("name", ["a.avro", "a.avro.gz", "each.avro.gz", "a.tar"])
@pytest.mark.parametrize("sync", [1, 100_000])
def test_joined_containers_are_read_one_after_another(tmp_path: Path, name: str, sync: int) -> None:
    content = joined([10, 20, 30], sync=sync)
    path = tmp_path / name
    if name == "a.tar":
        write_tar(path, {"a.avro": content, "b.avro": packed([record(50)])})
    elif name == "each.avro.gz":
        parts = (joined([number], sync=sync) for number in (10, 20, 30))
        path.write_bytes(b"".join(map(gzip.compress, parts)))
    else:
        path.write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    packets = Packets([str(path)])
    whole = list(packets.iter_packets())
    assert ids(whole) == [10, 11, 20, 21, 30, 31] + [50] * (name == "a.tar")
    for reached, item in enumerate(whole):
        assert isinstance(item, Packet)
        assert packets.record(item.place)["candid"] == item.record["candid"]
        assert list(packets.iter_packets(item.place)) == whole[reached + 1 :]
    packets.close()


@pytest.mark.parametrize("cut", [40, 3_000])
def test_behind_a_damaged_container_the_next_is_read(tmp_path: Path, cut: int) -> None:
    first, second = joined([10]), joined([20])
    path = tmp_path / "a.avro"
    path.write_bytes(first[:-cut] + second + joined([30])[:-cut])
    packets = Packets([str(path)])
    whole = list(packets.iter_packets())
    assert ids(whole) == [10, 20, 21, 30]
    unread = [item for item in whole if isinstance(item, Unread)]
    place, last = len(first) - cut, len(first) - cut + len(second)
    assert [item.name for item in unread] == [str(path)] * 2
    assert unread[0].reason.endswith(f"; read on at byte {place}")
    assert unread[1].reason == f"container at byte {last}: cut short in its last block"
    for reached, item in enumerate(whole):
        assert list(packets.iter_packets(item.place)) == whole[reached + 1 :]
    packets.close()


def test_four_bytes_of_a_packet_are_no_container(tmp_path: Path) -> None:
    name = "Obj\x01" * 40
    path = tmp_path / "a.avro"
    path.write_bytes(packed([record(1, objectId=name)]) + b"rest")
    found = list(Packets([str(path)]).iter_packets())
    assert [type(item) for item in found] == [Packet, Unread]


def test_unpacked_part_of_the_first_file_is_told_after_its_end(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.tar.xz" for number in range(2)]
    for number, path in enumerate(files):
        members = {f"{n}.avro": packed([record(n)]) for n in range(2 + number)}
        write_tar(path, members, "w:xz")
    with tempfile.TemporaryFile() as out:
        packets = Packets([str(path) for path in files], in_turn=True, shared=os.dup(out.fileno()))
        listed = packets.iter_packets()
        assert (packets.unpacked(), packets.shared) == (0, None)
        next(listed)
        assert packets.shared is not None
        assert len(list(listed)) == 4 and packets.shared is None
        out.seek(0)
        content = out.read()
    assert content == lzma.decompress(files[0].read_bytes())
    assert packets.unpacked() == len(content)
    packets.close()
