from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.archives import zip as zip_archive
from vetter.io.alerts.packets.archives.zip import ZipBytes

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def zipped(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


FILES = {
    "night/": b"",
    "night/1.avro": b"one" * 700,
    "empty": b"",
    "__MACOSX/night/._1.avro": b"x",
    "2.avro": bytes(512),
    "3.avro": b"three",
}


@pytest.mark.parametrize("method", METHODS)
def test_members_are_found_and_read(tmp_path: Path, method: int) -> None:
    archive = ZipBytes(zipped(tmp_path / "a.zip", FILES, method))
    members = list(archive.members())
    assert [member.name for member in members] == ["night/1.avro", "empty", "2.avro", "3.avro"]
    for member in members:
        content = FILES[member.name]
        assert archive.read(member.start, member.size) == content
        assert archive.read(member.start + 2, 9) == content[2:11]
        assert archive.start_of(member, 4) == content[:4]
        end = member.start + -(-member.size // 512) * 512
        # As in a tar archive, the rest is found from a member's end.
        assert list(archive.members(end)) == members[members.index(member) + 1 :]
    archive.close()


def test_names_and_sizes_that_harm_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(size_limits, "PACKET", 1000)
    files = {"../a": b"1", "/b": b"1", "c.tar.xz": b"1", "d": bytes(1001), "e": bytes(1000)}
    archive = ZipBytes(zipped(tmp_path / "a.zip", files))
    assert [bool(member.refused) for member in archive.members()] == [True] * 4 + [False]
    archive.close()


def test_a_member_that_is_longer_than_its_size_is_not_unpacked_further(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": bytes(1 << 20)})
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", 1 << 20), struct.pack("<I", 1000)))
    archive = ZipBytes(path)
    (member,) = archive.members()
    assert member.size == 1000
    with pytest.raises(InputError, match="cannot be unpacked"):
        archive.read(member.start, member.size)
    archive.close()


def test_damage_and_passwords_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zip", FILES)
    content = path.read_bytes()
    path.write_bytes(content[:-30])
    with pytest.raises(InputError, match="a damaged ZIP file"):
        ZipBytes(path)
    # The bit for a password, in the header and in the directory.
    data = bytearray(zipped(path, {"a": b"text"}).read_bytes())
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    archive = ZipBytes(path)
    (member,) = archive.members()
    with pytest.raises(InputError, match="cannot be unpacked: .*password"):
        archive.read(member.start, member.size)
    archive.close()
    monkeypatch.setattr(zip_archive, "_MAX_DIRECTORY_BYTES", 10)
    with pytest.raises(InputError, match="a directory of .* bytes; unpack it yourself"):
        ZipBytes(path)


def test_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a.zip: cannot be read: No such file"):
        ZipBytes(tmp_path / "a.zip")


@pytest.mark.parametrize(
    ("length", "words"),
    [(1 << 28, "a damaged ZIP file: "), ((1 << 28) + 1, "a directory of 268435457 bytes; ")],
)
def test_directory_is_no_longer_than_256_megabytes(tmp_path: Path, length: int, words: str) -> None:
    # The end of an archive alone, which tells of one member and how long its directory is.
    path = tmp_path / "a.zip"
    path.write_bytes(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, length, 0, 0))
    with pytest.raises(InputError) as caught:
        ZipBytes(path)
    assert str(caught.value).startswith(f"{path}: {words}")


def test_archive_may_be_empty(tmp_path: Path) -> None:
    archive = ZipBytes(zipped(tmp_path / "a.zip", {}))
    assert list(archive.members()) == [] and archive.read(512, 1) == b""
    archive.close()
