from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from tests.helpers.alert_files import packed as packed_records
from tests.helpers.alert_files import record, write_tar
from vetter.errors import InputError
from vetter.io.alerts.packets.archives import gzip as gzip_stream
from vetter.io.alerts.packets.archives.gzip import GzipBytes
from vetter.io.alerts.packets.packets import Packets, Unread


@pytest.fixture(scope="module")
def content() -> bytes:
    """Bytes that can be packed, so that damage is noticed; to make them takes two seconds."""
    return bytes(random.Random(1).choices(range(64), k=3 << 20))


@pytest.fixture
def packed(tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, bytes]:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(content, 1))
    monkeypatch.setattr(gzip_stream, "SPACING", 1 << 19)
    return path, content


def test_any_part_is_read_in_any_order(packed: tuple[Path, bytes]) -> None:
    path, content = packed
    stream = GzipBytes(path)
    for offset in (2 << 20, 5, 1 << 20, len(content) - 3):
        assert stream.read(offset, 100) == content[offset : offset + 100]
    assert stream.read(len(content) + 5, 10) == b""
    stream.close()


def test_an_index_is_handed_on(packed: tuple[Path, bytes]) -> None:
    path, content = packed
    one, other = GzipBytes(path), GzipBytes(path)
    one.read(0, len(content))
    other.take_index(one.index())
    assert other.read(2 << 20, 50) == content[2 << 20 :][:50]
    one.close()
    other.close()


def test_a_damaged_file_is_refused(packed: tuple[Path, bytes]) -> None:
    path, _ = packed
    content = bytearray(path.read_bytes())
    content[1000:1400] = bytes(400)
    path.write_bytes(content)
    stream = GzipBytes(path)
    with pytest.raises(InputError, match="a.gz: a damaged gzip file"):
        stream.read(0, 3 << 20)
    stream.close()


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.gz: cannot be read: No such file or directory$"):
        GzipBytes(tmp_path / "none.gz")


def test_a_bad_index_is_refused(packed: tuple[Path, bytes]) -> None:
    stream = GzipBytes(packed[0])
    with pytest.raises(InputError):
        stream.take_index(b"no index")
    stream.close()


def test_more_than_packets_shrink_to_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gzip_stream, "_ALWAYS_UNPACKED_BYTES", 1 << 20)
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(bytes(8 << 20)))
    most = max(1 << 20, 100 * path.stat().st_size)
    stream = GzipBytes(path)
    assert stream.read(most, 10) == bytes(10)
    with pytest.raises(InputError, match=f"unpacks to over {most} bytes; unpack it yourself"):
        stream.read(most + 1, 10)
    stream.close()


def test_packets_before_a_member_of_zeros_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gzip_stream, "_ALWAYS_UNPACKED_BYTES", 1 << 20)
    files = {
        "1.avro": packed_records([record()]),
        "zeros.avro": bytes(40 << 20),
        "2.avro": packed_records([record()]),
    }
    path = write_tar(tmp_path / "night.tar.gz", files, "w:gz")
    found = list(Packets([str(path)]).iter_packets())
    assert [type(one).__name__ for one in found] == ["Packet", "Unread", "Unread"]
    assert isinstance(found[2], Unread) and "unpack it yourself" in found[2].reason


@pytest.mark.parametrize("in_turn", [True, False])
def test_closed_file_is_not_read(packed: tuple[Path, bytes], in_turn: bool) -> None:
    path, content = packed
    stream = GzipBytes(path, in_turn)
    assert stream.read(7, 9) == content[7:16]
    stream.close()
    with pytest.raises(InputError, match="a.gz: a damaged gzip file"):
        stream.read(0, 10)


def test_file_may_unpack_to_a_hundred_times_its_size_and_to_two_gibibytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(bytes(1 << 20)))
    small = GzipBytes(path)
    assert small.read(2**31, 1) == b""
    with pytest.raises(InputError, match="unpacks to over 2147483648 bytes"):
        small.read(2**31 + 1, 1)
    small.close()
    monkeypatch.setattr(gzip_stream, "_ALWAYS_UNPACKED_BYTES", 1)
    most = 100 * path.stat().st_size
    stream = GzipBytes(path)
    assert stream.read(most, 3) == bytes(3)
    with pytest.raises(InputError, match=f"unpacks to over {most} bytes"):
        stream.read(most + 1, 3)
    stream.close()
