"""Recognition of alert packets by the content of files."""

from __future__ import annotations

import enum
import zlib
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from vetter.errors import InputError
from vetter.io.alerts.packets import parquet, size_limits
from vetter.io.alerts.packets.archives import tar
from vetter.io.alerts.packets.archives.gzip import GzipBytes
from vetter.io.alerts.packets.archives.tar import ARCHIVE_ENDINGS
from vetter.io.alerts.packets.archives.unpacked import UnpackedBytes
from vetter.io.alerts.packets.archives.zip import ZipBytes
from vetter.io.alerts.packets.avro import unpack_file
from vetter.io.alerts.packets.byte_ranges import ByteRange, FileBytes, HeldBytes
from vetter.io.alerts.packets.confluent import is_framed
from vetter.io.alerts.packets.json_packets import JsonPackets, is_json_start
from vetter.io.files.file_marks import Mark, mark_of
from vetter.io.files.regular_files import iter_folders, open_plain_file

_HEAD_BYTES = 512
# Files in folders with these endings are never opened.
_OTHER_ENDINGS = tuple(
    ".fits .fit .fts .fz .csv .tsv .txt .ecsv .md .toml .avsc .py .png .jpg .jpeg .pdf .html "
    ".log .vetter .npy .npz .xml .vot .reg .yaml .yml .cat .sum .md5 "
    ".fits.bz2 .fits.xz .csv.bz2 .csv.xz".split()
)
_PACKET_ENDINGS = (".avro", ".avro.gz", *(name for name in ARCHIVE_ENDINGS if name != ".zip"))
_MAX_FILES_OPENED = 200
_PACKED = (Mark.GZIP, Mark.BZIP2, Mark.XZ)


class Kind(enum.Enum):
    """Kind of a file."""

    CONTAINER = "Avro container"
    PACKED_CONTAINER = "packed Avro container"
    FRAMED = "framed packet"
    TAR = "tar archive"
    PACKED_TAR = "packed tar archive"
    ZIP = "ZIP file"
    PARQUET = "Parquet with stamps"
    JSON = "JSON with stamps"
    PACKED_JSON = "packed JSON with stamps"
    EMPTY = "empty"
    DAMAGED = "named as packets, and none"
    OTHER = "something else"


def kind_of_file(path: Path, framed: bool = False) -> Kind:
    """Return the kind of a file by its first bytes.

    ``framed``: framed packets count, since the user named their schema. An unreadable file is
    `Kind.OTHER`: opening it raises the error.
    """
    try:
        with open_plain_file(path) as file:
            start = file.read(_HEAD_BYTES)
    except OSError:
        return Kind.OTHER
    named = _has_packet_name(path.name)
    if not start:
        return Kind.EMPTY if named else Kind.OTHER
    if mark_of(start) is Mark.PARQUET:
        return Kind.PARQUET if parquet.has_cutouts(path) else Kind.OTHER
    kind = _kind_inside(path, start, framed or path.name.lower().endswith(".avro"))
    return Kind.DAMAGED if kind is Kind.OTHER and named else kind


def kind_of_bytes(start: bytes, framed: bool = False) -> Kind:
    """Return the kind by the first 512 bytes of a file or of an archive's member.

    JSON may be a list without stamps: `JsonPackets.holds_packets` tells.
    """
    mark = mark_of(start)
    if mark is Mark.AVRO:
        return Kind.CONTAINER
    if mark is Mark.GZIP:
        return _kind_packed(_unpack_start(start))
    if len(start) >= _HEAD_BYTES and tar.is_tar(start):
        return Kind.TAR
    if is_json_start(start):
        return Kind.JSON
    return Kind.FRAMED if framed and is_framed(start) else Kind.OTHER


def _kind_inside(path: Path, start: bytes, framed: bool) -> Kind:
    """Return the kind of a file by its first bytes and, where these do not tell, by more."""
    mark = mark_of(start)
    try:
        if mark is Mark.ZIP:
            return Kind.ZIP if _has_packet_member(path, framed) else Kind.OTHER
        if mark in (Mark.BZIP2, Mark.XZ):
            kind = _kind_packed(_first_bytes(path))
        else:
            kind = kind_of_bytes(start, framed)
        if kind in (Kind.JSON, Kind.PACKED_JSON) and not _has_stamps(path):
            return Kind.OTHER
    except InputError:
        # The reader of lists names the damage.
        return Kind.OTHER
    return kind


