from __future__ import annotations

import gzip
import tempfile
import zipfile
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


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_the_only_file_of_a_zip_file_is_opened(tmp_path: Path) -> None:
    members = {"night/": b"", "night/list.csv": b"name,ra", "__MACOSX/night/._list.csv": b"mac"}
    with open_unpacked(zipped(tmp_path / "list.csv.zip", **members)) as file:
        assert file.read() == b"name,ra"


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"a.csv": b"1", "b.csv": b"2"}, "found a ZIP file of 2 files: unpack it"),
        ({"[Content_Types].xml": b"1", "xl/workbook.xml": b"2"}, "save the sheet .* as CSV"),
        ({"mimetype": b"1", "content.xml": b"2"}, "save the sheet of the list as CSV"),
        ({"a.npy": b"1", "b.npy": b"2"}, "arrays of numpy"),
    ],
)
def test_a_zip_file_of_several_files_is_refused(
    tmp_path: Path, members: dict[str, bytes], says: str
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        open_unpacked(zipped(tmp_path / "list.zip", **members))
    assert str(tmp_path / "list.zip") in str(caught.value)


def test_a_zip_file_that_is_cut_or_locked_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "list.zip", **{"list.csv": b"name,ra\n" * 1000})
    whole = path.read_bytes()
    path.write_bytes(whole[:40])
    with pytest.raises(InputError, match="a damaged packed file"):
        open_unpacked(path)
    # The first bit of the flags, in both headers, says that a password is needed.
    second = whole.index(b"PK\x01\x02")
    locked = bytearray(whole)
    locked[6] |= 1
    locked[second + 8] |= 1
    path.write_bytes(locked)
    with pytest.raises(InputError, match="cannot be unpacked: .*password"):
        open_unpacked(path)


def test_a_bomb_in_a_zip_file_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "list.zip", **{"list.csv": bytes(20_000_000)})
    with pytest.raises(InputError, match="unpacks to over 1000000 bytes"):
        open_unpacked(path, most_bytes=1_000_000)
