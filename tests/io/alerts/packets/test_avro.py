from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import fastavro
import pyarrow
import pytest

from tests.helpers.alert_files import packed, record
from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.avro import Container, unpack_block, unpack_gzip
from vetter.io.alerts.packets.avro_values import read_record, varint
from vetter.io.alerts.packets.byte_ranges import FileBytes, HeldBytes


def packets(content: bytes, whole: bool = True) -> list[dict[str, Any]]:
    container = Container(HeldBytes(content))
    found, offset = [], container.start
    while (block := container.block(offset)) is not None:
        found += list(container.records(block, whole))
        offset = block.end
    return found


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz"])
def test_packets_of_every_codec_are_read(codec: str) -> None:
    found = packets(packed([record(1), record(2)], codec))
    assert [packet["candid"] for packet in found] == [1, 2]


@pytest.mark.parametrize(("codec", "pack"), [("bzip2", bz2.compress), ("xz", lzma.compress)])
def test_block_of_several_streams_is_unpacked(codec: str, pack: Any) -> None:
    assert unpack_block(codec, pack(b"packet") + pack(b" of two")) == b"packet of two"


def test_unknown_codec_is_no_damage() -> None:
    with pytest.raises(InputError, match="^packed with 'lz4'; known are null, deflate"):
        unpack_block("lz4", b"x")


