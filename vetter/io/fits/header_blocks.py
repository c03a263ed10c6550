"""Headers of FITS files as the bytes of their blocks: where one ends, and what its cards say.

astropy parses every card at 50 us each; most questions to a header are answered by a few of them.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import IO, AnyStr, NamedTuple

BLOCK = 2880
CARD = 80
START = b"SIMPLE  ="
EXTENSION = b"XTENSION"
MAX_CARDS = 99_972
"""Cards of a header, whole blocks of them. Real ones have up to 20,000; astropy takes up to 0.1 ms
for each card, and again for each cutout."""
MOST_HEADER = MAX_CARDS * CARD
"""Bytes of a header."""


class EndlessHeader(ValueError):
    """A header that does not end where headers do."""


class HeaderBlocks(NamedTuple):
    """One header: its blocks, that with END included, and the byte where END stands."""

    raw: bytes
    end: int

    def follows_end(self) -> bool:
        """Return whether anything but spaces follows the END."""
        rest = self.raw[self.end + len("END") :]
        return rest != b" " * len(rest)

    def cards(self, wanted: Container[str] | None = None) -> Iterator[tuple[str, str]]:
        """Yield keyword and value, as it is written, of each card before END that has one.

        Only those of the wanted keywords, where any are given.

        A value is what stands behind the equals sign and a space, a comment included; without
        that space the sign is part of the value, as it is to astropy. Keywords of ESO's convention
        keep their ``HIERARCH`` and a space.
        """
        text = self.raw.decode("latin-1")
        for start in range(0, self.end, CARD):
            # Ten thousand headers are scanned at a start: no pattern where a slice does.
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
    file: IO[bytes], begins: tuple[bytes, ...] = (START, EXTENSION), most: int = MOST_HEADER
) -> HeaderBlocks | None:
    """Read a header from where a file stands; the file is left behind its last block.

    None where no header begins there, or the file ends before the header does.

    Parameters
    ----------
    file : binary file
        Buffered: it is read block by block, as a packed file cannot be wound back cheaply.
    begins : tuple of bytes, optional
        What a header may begin with.
    most : int, optional
        Bytes.

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
    """Find the header that begins at a byte of a file's content; None where none ends there."""
    end = _end_card(content, start)
    if end is None:
        return None
    length = padded(end + CARD - start)
    if length > min(MOST_HEADER, len(content) - start):
        return None
    return HeaderBlocks(content[start : start + length], end - start)


def card_value(header: str, keyword: str) -> str:
    """Return what stands behind ``KEYWORD =`` on a card of a header; empty without such a card."""
    place = next(_cards_with(header, f"{keyword:<8}=", 0), None)
    return "" if place is None else header[place + 9 : place + CARD]


def padded(size: int) -> int:
    """Return a number of bytes filled up to whole blocks."""
    return -(-size // BLOCK) * BLOCK


def _end_card(content: bytes, start: int) -> int | None:
    """Return the byte of the first END card, as astropy takes one: at the beginning of any card."""
    for place in _cards_with(content, b"END", start):
        if place - start >= MOST_HEADER:
            break
        if not content[place + 3 : place + 8].strip():
            return place
    return None


def _cards_with(content: AnyStr, mark: AnyStr, start: int) -> Iterator[int]:
    """Yield where the cards stand that begin with a mark."""
    place = content.find(mark, start)
    while place >= 0:
        if (place - start) % CARD == 0:
            yield place
        place = content.find(mark, place + 1)
