from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.alerts import gzip_stream
from vetter.io.alerts.gzip_stream import GzipBytes


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
    with pytest.raises(InputError, match="none.gz"):
        GzipBytes(tmp_path / "none.gz")


def test_a_bad_index_is_refused(packed: tuple[Path, bytes]) -> None:
    stream = GzipBytes(packed[0])
    with pytest.raises(InputError):
        stream.take_index(b"no index")
    stream.close()