@pytest.mark.parametrize(
    ("codec", "package"), [("snappy", "cramjam"), ("zstandard", "backports.zstd")]
)
def test_missing_package_of_codec_is_named(
    monkeypatch: pytest.MonkeyPatch, codec: str, package: str
) -> None:
    for name in ("pyarrow", "cramjam", "compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    line = f"packed with {codec}, which needs {package}: pip install {package}"
    with pytest.raises(InputError, match=f"^{line}$"):
        unpack_block(codec, b"\x04abcdefgh")


def test_sixty_four_bits_of_an_id_are_kept() -> None:
    assert packets(packed([record(2**63 - 1)]))[0]["candid"] == 2**63 - 1


def test_the_list_reads_no_stamps() -> None:
    packet = packets(packed([record(1)]), whole=False)[0]
    assert packet["candidate"]["candid"] == 1
    assert "cutoutScience" not in packet


def test_several_packets_in_a_block_are_read_whole() -> None:
    found = packets(packed([record(1), record(2)], sync=1 << 24), whole=False)
    assert [packet["candid"] for packet in found] == [1, 2]


def test_a_packet_is_found_again_by_its_block_and_number() -> None:
    container = Container(HeldBytes(packed([record(1), record(2)], sync=1 << 24)))
    assert container.record(container.start, 1)["candid"] == 2
    with pytest.raises(InputError, match="the file has changed"):
        container.record(container.start, 2)


@pytest.mark.parametrize("size", [0, 1, 4, 5, 300])
def test_a_header_cut_short_is_refused(size: int) -> None:
    with pytest.raises(InputError, match="empty|cut short|no Avro|damaged"):
        Container(HeldBytes(packed([record(1)])[:size]))


def test_a_packet_cut_short_is_refused() -> None:
    with pytest.raises(InputError, match="cut short"):
        packets(packed([record(1)])[:-100])


def test_a_block_without_its_mark_is_refused() -> None:
    content = packed([record(1)])
    with pytest.raises(InputError, match="mark"):
        packets(content[:-1] + bytes([content[-1] ^ 1]))


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    from vetter.io.alerts.packets import size_limits

    content = packed([record(1, objectId="x" * 500_000)], "deflate")
    monkeypatch.setattr(size_limits, "PACKET", 100_000)
    with pytest.raises(InputError, match="unpacks to over 100000 bytes"):
        packets(content)


def test_more_packets_than_bytes_are_refused() -> None:
    content = packed([record(1)])
    container = Container(HeldBytes(content))
    start = container.start
    forged = content[:start] + b"\xfe\xff\xff\xff\x0f" + content[start + 1 :]
    with pytest.raises(InputError, match="more packets than bytes"):
        packets(forged)


def test_a_length_beyond_the_packet_reads_no_more_than_there_is() -> None:
    schema = {"type": "record", "name": "a", "fields": [{"name": "b", "type": "bytes"}]}
    with pytest.raises(InputError):
        read_record(io.BytesIO(b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f" + b"x"), schema)


def test_varints_are_avros() -> None:
    assert [varint(data, 0)[0] for data in (b"\0", b"\1", b"\2", b"\x80\1")] == [0, -1, 1, 64]


def test_every_real_packet_is_read(real_data: Path) -> None:
    paths = sorted((real_data / "alerts").rglob("*.avro"))
    assert len(paths) == 44
    count = 0
    for path in paths:
        data = FileBytes(path)
        count += len(packets(data.read(0, 1 << 24)))
        data.close()
    assert count == 46


def test_damaged_deflate_is_refused() -> None:
    with pytest.raises(InputError, match="deflate block that cannot be unpacked"):
        unpack_block("deflate", b"\xff" + zlib.compress(b"x"))


def test_an_unknown_codec_is_refused() -> None:
    with pytest.raises(InputError, match="known are null, deflate"):
        unpack_block("brotli", b"x")


def test_a_header_that_was_read_before_is_not_read_again() -> None:
    first = Container(HeldBytes(packed([record(1)])))
    again = Container(HeldBytes(packed([record(2)])), first.head)
    assert again.head is first.head and again.schema is first.schema
    block = again.block(again.start)
    assert block is not None and next(again.records(block))["candid"] == 2
    other = Container(HeldBytes(packed([record(3)], codec="deflate")), first.head)
    assert other.codec == "deflate" and other.head is not first.head


@pytest.mark.parametrize(
    ("count", "size", "said"),
    [
        (-1, 5, "damaged at byte {}: a block of -1 packets, 5 bytes"),
        (1, -1, "damaged at byte {}: a block of 1 packet, -1 bytes"),
        (1, size_limits.PACKET + 1, "damaged at byte {}: a block of 1 packet, 33554433 bytes"),
        (1, size_limits.PACKET, "cut short in its last block"),
        (1, 3, "cut short in its last block"),
    ],
)
def test_head_of_a_block_that_cannot_be_is_refused(count: int, size: int, said: str) -> None:
    content = packed([record(1)])
    start = Container(HeldBytes(content)).start
    numbers = io.BytesIO()
    for number in (count, size):
        fastavro.schemaless_writer(numbers, {"type": "long"}, number)
    container = Container(HeldBytes(content[:start] + numbers.getvalue() + bytes(18)))
    with pytest.raises(InputError, match=said.format(start)):
        container.block(start)


def test_block_may_end_with_the_file() -> None:
    content = packed([record(1), record(2)])
    container = Container(HeldBytes(content))
    first = container.block(container.start)
    assert first is not None and (first.offset, first.count) == (container.start, 1)
    second = container.block(first.end)
    assert second is not None and second.end == len(content)
    assert container.block(second.end) is None
    with pytest.raises(InputError, match="the packet is gone: the file has changed"):
        container.record(second.end, 0)
    with pytest.raises(InputError, match="the packet is gone: the file has changed"):
        container.record(first.offset, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"Obj\x02rest", "no Avro file: expected 'Obj' at its beginning, found b'Obj"),
        (b"Obj\x01\x00" + bytes(16), "an Avro file without a schema"),
        (b"Obj\x01\x02\x06abc", "expected a number"),
        (b"Obj\x01\x02\x08abc", "cut short or damaged in its header"),
        (b"Obj\x01\x02\x01abc", "cut short or damaged in its header"),
    ],
)
def test_head_that_is_none_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Container(HeldBytes(content))


def test_head_without_its_mark_is_cut_short() -> None:
    content = packed([record(1)])
    start = Container(HeldBytes(content)).start
    assert Container(HeldBytes(content[:start])).start == start
    with pytest.raises(InputError, match="cut short in its header"):
        Container(HeldBytes(content[: start - 1]))


def test_head_may_give_the_bytes_of_its_entries() -> None:
    # A negative count is followed by the number of bytes, which some writers add.
    content = packed([record(7)])
    count, used = varint(content, 4)
    numbers = io.BytesIO()
    for number in (-count, 999):
        fastavro.schemaless_writer(numbers, {"type": "long"}, number)
    container = Container(HeldBytes(content[:4] + numbers.getvalue() + content[used:]))
    assert container.record(container.start, 0)["candid"] == 7


def deflate(data: bytes) -> bytes:
    return zlib.compress(data)[2:-4]


def snappy(data: bytes) -> bytes:
    return bytes(pyarrow.compress(data, codec="snappy", asbytes=True)) + bytes(4)


def zstandard(data: bytes) -> bytes:
    return bytes(pyarrow.compress(data, codec="zstd", asbytes=True))


@pytest.mark.parametrize(
    ("codec", "pack"),
    [
        ("deflate", deflate),
        ("bzip2", bz2.compress),
        ("xz", partial(lzma.compress, preset=0)),
        ("snappy", snappy),
        ("zstandard", zstandard),
    ],
)
def test_block_may_unpack_to_the_limit_and_no_further(
    codec: str, pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"packet" * 50_000
    monkeypatch.setattr(size_limits, "PACKET", 300_000)
    assert unpack_block(codec, pack(data)) == data
    with pytest.raises(InputError, match=f"a {codec} block that unpacks to over 300000 bytes"):
        unpack_block(codec, pack(data + b"x"))
    with pytest.raises(InputError, match=f"a {codec} block that cannot be unpacked: "):
        unpack_block(codec, b"\x07" + b"\xff" * 40)


def test_gzip_is_unpacked_to_one_byte_over_the_limit() -> None:
    content = gzip.compress(bytes(100))
    assert unpack_gzip(content, 100) == unpack_gzip(content, 101) == bytes(100)
    assert unpack_gzip(content, 50) == bytes(51)
    with pytest.raises(EOFError, match="cut short"):
        unpack_gzip(content[:-9], 100)
