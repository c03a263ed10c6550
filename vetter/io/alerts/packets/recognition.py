"""Recognition of alert packets by the content of files."""

from __future__ import annotations

import enum
import zlib
from collections.abc import Iterable
from pathlib import Path

from vetter.errors import InputError
from vetter.io.alerts.packets import parquet, tar
from vetter.io.alerts.packets.byte_ranges import FileBytes
from vetter.io.alerts.packets.confluent import is_framed
from vetter.io.alerts.packets.gzip import GzipBytes
from vetter.io.alerts.packets.json_packets import JsonPackets, is_json_start
from vetter.io.files.file_marks import Mark, mark_of
from vetter.io.files.regular_files import iter_folders, open_plain_file

_HEAD_BYTES = 512
# Files in folders with these endings are never opened.
_OTHER_ENDINGS = tuple(
    ".fits .fit .fts .fz .csv .tsv .txt .ecsv .md .toml .avsc .py .png .jpg .jpeg .pdf .html "
    ".log .vetter .npy .npz .xml .vot .reg .yaml .yml .zip .cat .sum .md5".split()
)
_PACKET_ENDINGS = (".avro", ".avro.gz", ".tar", ".tar.gz", ".tgz")
_MAX_FILES_OPENED = 200


class Kind(enum.Enum):
    """Kind of a file."""

    CONTAINER = "Avro container"
    PACKED_CONTAINER = "gzipped Avro container"
    FRAMED = "framed packet"
    TAR = "tar archive"
    PACKED_TAR = "gzipped tar archive"
    PARQUET = "Parquet with stamps"
    JSON = "JSON with stamps"
    PACKED_JSON = "gzipped JSON with stamps"
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
    kind = kind_of_bytes(start, framed or path.name.lower().endswith(".avro"))
    if kind in (Kind.JSON, Kind.PACKED_JSON) and not _has_stamps(path, kind):
        return Kind.OTHER
    return Kind.DAMAGED if kind is Kind.OTHER and named else kind


def kind_of_bytes(start: bytes, framed: bool = False) -> Kind:
    """Return the kind by the first 512 bytes of a file or of an archive's member.

    JSON may be a list without stamps: `JsonPackets.holds_packets` tells.
    """
    mark = mark_of(start)
    if mark is Mark.AVRO:
        return Kind.CONTAINER
    if mark is Mark.GZIP:
        inside = _unpack_start(start)
        if mark_of(inside) is Mark.AVRO:
            return Kind.PACKED_CONTAINER
        if is_json_start(inside):
            return Kind.PACKED_JSON
        # The first 512 bytes of the file may unpack to less than a tar header.
        return Kind.PACKED_TAR if _is_like_tar(inside) else Kind.OTHER
    if len(start) >= _HEAD_BYTES and tar.is_tar(start):
        return Kind.TAR
    if is_json_start(start):
        return Kind.JSON
    return Kind.FRAMED if framed and is_framed(start) else Kind.OTHER


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


def open_json(path: Path, kind: Kind) -> JsonPackets:
    """Open a file of packets in JSON, plain or gzipped; raise InputError if it cannot be read."""
    return JsonPackets(FileBytes(path) if kind is Kind.JSON else GzipBytes(path))


def _has_stamps(path: Path, kind: Kind) -> bool:
    try:
        packets = open_json(path, kind)
    except InputError:
        return False
    try:
        return packets.holds_packets()
    except InputError:
        # The reader of lists names the damage.
        return False
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
