"""Magic bytes that identify the kind of a file, independent of its name."""

from __future__ import annotations

from enum import StrEnum


class Mark(StrEnum):
    """Kinds of files that begin with magic bytes."""

    AVRO = "avro"
    BZIP2 = "bzip2"
    FITS = "fits"
    GZIP = "gzip"
    PARQUET = "parquet"
    SESSION = "session"
    XZ = "xz"
    ZIP = "zip"

    @property
    def is_packed(self) -> bool:
        """Whether the file is a packed one, with another file inside."""
        return self in (Mark.GZIP, Mark.BZIP2, Mark.XZ, Mark.ZIP)


_MARKS = (
    (b"Obj\x01", Mark.AVRO),
    (b"\x1f\x8b", Mark.GZIP),
    (b"SIMPLE  =", Mark.FITS),
    (b"PAR1", Mark.PARQUET),
    (b"SQLite format 3\0", Mark.SESSION),
    (b"BZh", Mark.BZIP2),
    (b"\xfd7zXZ", Mark.XZ),
    (b"PK\x03\x04", Mark.ZIP),
)


def mark_of(start: bytes) -> Mark | None:
    """Return the kind of a file by its first bytes, 16 or more; None for an unknown kind."""
    return next((mark for first, mark in _MARKS if start.startswith(first)), None)
