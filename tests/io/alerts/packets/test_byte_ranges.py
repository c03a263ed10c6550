"""Bytes by offset: of files, of memory, and of a part of either."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.alerts.packets.byte_ranges import ByteRange, FileBytes, HeldBytes, PartOfBytes

CONTENT = b"0123456789"


def of_file(folder: Path) -> ByteRange:
    path = folder / "a.bin"
    path.write_bytes(CONTENT)
    return FileBytes(path)


def of_part(folder: Path) -> ByteRange:
    return PartOfBytes(HeldBytes(b"abc" + CONTENT + b"xyz"), 3, len(CONTENT))


@pytest.mark.parametrize("make", [of_file, of_part, lambda folder: HeldBytes(CONTENT)])
@pytest.mark.parametrize(
    ("offset", "count", "found"),
    [
        (0, 10, b"0123456789"),
        (0, 11, b"0123456789"),
        (0, 9, b"012345678"),
        (0, 0, b""),
        (1, 9, b"123456789"),
        (1, 99, b"123456789"),
        (9, 1, b"9"),
        (10, 1, b""),
        (12, 1, b""),
    ],
)
def test_bytes_are_those_from_the_offset(
    tmp_path: Path, make: Callable[[Path], ByteRange], offset: int, count: int, found: bytes
) -> None:
    data = make(tmp_path)
    assert data.size == 10
    assert data.read(offset, count) == found
    data.close()


def test_part_never_reads_beyond_its_end() -> None:
    part = PartOfBytes(HeldBytes(CONTENT), 2, 3)
    assert part.read(0, 99) == b"234" and part.read(2, 5) == b"4" and part.read(5, 5) == b""


def test_file_that_is_missing_or_closed_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none.bin: cannot be read: No such file"):
        FileBytes(tmp_path / "none.bin")
    file = of_file(tmp_path)
    file.close()
    with pytest.raises(InputError, match="a.bin: cannot be read: "):
        file.read(0, 1)
