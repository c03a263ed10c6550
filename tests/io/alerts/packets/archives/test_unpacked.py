from __future__ import annotations

import bz2
import lzma
import os
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.alerts.packets.archives import unpacked
from vetter.io.alerts.packets.archives.unpacked import UnpackedBytes
from vetter.io.files.file_marks import Mark

PACKS = pytest.mark.parametrize("pack", [bz2.compress, lzma.compress], ids=["bzip2", "xz"])
CONTENT = os.urandom(1 << 20) + bytes(1 << 20) + b"end"


@cache
def packed_content(pack: Callable[[bytes], bytes]) -> bytes:
    """The content as a file of one stream."""
    return pack(CONTENT)


@PACKS
def test_any_bytes_are_read(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "a"
    path.write_bytes(packed_content(pack))
    data = UnpackedBytes(path)
    for offset, count in ((5, 9), (len(CONTENT) - 4, 9), (0, 3), (1 << 20, 100), (1 << 30, 9)):
        assert data.read(offset, count) == CONTENT[offset : offset + count]
    assert data.size is None
    data.close()


@PACKS
def test_joined_streams_are_one_content(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "a"
    path.write_bytes(pack(b"one") + pack(b"two") + bytes(8))
    data = UnpackedBytes(path)
    assert data.read(0, 100) == b"onetwo"
    data.close()


@PACKS
def test_no_more_is_unpacked_than_asked_for(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "a"
    # The end, beyond what is read at once, is damaged: the beginning does not need it.
    path.write_bytes(pack(os.urandom(5 << 18))[:-100])
    data = UnpackedBytes(path)
    assert len(data.read(0, 512)) == 512
    with pytest.raises(InputError, match="a damaged (bzip2|xz) file: cut short"):
        data.read(5 << 18, 1)
    data.close()


@PACKS
def test_bombs_are_refused(
    tmp_path: Path, pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacked, "_ALWAYS_UNPACKED_BYTES", 1 << 20)
    path = tmp_path / "a"
    path.write_bytes(pack(bytes(8 << 20)))
    data = UnpackedBytes(path)
    with pytest.raises(InputError, match=r"unpacks to over \d+ bytes; unpack it yourself"):
        data.read(7 << 20, 1)
    data.close()


def test_a_stream_that_asks_for_too_much_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = partial(lzma.LZMADecompressor, memlimit=1 << 20)
    monkeypatch.setattr(unpacked, "_STREAMS", {Mark.XZ: make})
    path = tmp_path / "a"
    path.write_bytes(lzma.compress(b"content", preset=9))
    data = UnpackedBytes(path)
    with pytest.raises(InputError, match="a damaged xz file: Memory usage limit exceeded"):
        data.read(0, 1)
    data.close()


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"plain")
    with pytest.raises(InputError, match="expected a bzip2 or xz file"):
        UnpackedBytes(tmp_path / "a")
    with pytest.raises(InputError, match="cannot be read"):
        UnpackedBytes(tmp_path / "none")


@PACKS
def test_what_another_process_unpacks_is_used(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "a"
    path.write_bytes(packed_content(pack))
    first = UnpackedBytes(path)
    assert first.read(len(CONTENT) - 3, 9) == b"end"
    # Of the second one's own file only the beginning can be unpacked.
    (tmp_path / "b").write_bytes(path.read_bytes()[:-50])
    second = UnpackedBytes(tmp_path / "b", os.dup(first.shared))
    second.take_unpacked(first.unpacked)
    first.close()
    assert second.read(len(CONTENT) - 3, 3) == b"end" and second.read(7, 9) == CONTENT[7:16]
    second.close()
