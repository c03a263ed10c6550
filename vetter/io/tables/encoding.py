"""Text of a table file: unpacked, decoded from its encoding, and limited in size."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from vetter.errors import InputError
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.unreadable import foreign_kind

MAX_TEXT_BYTES = 2 * 2**30
"""Bytes of a list in text: nobody vets a longer one. Parquet and FITS files may be longer."""
_HEAD_BYTES = 2**20
_ENOUGH = 2**17
_EARLY = 2**16
"""Bytes within which a NUL marks a file as binary; after these, as a damaged text."""
_LONE_RETURN = re.compile(r"\r(?!\n)")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SAMPLE = 4096
_MIN_WIDE = 8
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_PAIR = re.compile(rb"[\xa1-\xfe]{2}")
# Lead bytes of signs, and of the 3755 commonest characters; kana are at A4 and A5.
_COMMON_LEADS = {*range(0xA1, 0xA4), *range(0xA6, 0xAA), *range(0xB0, 0xD8)}
_KANA_LEADS = {0xA4, 0xA5}
# Korean syllables end at C8.
_CHINESE_LEADS = set(range(0xC9, 0xD8))
_MIN_COMMON = 0.8
_WINDOWS = re.compile(rb"[\x80-\x9f]")
_NOT_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_CODEC_NAMES = {"gb18030": "GB18030", "latin-1": "Latin-1", "cp1252": "Windows-1252"}
_chosen: ContextVar[str | None] = ContextVar("encoding of tables", default=None)


@contextmanager
def read_as(encoding: str | None) -> Iterator[None]:
    """Decode all text tables read within as the user says; None detects each one's encoding."""
    token = _chosen.set(encoding)
    try:
        yield
    finally:
        _chosen.reset(token)


def check_encoding(name: str) -> str:
    """Return the name of an encoding of text if Python knows it.

    Raises
    ------
    InputError
        The name is unknown, or of a codec that is not for text.

    Examples
    --------
    >>> check_encoding("Shift_JIS")
    'Shift_JIS'
    """
    try:
        "1".encode(name).decode(name)
    except (LookupError, ValueError, TypeError) as error:
        raise InputError(
            f"encoding {name!r}: not known; expected a name as utf-8, gb18030, big5, shift_jis, "
            "euc_kr or cp1251"
        ) from error
    return name


