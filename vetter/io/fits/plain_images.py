"""Fast reading of FITS files that contain only plain images.

astropy parses every card of every extension, which takes most of the time to load a cutout,
although its extensions share their cards. Files with tables, compression, scaling... are left to
astropy.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.io.fits.header_blocks import HeaderBlocks, find_blocks, padded_size
from vetter.io.fits.structure import sound_header

if TYPE_CHECKING:
    from astropy.io.fits import Header

_KINDS = {8: "u1", 16: "i2", 32: "i4", 64: "i8", -32: "f4", -64: "f8"}
_WORDS = {8: 1 << 7, 16: 1 << 15, 32: 1 << 31, 64: 1 << 63}
_WANTED = frozenset(
    ["SIMPLE", "XTENSION", "BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "PCOUNT", "GCOUNT"]
    + ["GROUPS", "BSCALE", "BZERO", "BLANK", "EXTNAME"]
)


class PlainHdu:
    """One HDU: its name (upper case), its pixels (None without data), its header as text.

    The header is parsed late.
    """

    def __init__(self, name: str, data: Array | None, text: str) -> None:
        self.name, self.data, self.text = name, data, text

    @cached_property
    def header(self) -> Header:
        """The header, parsed at first use."""
        from astropy.io.fits import Header

        return sound_header(Header.fromstring(self.text), self.text.encode("ascii"))


def read_plain(content: bytes) -> list[PlainHdu] | None:
    """Return the HDUs of a file's bytes; None if any is not a plain image."""
    hdus: list[PlainHdu] = []
    position = 0
    try:
        while position < len(content):
            blocks = find_blocks(content, position)
            # Text after END is left to astropy.
            if blocks is None or blocks.has_text_after_end():
                return None
            position += len(blocks.raw)
            hdu, size = _read_hdu(blocks, content, position, first=not hdus)
            hdus.append(hdu)
            position += padded_size(size)
    except (ValueError, KeyError, IndexError):
        return None
    return hdus or None


def _read_hdu(
    blocks: HeaderBlocks, content: bytes, start: int, first: bool
) -> tuple[PlainHdu, int]:
    """Return the HDU whose data begin at ``start``, and the bytes of its data."""
    text, cards = blocks.raw.decode("ascii"), _structure(blocks.raw, blocks.end)
    simple = cards["SIMPLE"] == "T" if first else cards["XTENSION"] == "IMAGE"
    axes = int(cards["NAXIS"])
    others = (cards.get("PCOUNT", "0"), cards.get("GCOUNT", "1"), float(cards.get("BSCALE", "1")))
    if not simple or axes not in (0, 2) or others != ("0", "1", 1.0):
        raise ValueError("not a plain image")
    if "GROUPS" in cards or "BLANK" in cards:
        raise ValueError("not a plain image")
    name = cards.get("EXTNAME", "PRIMARY" if first else "").upper()
    if axes == 0:
        return PlainHdu(name, None, text), 0
    bitpix, nx, ny = (int(cards[keyword]) for keyword in ("BITPIX", "NAXIS1", "NAXIS2"))
    kind = np.dtype(_KINDS[bitpix])
    pixels = np.frombuffer(content, kind.newbyteorder(">"), nx * ny, start).reshape(ny, nx)
    data: Array = pixels.astype(kind)
    zero = cards.get("BZERO", "0")
    if float(zero) != 0:
        word = _WORDS[bitpix]
        if int(float(zero)) != (word if bitpix > 8 else -word):
            raise ValueError("scaled")
        # Flipping the top bit is adding BZERO modulo the word.
        unsigned = np.dtype(f"u{kind.itemsize}")
        flipped = data.view(unsigned) ^ np.array(word, unsigned)
        data = flipped if bitpix > 8 else flipped.view(np.int8)
    return PlainHdu(name, data, text), nx * ny * kind.itemsize


@lru_cache(maxsize=32)
def _structure(raw: bytes, end: int) -> Mapping[str, str]:
    """Return the values of the cards that describe the data, as text, strings without quotes.

    It is cached: the stamps of a night's packets have the same few headers.
    """
    cards: dict[str, str] = {}
    for keyword, value in HeaderBlocks(raw, end).cards(_WANTED):
        if value.lstrip().startswith("'"):
            if "''" in value or "&" in value:
                raise ValueError("not a simple name")
            value = value.split("'")[1]
        else:
            value = value.partition("/")[0]
        cards.setdefault(keyword, value.strip())
    return cards
