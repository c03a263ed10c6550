"""Whether files hold alert packets, by what is in them."""

from __future__ import annotations

import enum
import zlib
from collections.abc import Iterable
from pathlib import Path

from vetter.io.alerts.packets import parquet, tar
from vetter.io.alerts.packets.confluent import is_framed
from vetter.io.files.file_marks import Mark, mark_of
from vetter.io.files.regular_files import open_plain_file, walked

_HEAD = 512
# Files of these names are never opened to find out.
_OTHERS = tuple(
    ".fits .fit .fts .fz .csv .tsv .txt .ecsv .json .md .toml .avsc .py .png .jpg .jpeg .pdf .html "
    ".log .vetter .npy .npz .xml .vot .reg .yaml .yml .zip .cat .sum .md5".split()
)
_NAMED = (".avro", ".avro.gz", ".tar", ".tar.gz", ".tgz")
_LOOKED_AT = 200


class Kind(enum.Enum):
    """What a file is."""

    CONTAINER = "Avro container"
    PACKED_CONTAINER = "gzipped Avro container"
    FRAMED = "framed packet"
    TAR = "tar archive"
    PACKED_TAR = "gzipped tar archive"
    PARQUET = "Parquet with stamps"
    EMPTY = "empty"
    DAMAGED = "named as packets, and none"
    OTHER = "something else"


def kind_of_file(path: Path, framed: bool = False) -> Kind:
    """What a file is by its first bytes; ``framed``: there is a schema for packets without one.

    A file that cannot be read is `Kind.OTHER`: whoever opens it says why.
    """
    try:
        with open_plain_file(path) as file:
            start = file.read(_HEAD)
    except OSError:
        return Kind.OTHER
    named = _is_named(path.name)
    if not start:
        return Kind.EMPTY if named else Kind.OTHER
    if mark_of(start) is Mark.PARQUET:
        return Kind.PARQUET if parquet.has_cutouts(path) else Kind.OTHER
    kind = kind_of_bytes(start, framed or path.name.lower().endswith(".avro"))
    return Kind.DAMAGED if kind is Kind.OTHER and named else kind


def kind_of_bytes(start: bytes, framed: bool = False) -> Kind:
    """As `kind_of_file`, by the first 512 bytes of a file or of a member of an archive."""
    mark = mark_of(start)
    if mark is Mark.AVRO:
        return Kind.CONTAINER
    if mark is Mark.GZIP:
        inside = _begin_unpacked(start)
        if mark_of(inside) is Mark.AVRO:
            return Kind.PACKED_CONTAINER
        # A tar's first header may unpack from fewer bytes than were looked at, or from more.
        return Kind.PACKED_TAR if _like_tar(inside) else Kind.OTHER
    if len(start) >= _HEAD and tar.is_tar(start):
        return Kind.TAR
    return Kind.FRAMED if framed and is_framed(start) else Kind.OTHER


def is_other_by_name(name: str) -> bool:
    """Whether a file in a folder is something else by its name alone."""
    return name.startswith(".") or name.lower().endswith(_OTHERS)


def hold_alerts(paths: Iterable[Path], framed: bool = False) -> bool:
    """Whether inputs are alert packets: the first files in them that are anything known decide.

    A folder that holds FITS files and no files named as packets is not looked through.
    """
    for path in paths:
        if not path.is_dir():
            if kind_of_file(path, framed) is not Kind.OTHER:
                return True
        elif _folder_holds(path, framed):
            return True
    return False


def _folder_holds(folder: Path, framed: bool) -> bool:
    looked = 0
    for prefix, files in walked(folder):
        named = next(filter(_is_named, files), None)
        for name in files if named is None else [named, *files]:
            if is_other_by_name(name):
                continue
            kind = kind_of_file(Path(prefix + name), framed)
            if kind not in (Kind.OTHER, Kind.EMPTY, Kind.DAMAGED):
                return True
            looked += 1
            if looked >= _LOOKED_AT:
                return False
    return False


def _is_named(name: str) -> bool:
    return name.lower().endswith(_NAMED)


def _begin_unpacked(start: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(start, _HEAD)
    except zlib.error:
        return b""


def _like_tar(inside: bytes) -> bool:
    if len(inside) >= _HEAD:
        return tar.is_tar(inside)
    return inside[257:262] == b"ustar"
