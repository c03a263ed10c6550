"""Writing of FITS: header cards as text, image extensions as bytes.

Cards are 80 columns wide, and long strings continue on further cards. An extension stores every
dtype that FITS has, bit for bit.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.errors import InputError
from vetter.io.fits.header_blocks import BLOCK

Plain = None | bool | int | float | str

_SHORT = re.compile(r"[A-Z0-9_-]{1,8}")

# dtype to BITPIX and BZERO, as FITS has neither unsigned words nor signed bytes.
_STORED = {
    "uint8": (8, 0),
    "int16": (16, 0),
    "int32": (32, 0),
    "int64": (64, 0),
    "float32": (-32, 0),
    "float64": (-64, 0),
    "int8": (8, -(1 << 7)),
    "uint16": (16, 1 << 15),
    "uint32": (32, 1 << 31),
    "uint64": (64, 1 << 63),
}


def format_card(keyword: str, value: Plain) -> str:
    """Return one keyword as one or more cards of 80 columns.

    Parameters
    ----------
    keyword : str
        Upper case. A keyword of more than eight characters, or with blanks or points, is written
        by the HIERARCH convention.
    value : None, bool, int, float or str
        Numbers are finite or -inf, which is written as ``-1E999``, a number below the range that
        reads as -inf; strings are printable ASCII of any length (CONTINUE).
    """
    if _SHORT.fullmatch(keyword):
        start = f"{keyword:8}= "
    else:
        start = f"HIERARCH {keyword} = "
    if isinstance(value, str):
        return _string_cards(start, value.replace("'", "''"))
    if value is None:
        return start.rstrip(" ").ljust(80)
    if isinstance(value, bool):
        text = "T" if value else "F"
    elif isinstance(value, int):
        text = str(value)
    elif value == float("-inf"):
        text = "-1E999"
    else:
        text = repr(value).upper()
    width = 20 if start[8] == "=" else 0
    return f"{start}{text:>{width}}".ljust(80)


def _string_cards(start: str, quoted: str) -> str:
    """Return the cards of a string whose quotes are doubled; no pair of quotes is split."""
    room = 78 - len(start)
    if len(quoted) <= room:
        return f"{start}'{quoted:8}'".ljust(80)
    cards = []
    while True:
        if len(quoted) <= room:
            cards.append(f"{start}'{quoted}'".ljust(80))
            return "".join(cards)
        cut = room - 1
        quotes = len(quoted[:cut]) - len(quoted[:cut].rstrip("'"))
        cut -= quotes % 2
        cards.append(f"{start}'{quoted[:cut]}&'".ljust(80))
        quoted = quoted[cut:]
        start, room = "CONTINUE  ", 68


def stored_dtype(name: str, plane: Array) -> str:
    """Return the dtype that a plane is stored with: its own, except for bool and float16.

    Raises
    ------
    InputError
        FITS cannot store the plane's dtype.
    """
    dtype = plane.dtype.name
    if dtype in _STORED:
        return dtype
    if dtype == "bool":
        return "uint8"
    if dtype == "float16":
        return "float32"
    raise InputError(f"plane '{name}': FITS has no numbers of type {dtype}; convert it first")


def image_extension(extension: str, plane: Array, shared: str) -> tuple[bytes, bytes]:
    """Return header and data of one extension, both padded to whole blocks.

    Parameters
    ----------
    extension : str
        The EXTNAME.
    plane : ndarray, shape (rows, columns)
    shared : str
        Cards of 80 columns, written after those of the structure.
    """
    dtype = stored_dtype(extension.lower(), plane)
    bitpix, zero = _STORED[dtype]
    cards: list[tuple[str, Any]] = [
        ("XTENSION", "IMAGE"),
        ("BITPIX", bitpix),
        ("NAXIS", 2),
        ("NAXIS1", plane.shape[1]),
        ("NAXIS2", plane.shape[0]),
        ("PCOUNT", 0),
        ("GCOUNT", 1),
    ]
    if zero:
        cards += [("BSCALE", 1), ("BZERO", zero)]
    cards.append(("EXTNAME", extension))
    values = np.ascontiguousarray(plane.astype(dtype, copy=False))
    if zero:
        # Flipping the top bit is adding BZERO modulo the word.
        signed = np.dtype(f"{'u' if dtype == 'int8' else ''}int{abs(bitpix)}")
        top = np.array(1 << (abs(bitpix) - 1), np.dtype(f"uint{abs(bitpix)}"))
        values = (values.view(top.dtype) ^ top).view(signed)
    data = values.astype(values.dtype.newbyteorder(">"), copy=False).tobytes()
    header = "".join(format_card(k, v) for k, v in cards)
    return padded_header(header + shared), data + bytes(-len(data) % BLOCK)


def padded_header(cards: str) -> bytes:
    """Return cards and END as bytes, filled up to whole blocks of 2880 bytes."""
    text = cards + "END".ljust(80)
    return (text + " " * (-len(text) % BLOCK)).encode("ascii")
