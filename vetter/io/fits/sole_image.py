"""A FITS file that is one plain image and nothing else, told from its header's bytes.

To have astropy list such a file's HDUs takes three milliseconds; six planes are often six such
files. Whatever is not certain is left to astropy.
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, NamedTuple

from vetter.io.fits.sound_header import is_sound
from vetter.io.fits.structure import hdu_end, read_header

if TYPE_CHECKING:
    from astropy.io.fits import Header

_CARD = 80
_NAME = re.compile("'[^'&]*'")
_STRUCTURE = frozenset(["SIMPLE", "BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "EXTNAME"])
# Any of these asks for more than to read pixels where they stand.
_OTHERS = frozenset(["PCOUNT", "GCOUNT", "GROUPS", "ZIMAGE"])


class SoleImage(NamedTuple):
    """The only HDU of a file: its name in upper case ('' without any), its header, the image's
    shape, and the byte where the pixels begin."""

    name: str
    header: Header
    shape: tuple[int, int]
    offset: int


def sole_image(file: IO[bytes], label: str) -> SoleImage | None:
    """The image of a file that holds nothing else; None where that is not certain.

    Parameters
    ----------
    file : binary file
        Left wound back to its beginning.
    label : str
        The file, as the user knows it.

    Raises
    ------
    InputError
        As `vetter.io.fits.structure.hdu_end`.
    """
    end = hdu_end(file, 0, label)
    raw = read_header(file, 0, label)
    size = file.seek(0, 2)
    file.seek(0)
    if raw is None or size != end or not is_sound(raw):
        return None
    cards = _structure(raw)
    shape = _shape(cards)
    name = cards.get("EXTNAME", "''")
    if shape is None or not _NAME.fullmatch(name):
        return None
    from astropy.io.fits import Header

    header = Header.fromstring(raw.decode("ascii"))
    return SoleImage(name.strip("'").rstrip().upper(), header, shape, len(raw))


def _structure(raw: bytes) -> dict[str, str]:
    """The values, as they are written, of the cards that say what the file holds; none of them
    where something else than plain pixels is spoken of, or anything twice."""
    cards: dict[str, str] = {}
    for start in range(0, len(raw), _CARD):
        keyword = raw[start : start + 8].decode("ascii").rstrip(" ")
        if keyword in _OTHERS or keyword in cards:
            return {}
        if keyword in _STRUCTURE:
            value = raw[start + 10 : start + _CARD].decode("ascii")
            cards[keyword] = value.partition("/")[0].strip()
    return cards


def _shape(cards: dict[str, str]) -> tuple[int, int] | None:
    """(rows, columns) of a primary image of two axes; None of anything else."""
    try:
        rows, columns = int(cards["NAXIS2"]), int(cards["NAXIS1"])
    except (KeyError, ValueError):
        return None
    plain = cards.get("SIMPLE") == "T" and cards.get("NAXIS") == "2"
    return (rows, columns) if plain and rows > 0 and columns > 0 else None