def _kind_packed(inside: bytes) -> Kind:
    """Return the kind of a packed file by the first bytes of its content."""
    if mark_of(inside) is Mark.AVRO:
        return Kind.PACKED_CONTAINER
    if is_json_start(inside):
        return Kind.PACKED_JSON
    # The first 512 bytes of a file may unpack to less than a tar header.
    return Kind.PACKED_TAR if _is_like_tar(inside) else Kind.OTHER


def _first_bytes(path: Path) -> bytes:
    content = UnpackedBytes(path)
    try:
        return content.read(0, _HEAD_BYTES)
    finally:
        content.close()


def _has_packet_member(path: Path, framed: bool) -> bool:
    """Return whether one of the first files in a ZIP file, but for known others, is packets."""
    archive = ZipBytes(path)
    try:
        for member in islice(archive.members(), _MAX_FILES_OPENED):
            name = member.name.rpartition("/")[2]
            if member.refused or is_other_by_name(name) or name.lower().endswith(".parquet"):
                continue
            start = archive.start_of(member, _HEAD_BYTES)
            kind = kind_of_bytes(start, framed or name.lower().endswith(".avro"))
            if kind in (Kind.JSON, Kind.PACKED_JSON):
                # A list in JSON, which a ZIP file may hold alone, has no stamps.
                part = content_of(HeldBytes(archive.read(member.start, member.size)), kind)
                if JsonPackets(part).holds_packets():
                    return True
            elif kind not in (Kind.OTHER, Kind.TAR, Kind.PACKED_TAR):
                return True
        return False
    finally:
        archive.close()


def open_content(path: Path, in_turn: bool = False) -> ByteRange:
    """Open a file's content, unpacked if the file is packed.

    Parameters
    ----------
    path : Path
    in_turn : bool
        Whether the content will be read from beginning to end.

    Raises
    ------
    InputError
        The file cannot be opened.
    """
    data = FileBytes(path)
    try:
        mark = mark_of(data.read(0, _HEAD_BYTES))
    except BaseException:
        data.close()
        raise
    if mark not in _PACKED:
        return data
    data.close()
    return GzipBytes(path, in_turn) if mark is Mark.GZIP else UnpackedBytes(path)


def content_of(data: ByteRange, kind: Kind) -> ByteRange:
    """Return the content of a packed file or member in memory; others as given.

    Raises
    ------
    InputError
        The content is damaged, or larger than a packet may be.
    """
    if kind not in (Kind.PACKED_CONTAINER, Kind.PACKED_JSON):
        return data
    packed = data.read(0, size_limits.PACKET + 1)
    content = unpack_file(packed, size_limits.PACKET)
    if max(len(content), len(packed)) > size_limits.PACKET:
        raise InputError(f"takes over {size_limits.PACKET} bytes; unpack it yourself")
    return HeldBytes(content)


def is_other_by_name(name: str) -> bool:
    """Return whether the name of a file in a folder rules out packets."""
    return name.startswith(".") or name.lower().endswith(_OTHER_ENDINGS)


def are_alert_packets(paths: Iterable[Path], framed: bool = False) -> bool:
    """Return whether inputs are alert packets: the first recognised file decides.

    In a folder, files named as packets come first, and at most 200 files are opened.
    """
    for path in paths:
        if not path.is_dir():
            if kind_of_file(path, framed) is not Kind.OTHER:
                return True
        elif _has_packets(path, framed):
            return True
    return False


def _has_packets(folder: Path, framed: bool) -> bool:
    opened = 0
    for prefix, files in iter_folders(folder):
        named = next(filter(_has_packet_name, files), None)
        for name in files if named is None else [named, *files]:
            if is_other_by_name(name):
                continue
            kind = kind_of_file(Path(prefix + name), framed)
            if kind not in (Kind.OTHER, Kind.EMPTY, Kind.DAMAGED):
                return True
            opened += 1
            if opened >= _MAX_FILES_OPENED:
                return False
    return False


def _has_stamps(path: Path) -> bool:
    packets = JsonPackets(open_content(path))
    try:
        return packets.holds_packets()
    finally:
        packets.close()


def _has_packet_name(name: str) -> bool:
    return name.lower().endswith(_PACKET_ENDINGS)


def _unpack_start(start: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(start, _HEAD_BYTES)
    except zlib.error:
        return b""


def _is_like_tar(inside: bytes) -> bool:
    if len(inside) >= _HEAD_BYTES:
        return tar.is_tar(inside)
    return inside[257:262] == b"ustar"
