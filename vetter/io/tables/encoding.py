"""Text of a table file: unpacked, decoded from its encoding, and limited in size."""

from __future__ import annotations

import re
from pathlib import Path

from vetter.errors import InputError
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.unreadable import strange

MOST_BYTES = 2 * 2**30
"""Bytes of a list in text: nobody vets a longer one. Parquet and FITS files may be longer."""
_HEAD_BYTES = 2**20
_ENOUGH = 2**17
_EARLY = 2**16
"""Bytes within which a NUL marks a file as binary; after these, as a damaged text."""
_LONE_RETURN = re.compile(r"\r(?!\n)")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def text_head(path: Path) -> str:
    """Return the first whole lines of a file, a megabyte at most.

    Raises
    ------
    InputError
        The file is binary, or its first line does not end within a megabyte.
    """
    with open_unpacked(path, MOST_BYTES) as file:
        raw = file.read(_HEAD_BYTES)
    whole = len(raw) < _HEAD_BYTES
    head = decoded_text(path, raw if whole else raw[: len(raw) // 4 * 4], cut=not whole)
    if whole:
        return head
    end = max(head.rfind("\n"), head.rfind("\r"))
    if end < 0:
        raise InputError(
            f"{path}: expected a table with one candidate a line, found no end of a line in the "
            "first megabyte"
        )
    # _ENOUGH bytes suffice, unless the header line alone is longer.
    return head[: head.rfind("\n", 0, _ENOUGH) + 1 or end + 1]


def table_text(path: Path) -> str:
    """Return the whole text of a table, without byte order mark.

    Raises
    ------
    InputError
        The file is binary, damaged or larger than two gigabytes.
    """
    with open_unpacked(path, MOST_BYTES) as file:
        size = file.seek(0, 2)
        if size > MOST_BYTES:
            raise InputError(
                f"{path}: {size / 2**30:.1f} GB of text are more than a list is read from; "
                "write it as FITS or Parquet"
            )
        file.seek(0)
        return decoded_text(path, file.read())


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, split where files end lines: at CR, LF or both.

    ``str.splitlines`` also splits at form feeds, U+0085, U+2028 and U+2029, which a cell may hold.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def no_table(path: Path, start: bytes) -> InputError:
    """Return the error of a binary file, with its kind and the remedy."""
    unknown = "a binary file of unknown kind: write the list as ECSV, CSV, FITS or Parquet"
    return InputError(f"{path}: expected a candidate table, found {strange(start) or unknown}")


def decoded_text(path: Path, raw: bytes, cut: bool = False) -> str:
    """Decode bytes as UTF-8, UTF-16 with its mark, else Latin-1; no line ends in CR alone.

    Parameters
    ----------
    path : Path
        The file, for the error.
    raw : bytes
    cut : bool
        Whether the end may be within a character.

    Raises
    ------
    InputError
        The bytes include NUL.
    """
    if raw.startswith(_UTF_16):
        try:
            return _without_lone_returns(raw.decode("utf-16"))
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: damaged UTF-16 text; write it as UTF-8") from error
    place = raw.find(b"\0")
    if place >= 0:
        if _EARLY > place:
            raise no_table(path, raw)
        line = raw.count(b"\n", 0, place) + 1
        raise InputError(f"{path}: a damaged text: a NUL byte in line {line}; write it again")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if cut and error.start > len(raw) - 4:
            text = raw[: error.start].decode("utf-8-sig")
        else:
            text = raw.decode("latin-1")
    return _without_lone_returns(text)


def _without_lone_returns(text: str) -> str:
    """Return a text without line ends of CR alone, which old programs and spreadsheets write.

    A text without such line ends is returned unchanged, with its CR LF.
    """
    return "\n".join(lines_of(text)) if _LONE_RETURN.search(text) else text
