"""Structure of a FITS file, checked before astropy reads it, and headers without unreadable cards.

astropy makes lists as long as NAXIS and TFIELDS, and reads on until it finds END: one damaged
card keeps it busy for hours, or fills the memory. An unreadable card raises at each access, so
headers are copied without such cards.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from vetter.errors import InputError, suppress_warnings
from vetter.io.fits.header_blocks import (
    CARD,
    EXTENSION,
    MAX_CARDS,
    MAX_HEADER_BYTES,
    START,
    EndlessHeader,
    HeaderBlocks,
    padded_size,
    read_blocks,
)

if TYPE_CHECKING:
    from astropy.io.fits import Header

MAX_HDUS = 20_000
"""HDUs of a file. Real files have up to some thousands; astropy takes up to 0.5 ms for each."""
_MOST_COUNT = 999  # FITS Standard 4.0, tables 7 and 16: of axes, and of columns
_MOST_BEHIND = 2**24
_CARDS = re.compile(
    rb"(?:HIERARCH +)?(ZNAXIS|NAXIS|TFIELDS|BITPIX|PCOUNT|GCOUNT|NAXIS\d+) *= *([-+.\dED]+)",
    re.IGNORECASE,
)
_TEXTS = re.compile(
    rb"(?:HIERARCH +)?(Z?NAXIS\d*|Z?BITPIX|Z?[PG]COUNT|TFIELDS|ZTILE\d+|THEAP) *= *'", re.IGNORECASE
)

# Cards that are certainly readable: they need no check by astropy, 50 us each.
_SOUND = re.compile(
    rb"(?:[A-Z0-9_-]{1,8} *= |HIERARCH [A-Z0-9_ -]+ = )"
    rb" *(?:'(?:[^']|'')*'|[TF]|[+-]?\d+(?:\.\d*)?(?:[ED][+-]?\d+)?)? *(?:/[ -~]*)?"
    rb"|(?:COMMENT|HISTORY|       ) [ -~]*|CONTINUE  '[ -~]*|END *"
)


def check_structure(file: IO[bytes], label: str) -> int:
    """Return the byte where the last HDU ends; refuse headers that exceed the limits of FITS.

    Only headers are read. Content that is not FITS, or is cut short, is left to the reader.

    Parameters
    ----------
    file : binary file
        Wound back to its beginning.
    label : str
        The file, as the user knows it.

    Raises
    ------
    InputError
        More axes or columns than 999, a header without an end, or too many HDUs.
    """
    position = count = 0
    while (end := hdu_end(file, position, label)) is not None:
        position, count = end, count + 1
        check_count(count, label)
    file.seek(0)
    return position


def check_count(hdus: int, label: str) -> None:
    """Refuse a file of more HDUs than `MAX_HDUS`; raises InputError."""
    if hdus > MAX_HDUS:
        raise InputError(f"{label}: over {MAX_HDUS} HDUs; copy the images into files of their own")


def open_fits(file: IO[bytes], label: str, **options: Any) -> Any:
    """Open a file by `astropy.io.fits.open`, not memory-mapped, after `check_structure`.

    Raises
    ------
    InputError
        As `check_structure`. astropy raises its own errors for damaged files.
    """
    from astropy.io import fits

    end = check_structure(file, label)
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size - end > _MOST_BEHIND:
        file = io.BufferedReader(_Beginning(file, end))
    return fits.open(file, mode="readonly", memmap=False, **options)


class _Beginning(io.RawIOBase):
    """A file cut at the end of its HDUs: astropy would search gigabytes after it for another."""

    def __init__(self, file: IO[bytes], end: int) -> None:
        self._file, self._end, self._position = file, end, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a byte, and return its number."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._end}[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        """Return the current byte."""
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with bytes of the file, and return their number."""
        self._file.seek(self._position)
        data = self._file.read(max(0, min(len(buffer), self._end - self._position)))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def promised_by_headers(first: bytes, label: str, path: Path) -> Callable[[int], bool] | None:
    """Return a function that tests whether the unpacked bytes include all promised HDUs.

    Parameters
    ----------
    first : bytes
        The beginning of the content; if it is not FITS, None is returned.
    label : str
        The file, as the user knows it.
    path : Path
        The file that the content is unpacked into.
    """
    return _Promised(path, label).is_all if first.startswith(START) else None


class _Promised:
    """The end of the HDUs whose headers have been unpacked so far."""

    def __init__(self, path: Path, label: str) -> None:
        self._path, self._label = path, label
        self._reached = self._hdus = 0

    def is_all(self, total: int) -> bool:
        """Return whether no HDU continues after the first ``total`` bytes."""
        if total <= self._reached:
            return False
        with self._path.open("rb") as written:
            while total > self._reached:
                end = hdu_end(written, self._reached, self._label)
                if end is None:
                    written.seek(self._reached)
                    begin = written.read(len(START))
                    begins = any(mark.startswith(begin[:8]) for mark in (START, EXTENSION))
                    return not begins or total - self._reached > MAX_HEADER_BYTES
                self._reached, self._hdus = end, self._hdus + 1
                check_count(self._hdus, self._label)
        return False


