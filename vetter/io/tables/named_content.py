"""Errors for files whose content differs from the kind in their name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vetter.errors import InputError
from vetter.io.files.file_marks import mark_of
from vetter.io.files.regular_files import open_plain_file
from vetter.io.files.unreadable import foreign_kind
from vetter.io.tables.kinds import kind_of

_PACKED = (".gz", ".bz2", ".xz")
_NAMED = {
    **dict.fromkeys((".fits", ".fit", ".fts", ".fz"), "FITS"),
    **dict.fromkeys((".parquet", ".pq"), "Parquet"),
    **dict.fromkeys((".vot", ".votable", ".xml"), "VOTable"),
    **dict.fromkeys((".json", ".jsonl"), "JSON"),
    ".vetter": "a session",
}
_FOUND = {
    "fits": "FITS",
    "parquet": "Parquet",
    "votable": "VOTable",
    "json": "JSON",
    "ecsv": "ECSV",
    "session": "a session",
    "avro": "an Avro file",
    "regions": "DS9 regions",
    "sextractor": "a SExtractor table",
    "daophot": "a DAOPHOT table",
    "daophot ii": "a DAOPHOT table",
    "mpc": "a report to the Minor Planet Center",
}
_HEAD = 4096
_FIRST_WORDS = 40


@contextmanager
def explain_wrong_ending(path: Path) -> Iterator[None]:
    """Replace a reader's error if the file's content differs from the kind in its name.

    Raises
    ------
    InputError
        The reader's, or ``PATH: not FITS: it is a text that begins '...'``.
    """
    try:
        yield
    except InputError as error:
        problem = not_as_named(path)
        if problem is None:
            raise
        raise InputError(f"{path}: {problem}") from error


def not_as_named(path: Path) -> str | None:
    """Describe a text file whose name has the ending of another kind of file; else return None."""
    name = path.name.lower()
    for ending in _PACKED:
        name = name.removesuffix(ending)
    promised = _NAMED.get(Path(name).suffix)
    if promised is None:
        return None
    try:
        kind = kind_of(path)
        found = _FOUND.get(kind, "a text")
        if kind in ("text", "html"):
            found = describe_file(path)
    except (InputError, OSError):
        # Binary, empty or gone: the reader's own error describes the file.
        return None
    if found == promised or kind in ("fits", "parquet", "avro", "session"):
        return None
    return f"not {promised}: it is {found}; give the {promised.removeprefix('a ')} file itself"


def describe_file(path: Path) -> str:
    """Describe a file by its first bytes; raise OSError if it cannot be read."""
    with open_plain_file(path) as file:
        return describe_bytes(file.read(_HEAD))


def describe_bytes(start: bytes) -> str:
    """Describe the first bytes of a file: ``a text that begins 'not a moc file'``."""
    description = foreign_kind(start)
    if description is not None:
        return description
    if start.startswith(b"XTENSION"):
        return "FITS"
    mark = mark_of(start)
    if mark is not None:
        return "a packed file" if mark.is_packed else _FOUND[mark]
    if any(sign < 9 for sign in start):
        return f"binary, and begins {start[:8]!r}"
    line = start.decode("utf-8-sig", "replace").strip().partition("\n")[0].strip()
    return f"a text that begins {line[:_FIRST_WORDS]!r}"
