from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.files.compressed import IsAll, open_unpacked


def test_a_plain_file_is_opened_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"plain content")
    with open_unpacked(tmp_path / "f") as file:
        assert file.read() == b"plain content"


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f.gz").write_bytes(gzip.compress(bytes(20_000_000)))
    with pytest.raises(InputError, match="unpacks to over 1000000 bytes"):
        open_unpacked(tmp_path / "f.gz", most_bytes=1_000_000)


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    (tmp_path / "f.gz").write_bytes(gzip.compress(b"content"))
    with open_unpacked(tmp_path / "f.gz") as file:
        assert file.read() == b"content"
    assert list(temporary.iterdir()) == []


def test_unpacking_ends_where_enough_says(tmp_path: Path) -> None:
    (tmp_path / "f.gz").write_bytes(gzip.compress(bytes(5 * 2**20)))
    asked: list[tuple[bytes, str, int]] = []

    def enough(first: bytes, name: str, path: Path) -> IsAll:
        asked.append((first[:2], name, path.stat().st_size))
        return lambda total: total >= 2 * 2**20 == path.stat().st_size

    with open_unpacked(tmp_path / "f.gz", enough=enough) as file:
        assert len(file.read()) == 2 * 2**20
    assert asked == [(b"\x00\x00", str(tmp_path / "f.gz"), 0)]


def test_all_of_another_kind_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "f.gz").write_bytes(gzip.compress(bytes(3 * 2**20)))
    with open_unpacked(tmp_path / "f.gz", enough=lambda first, name, path: None) as file:
        assert len(file.read()) == 3 * 2**20
