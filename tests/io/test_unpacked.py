from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.unpacked import open_unpacked


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