def text_head(path: Path) -> str:
    """Return the first whole lines of a file, a megabyte at most.

    Raises
    ------
    InputError
        The file is binary, or its first line does not end within a megabyte.
    """
    with open_unpacked(path, MAX_TEXT_BYTES) as file:
        raw = file.read(_HEAD_BYTES)
    whole = len(raw) < _HEAD_BYTES
    head = decode_text(path, raw if whole else raw[: len(raw) // 4 * 4], cut=not whole)
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
    with open_unpacked(path, MAX_TEXT_BYTES) as file:
        size = file.seek(0, 2)
        if size > MAX_TEXT_BYTES:
            raise InputError(
                f"{path}: {size / 2**30:.1f} GB of text are more than a list is read from; "
                "write it as FITS or Parquet"
            )
        file.seek(0)
        return decode_text(path, file.read())


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, split where files end lines: at CR, LF or both.

    ``str.splitlines`` also splits at form feeds, U+0085, U+2028 and U+2029, which a cell may hold.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def not_table_error(path: Path, start: bytes) -> InputError:
    """Return the error of a binary file, with its kind and the remedy."""
    unknown = "a binary file of unknown kind: write the list as ECSV, CSV, FITS or Parquet"
    return InputError(f"{path}: expected a candidate table, found {foreign_kind(start) or unknown}")


def decode_text(path: Path, raw: bytes, cut: bool = False) -> str:
    """Decode bytes as UTF-8 or UTF-16, else as `eight_bit_encoding`; no line ends in CR alone.

    The user's choice (`read_as`) comes before these, but for UTF-16 with its mark.

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
    chosen = _chosen.get()
    if chosen is not None:
        return _without_lone_returns(_decode_as(path, raw, chosen, cut))
    place = raw.find(b"\0")
    wide = utf_16_without_mark(raw) if place >= 0 else None
    if wide is not None:
        return _without_lone_returns(raw[: len(raw) // 2 * 2].decode(wide, "replace"))
    if place >= 0:
        if _EARLY > place:
            raise not_table_error(path, raw)
        line = raw.count(b"\n", 0, place) + 1
        raise InputError(f"{path}: a damaged text: a NUL byte in line {line}; write it again")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if cut and error.start > len(raw) - 4:
            text = raw[: error.start].decode("utf-8-sig")
        else:
            text = raw.decode(eight_bit_encoding(raw)[0], "replace")
    return _without_lone_returns(text)


def _decode_as(path: Path, raw: bytes, encoding: str, cut: bool) -> str:
    """Decode bytes as the user says; bytes that do not fit become a replacement character."""
    decoder = codecs.getincrementaldecoder(check_encoding(encoding))("replace")
    text = decoder.decode(raw, final=not cut)
    if "\0" in text:
        raise InputError(f"{path}: holds NUL when read as {encoding}; choose another encoding")
    return text.removeprefix("\ufeff")


def utf_16_without_mark(raw: bytes) -> str | None:
    """Return the UTF-16 codec of bytes without its mark, half of which are NUL; else None."""
    start = raw[:_SAMPLE]
    half = len(start) // 2
    for first, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        is_wide = start[first::2].count(0) > 0.9 * half and not start[1 - first :: 2].count(0)
        if half > _MIN_WIDE and is_wide:
            return codec
    return None


def eight_bit_encoding(raw: bytes) -> tuple[str, bool]:
    """Return the codec of bytes that are not UTF-8, and whether that is a guess.

    In Western text, letters beyond ASCII hardly ever follow each other: the codec is Windows-1252,
    or Latin-1 if bytes of Windows are absent. Pairs of bytes that are mostly among the 3755
    commonest characters of GB2312 are Chinese, and a guess. Other runs may be any of Big5,
    Shift JIS, EUC or Cyrillic codes: Western stays, which keeps the numbers, and is a guess.
    """
    runs = _HIGH_RUN.findall(raw)
    if _is_chinese(runs):
        return "gb18030", True
    western = "latin-1"
    if _WINDOWS.search(raw):
        # Bytes that Windows-1252 leaves undefined are of another code, perhaps none.
        western = "latin-1" if _NOT_WINDOWS.search(raw) else "cp1252"
    longer = sum(len(run) > 1 for run in runs)
    return western, longer * 2 >= len(runs)


def _is_chinese(runs: list[bytes]) -> bool:
    """Return whether runs of bytes are pairs of GB2312, most of them common."""
    if any(len(run) % 2 for run in runs):
        return False
    pairs = [pair for run in runs for pair in _PAIR.findall(run)]
    leads = [pair[0] for pair in pairs]
    if 2 * len(pairs) < sum(map(len, runs)) or not _CHINESE_LEADS.intersection(leads):
        return False
    common = sum(lead in _COMMON_LEADS for lead in leads)
    return common >= _MIN_COMMON * len(leads) and _KANA_LEADS.isdisjoint(leads)


def encoding_notes(path: Path) -> tuple[str, bool]:
    """Return a note on a text whose encoding is not UTF-8, and whether the encoding is a guess.

    The note is empty for UTF-8 and UTF-16.
    """
    chosen = _chosen.get()
    if chosen is not None:
        return f"{path.name}: read as {chosen}, as you say", False
    with open_unpacked(path, MAX_TEXT_BYTES) as file:
        raw = file.read(MAX_TEXT_BYTES)
    if raw.isascii() or raw.startswith(_UTF_16) or utf_16_without_mark(raw) is not None:
        return "", False
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        codec, is_guess = eight_bit_encoding(raw)
        if not is_guess:
            return f"{path.name}: not UTF-8, read as {_CODEC_NAMES[codec]}", False
        return (
            f"{path.name}: its encoding cannot be told, read as {_CODEC_NAMES[codec]}; if letters "
            "look wrong, choose another in List > Roles of the columns, or --encoding NAME",
            True,
        )
    return "", False


def _without_lone_returns(text: str) -> str:
    """Return a text without line ends of CR alone, which old programs and spreadsheets write.

    A text without such line ends is returned unchanged, with its CR LF.
    """
    return "\n".join(lines_of(text)) if _LONE_RETURN.search(text) else text
