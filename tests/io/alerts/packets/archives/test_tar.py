from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from tests.helpers.alert_files import write_tar
from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.archives.tar import Member, is_tar, members
from vetter.io.alerts.packets.byte_ranges import HeldBytes


def listed(content: bytes, start: int = 0) -> list[Member]:
    return list(members(HeldBytes(content), start))


def tar_of(*infos: tuple[tarfile.TarInfo, bytes], kind: int = tarfile.USTAR_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as archive:
        for info, content in infos:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def link(kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo("link")
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def test_members_are_where_their_bytes_are(tmp_path: Path) -> None:
    content = write_tar(tmp_path / "a.tar", {"one": b"1" * 700, "two": b"22"}).read_bytes()
    found = listed(content)
    assert [m.name for m in found] == ["one", "two"]
    assert content[found[1].start : found[1].start + found[1].size] == b"22"


@pytest.mark.parametrize("kind", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_are_read(kind: int) -> None:
    name = "folder/" * 30 + "name-ö.avro"
    content = tar_of((tarfile.TarInfo(name), b"x"), (tarfile.TarInfo("b"), b"y"), kind=kind)
    assert [m.name for m in listed(content)] == [name, "b"]


def test_reading_goes_on_behind_a_member() -> None:
    content = tar_of((tarfile.TarInfo("a"), b"x"), (tarfile.TarInfo("b"), b"y"))
    assert [m.name for m in listed(content, 1024)] == ["b"]


@pytest.mark.parametrize(
    ("info", "said"),
    [
        (link(tarfile.SYMTYPE), "a link"),
        (link(tarfile.LNKTYPE), "a link"),
        (tarfile.TarInfo("/etc/x.avro"), "an absolute name"),
        (tarfile.TarInfo("../x.avro"), "leads out"),
        (tarfile.TarInfo("C:/x.avro"), "an absolute name"),
        (tarfile.TarInfo("inner.tar.gz"), "an archive in the archive"),
    ],
)
def test_what_is_not_a_plain_file_is_refused_by_name(info: tarfile.TarInfo, said: str) -> None:
    found = listed(tar_of((info, b""), (tarfile.TarInfo("good"), b"y")))
    assert said in found[0].refused
    assert found[1] == Member("good", found[1].start, 1)


def test_folders_are_left_out() -> None:
    info = tarfile.TarInfo("folder")
    info.type = tarfile.DIRTYPE
    assert [m.name for m in listed(tar_of((info, b""), (tarfile.TarInfo("a"), b"")))] == ["a"]


@pytest.mark.parametrize(("kind", "has_bytes"), [(tarfile.SYMTYPE, False), (b"Z", True)])
def test_bytes_behind_a_header_are_those_of_its_kind(kind: bytes, has_bytes: bool) -> None:
    info = tarfile.TarInfo("odd")
    info.type, info.size = kind, 600
    after = tar_of((tarfile.TarInfo("good"), b"y"))
    found = listed(info.tobuf(tarfile.USTAR_FORMAT) + bytes(1024 * has_bytes) + after)
    assert [member.name for member in found] == ["odd", "good"]


def test_a_member_of_impossible_size_is_refused() -> None:
    info = tarfile.TarInfo("a.avro")
    info.size = 1 << 40
    content = info.tobuf(tarfile.GNU_FORMAT) + bytes(2048)
    with pytest.raises(InputError, match="cut short in a.avro"):
        listed(content)


def test_an_archive_cut_short_gives_what_is_there() -> None:
    content = tar_of((tarfile.TarInfo("a"), b"x" * 600), (tarfile.TarInfo("b"), b"y" * 600))
    found = []
    with pytest.raises(InputError, match="cut short in b"):
        for member in members(HeldBytes(content[:2600])):
            found.append(member.name)
    assert found == ["a"]


def test_a_damaged_header_is_said() -> None:
    content = tar_of((tarfile.TarInfo("a"), b"x"), (tarfile.TarInfo("b"), b"y"))
    damaged = content[:1030] + b"\xff" + content[1031:]
    with pytest.raises(InputError, match="damaged at byte 1024"):
        listed(damaged)


def test_tar_is_known_by_its_checksum() -> None:
    content = tar_of((tarfile.TarInfo("a"), b"x"))
    assert is_tar(content[:512])
    assert not is_tar(b"x" * 512) and not is_tar(bytes(512)) and not is_tar(b"")


def test_plain_headers_are_read_as_tarfile_reads_them(tmp_path: Path) -> None:
    names = ["a.avro", "ü.avro", "n" * 100, "folder" * 6 + "/" + "m" * 90, "b.avro"]
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        path = tmp_path / f"{form}.tar"
        with tarfile.open(path, "w", format=form) as made:
            for number, name in enumerate(names):
                info = tarfile.TarInfo(name)
                info.size = 700 * number
                made.addfile(info, io.BytesIO(bytes(info.size)))
        with tarfile.open(path) as read:
            wanted = [(info.name, info.offset_data, info.size) for info in read]
        found = [(one.name, one.start, one.size) for one in members(HeldBytes(path.read_bytes()))]
        assert found == wanted


def test_an_archive_that_ends_in_the_filling_behind_a_file_is_cut_short() -> None:
    content = tar_of((tarfile.TarInfo("a"), b"x" * 100))
    assert len(listed(content[:1024])) == 1

    class OfUnknownSize(HeldBytes):
        size = property(lambda self: None, lambda self, size: None)

        def read(self, offset: int, count: int) -> bytes:
            return self._content[offset : offset + count]

    with pytest.raises(InputError, match="cut short"):
        list(members(OfUnknownSize(content[:800])))


def paxed(**headers: str) -> bytes:
    info = tarfile.TarInfo("short")
    info.pax_headers = headers
    return tar_of((info, b"12345"), (tarfile.TarInfo("b"), b"y"), kind=tarfile.PAX_FORMAT)


def test_extended_header_names_the_next_file_alone() -> None:
    found = listed(paxed(path="long/name.avro", comment="x"))
    assert [(one.name, one.size) for one in found] == [("long/name.avro", 5), ("b", 1)]


def test_extended_header_gives_the_size() -> None:
    content = bytearray(paxed(size="5"))
    found = listed(bytes(content))
    assert [(one.name, one.size) for one in found] == [("short", 5), ("b", 1)]


@pytest.mark.parametrize(
    ("name", "size", "refused"),
    [
        ("a.avro", size_limits.PACKET, ""),
        ("a.avro", size_limits.PACKET + 1, "takes 33554433 bytes, over 33554432"),
        ("a..b/c.avro", 1, ""),
        ("a/../c.avro", 1, "an absolute name, or a name that leads out of the archive"),
        ("a\\..\\c.avro", 1, "an absolute name, or a name that leads out of the archive"),
        ("\\c.avro", 1, "an absolute name, or a name that leads out of the archive"),
        ("b.ZIP", 1, "an archive in the archive"),
        ("b.tgz", 1, "an archive in the archive"),
    ],
)
def test_member_is_refused_by_name_or_size(name: str, size: int, refused: str) -> None:
    info = tarfile.TarInfo(name)
    info.size = size

    class Sparse(HeldBytes):
        """Bytes that end with the member."""

        def __init__(self) -> None:
            super().__init__(info.tobuf(tarfile.GNU_FORMAT))
            self.size = 512 + -(-size // 512) * 512

    assert next(members(Sparse())).refused == refused


def test_device_and_pipe_are_no_plain_files() -> None:
    for kind in (tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.GNUTYPE_SPARSE):
        info = tarfile.TarInfo("a")
        info.type = kind
        assert listed(info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))[0].refused == "not a plain file"


@pytest.mark.parametrize(("length", "read"), [(1 << 20, True), ((1 << 20) + 1, False)])
def test_extended_header_has_a_largest_size(length: int, read: bool) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, length
    content = info.tobuf() + bytes(-(-length // 512) * 512) + bytes(1024)
    if read:
        assert listed(content) == []
    else:
        with pytest.raises(InputError, match=f"damaged at byte 512: a header of {length} bytes"):
            listed(content)


@pytest.mark.parametrize(
    "name", ["d/" + "n" * 100, "d" * 155 + "/" + "n" * 100, "n" * 100, "a/b", "ü"]
)
def test_name_with_a_prefix_is_whole(name: str) -> None:
    content = tar_of((tarfile.TarInfo(name), b"x"), (tarfile.TarInfo("b"), b"y"))
    assert [(m.name, m.size, m.refused) for m in listed(content)] == [(name, 1, ""), ("b", 1, "")]


def with_size(info: tarfile.TarInfo, size: bytes) -> bytes:
    """A header whose field of the size is as given, with its checksum."""
    head = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    head[124:136] = size
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def test_size_below_zero_is_damage() -> None:
    content = with_size(tarfile.TarInfo("a"), b"\xff" * 12) + bytes(1024)
    with pytest.raises(InputError, match="damaged at byte 512: a size below zero"):
        listed(content)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
@pytest.mark.parametrize(
    ("size", "said"),
    [(2**20, "cut short"), (2**20 + 1, "damaged at byte 512: a header of 1048577 bytes")],
)
def test_name_of_a_member_takes_at_most_a_mebibyte(kind: bytes, size: int, said: str) -> None:
    info = tarfile.TarInfo("a")
    info.type = kind
    content = with_size(info, b"%011o\0" % size)
    with pytest.raises(InputError, match=said):
        listed(content)


@pytest.mark.parametrize(
    ("extra", "name", "size"),
    [
        (b"10 path=b\n", "b", 2),
        (b"9 size=1\n", "a", 1),
        (b"10 path=b\n9 size=1\n", "b", 1),
        (b"11 other=b\n9 size=1\n", "a", 1),
        (b"9 size=x\n", "a", 2),
        (b"0 path=b\n", "a", 2),
        (b"no length\n", "a", 2),
    ],
)
def test_extended_header_goes_before_the_plain_one(extra: bytes, name: str, size: int) -> None:
    info, plain = tarfile.TarInfo("pax"), tarfile.TarInfo("a")
    info.type, info.size, plain.size = tarfile.XHDTYPE, len(extra), 2
    content = info.tobuf(tarfile.USTAR_FORMAT) + extra.ljust(512, b"\0")
    content += plain.tobuf(tarfile.USTAR_FORMAT) + b"xy".ljust(512, b"\0") + bytes(1024)
    (found,) = listed(content)
    assert (found.name, found.size, found.start) == (name, size, 3 * 512)


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("\\a.avro", "an absolute name"),
        ("a\\..\\b", "leads out"),
        ("a/..", "leads out"),
        ("a..b", ""),
        ("a:b", "an absolute name"),
        ("ab:c", ""),
        ("A.ZIP", "an archive in the archive"),
        ("a.zip.avro", ""),
    ],
)
def test_name_tells_what_is_left_alone(name: str, refused: str) -> None:
    (found,) = listed(tar_of((tarfile.TarInfo(name), b"")))
    assert refused in found.refused and bool(found.refused) is bool(refused)


def test_member_of_the_most_bytes_is_no_packet() -> None:
    for size, refused in ((32 * 2**20, ""), (32 * 2**20 + 1, "takes 33554433 bytes, over")):
        content = with_size(tarfile.TarInfo("a"), b"%011o\0" % size)

        class Long(HeldBytes):
            size = 64 * 2**20

            def __init__(self, content: bytes) -> None:
                self._content = content

            def read(self, offset: int, count: int) -> bytes:
                return self._content[offset : offset + count].ljust(count, b"\0")

        (found,) = members(Long(content))
        assert found.refused.startswith(refused) and bool(found.refused) is bool(refused)