def hdu_end(file: IO[bytes], start: int, label: str) -> int | None:
    """Return the byte where the HDU that begins at ``start`` ends, in whole blocks.

    None if no header begins there, or the file ends within the header.

    Raises
    ------
    InputError
        As `check_structure`.
    """
    header = read_header(file, start, label)
    return None if header is None else start + hdu_size(header.raw, label)


def hdu_size(header: bytes, label: str) -> int:
    """Return the bytes of an HDU with this header, in whole blocks; raise as `check_structure`."""
    cards = _structure(header, label)
    axes = cards.get("NAXIS", 0)
    pixels = 1 if axes else 0
    for number in range(1, axes + 1):
        length = cards.get(f"NAXIS{number}", 0)
        # Random groups have no first axis.
        pixels *= length if length or number > 1 or axes == 1 else 1
    size = abs(cards.get("BITPIX", 8)) // 8
    data = size * max(cards.get("GCOUNT", 1), 1) * (max(cards.get("PCOUNT", 0), 0) + pixels)
    return len(header) + padded_size(max(data, 0))


def read_header(file: IO[bytes], start: int, label: str) -> HeaderBlocks | None:
    """Read the header that begins at a byte; return None if none begins there.

    Raises
    ------
    InputError
        The header has no END.
    """
    try:
        file.seek(start)
    except (OSError, OverflowError):
        # An offset beyond the size that any file can have.
        return None
    try:
        return read_blocks(file)
    except EndlessHeader as error:
        raise InputError(
            f"{label}: a damaged FITS header: it does not end within {MAX_CARDS} cards; "
            "copy or write it again"
        ) from error


def _structure(header: bytes, label: str) -> dict[str, int]:
    """Return the numbers in a header that give the layout of its data; the first of each counts."""
    cards: dict[str, int] = {}
    for start in range(0, len(header), CARD):
        match = _TEXTS.match(header, start)
        if match is not None:
            # astropy would repeat the text up to two billion times, and fill the memory.
            raise InputError(
                f"{label}: a damaged FITS header: {match[1].decode('ascii').upper()} is a text, "
                "not a number; copy or write it again"
            )
    for start in range(0, len(header), CARD):
        match = _CARDS.match(header, start)
        if match is None:
            continue
        keyword = match[1].decode("ascii").upper()
        try:
            value = int(float(match[2].replace(b"D", b"E").replace(b"d", b"e")))
        except (ValueError, OverflowError):
            continue
        if keyword in ("NAXIS", "ZNAXIS", "TFIELDS") and value > _MOST_COUNT:
            raise InputError(
                f"{label}: a damaged FITS header: {keyword} is {value}, FITS allows {_MOST_COUNT}; "
                "copy or write it again"
            )
        if value < 0 and keyword != "BITPIX":
            # A negative size leads astropy back to the same header again and again.
            raise InputError(
                f"{label}: a damaged FITS header: {keyword} is {value}; copy or write it again"
            )
        cards.setdefault(keyword, value)
    return cards


def sound_header(header: Header, raw: bytes) -> Header:
    """Return a copy of a header without the cards whose value cannot be read or written again.

    Values that astropy can repair become text.

    Parameters
    ----------
    header : `~astropy.io.fits.Header`
    raw : bytes
        The header as the file has it.
    """
    with suppress_warnings():
        copied = header.copy()
        cards = _cards_of(raw)
        # astropy drops some cards, and translates those of compressed images: then check all.
        doubtful = range(len(copied)) if len(cards) != len(copied) else _unsound(copied, cards)
        lost = {number for number in doubtful if not _can_be_read(copied, number)}
        if not lost:
            return copied
        # Built at once: each removal from a Header renumbers all its cards.
        kept = [card for number, card in enumerate(copied.cards) if number not in lost]
        return type(copied)(kept)


def _cards_of(raw: bytes) -> list[bytes]:
    """Return the cards of a header before END, each with its CONTINUE cards."""
    cards: list[bytes] = []
    for start in range(0, len(raw), CARD):
        card = raw[start : start + CARD]
        if card[:8] == b"END     ":
            break
        if card.startswith(b"CONTINUE") and cards:
            cards[-1] += card
        else:
            cards.append(card)
    return cards


def _unsound(header: Header, cards: list[bytes]) -> list[int]:
    """Return the numbers of the cards that astropy has to check."""
    return [
        number
        for number, (keyword, card) in enumerate(zip(header, cards, strict=True))
        if not card.startswith(keyword.encode()) or not is_sound(card)
    ]


def is_sound(raw: bytes) -> bool:
    """Return whether every card of a header is certainly readable."""
    return all(_SOUND.fullmatch(raw, start, start + CARD) for start in range(0, len(raw), CARD))


def _can_be_read(header: Header, number: int) -> bool:
    from astropy.io.fits import VerifyError

    try:
        card = header.cards[number]
        # str() parses the whole card, and repairs it if possible.
        return bool(str(card)) and isinstance(card.keyword, str) and card.value is not card
    except (VerifyError, ValueError, TypeError):
        return False
