"""Headers of FITS files as blocks of bytes, with their end and the values of their cards.

astropy parses every card, at 50 us each; most readers here need only a few.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import IO, AnyStr, NamedTuple

BLOCK = 2880
CARD = 80
START = b"SIMPLE  ="
EXTENSION = b"XTENSION"
MAX_CARDS = 99_972
"""Cards of a header, in whole blocks. Real headers have up to 20,000; astropy takes up to 0.1 ms
for each card, and again for each cutout."""
MAX_HEADER_BYTES = MAX_CARDS * CARD
"""Bytes of a header, at most."""


class EndlessHeader(ValueError):
    """A header without an END card within the allowed bytes."""


class HeaderBlocks(NamedTuple):
    """One header: its blocks through the one with END, and the byte at which END begins."""

    raw: bytes
    end: int

    def has_text_after_end(self) -> bool:
        """Return whether anything other than spaces follows END."""
        rest = self.raw[self.end + len("END") :]
        return rest != b" " * len(rest)

    def cards(self, wanted: Container[str] | None = None) -> Iterator[tuple[str, str]]:
        """Yield keyword and value, as written, of each card before END that has a value.

        If ``wanted`` is given, only cards with these keywords are yielded.

        A value is the text after the equals sign and a space, with its comment. Without that
        space the sign is part of the value, as in astropy. Keywords of ESO's convention keep
        their ``HIERARCH`` and a space.
        """
        text = self.raw.decode("latin-1")
        for start in range(0, self.end, CARD):
            # Slices, not a regular expression: ten thousand headers are scanned at a start.
            if text[start + 8] == "=":
                keyword = text[start : start + 8].rstrip(" ")
                if wanted is None or keyword in wanted:
                    value = start + 10 if text[start + 9] == " " else start + 8
                    yield keyword, text[value : start + CARD]
            elif wanted is None and text.startswith("HIERARCH ", start):
                keyword, equals, written = text[start + 9 : start + CARD].partition("=")
                if equals:
                    yield f"HIERARCH {keyword.strip()}", written


def read_blocks(
    file: IO[bytes], begins: tuple[bytes, ...] = (START, EXTENSION), most: int = MAX_HEADER_BYTES
) -> HeaderBlocks | None:
    """Read a header at a file's current position, and leave the file after its last block.

    Return None if no header begins there, or the file ends within the header.

    Parameters
    ----------
    file : binary file
        Buffered; read block by block, since to seek back in a packed file is slow.
    begins : tuple of bytes, optional
        Allowed first bytes of a header.
    most : int, optional
        Bytes of a header, at most.

    Raises
    ------
    EndlessHeader
        More bytes than ``most``.
    """
    header = bytearray()
    while len(header) + BLOCK <= most:
        block = file.read(BLOCK)
        if len(block) < BLOCK or not (header or block.startswith(begins)):
            return None
        end = _end_card(block, 0)
        if end is not None:
            place = len(header) + end
            return HeaderBlocks(bytes(header + block) if header else block, place)
        header += block
    raise EndlessHeader(f"a header of over {most} bytes")


def find_blocks(content: bytes, start: int) -> HeaderBlocks | None:
    """Return the header that begins at a byte of a file's content; None if it has no END."""
    end = _end_card(content, start)
    if end is None:
        return None
    length = padded_size(end + CARD - start)
    if length > min(MAX_HEADER_BYTES, len(content) - start):
        return None
    return HeaderBlocks(content[start : start + length], end - start)


def card_value(header: str, keyword: str) -> str:
    """Return the text after ``KEYWORD =`` on the first such card of a header; empty without."""
    place = next(_cards_with(header, f"{keyword:<8}=", 0), None)
    return "" if place is None else header[place + 9 : place + CARD]


def padded_size(size: int) -> int:
    """Return a number of bytes rounded up to whole blocks."""
    return -(-size // BLOCK) * BLOCK


def _end_card(content: bytes, start: int) -> int | None:
    """Return the byte of the first END card, which counts, as in astropy, at any card's start."""
    for place in _cards_with(content, b"END", start):
        if place - start >= MAX_HEADER_BYTES:
            break
        if not content[place + 3 : place + 8].strip():
            return place
    return None


def _cards_with(content: AnyStr, mark: AnyStr, start: int) -> Iterator[int]:
    """Yield the first byte of each card that begins with a mark."""
    place = content.find(mark, start)
    while place >= 0:
        if (place - start) % CARD == 0:
            yield place
        place = content.find(mark, place + 1)
