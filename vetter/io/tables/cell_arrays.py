"""Arrays in the cells of tables: no more of them than a file of its size can hold."""

from __future__ import annotations

from vetter.errors import InputError

_FREELY = 50_000_000
_MAX_PER_BYTE = 100
"""Values for each byte of a file: cells may be empty, and streams packed."""
_MAX_DIGITS = 12


def values_of(shape: str) -> int:
    """Return the values of an array by its lengths, such as ``63,63`` or ``63x63``.

    Lengths that vary (``*``, ``null``) count as one: their values are counted by the reader.
    """
    values = 1
    for length in shape.replace("x", ",").split(","):
        digits = length.strip()[:_MAX_DIGITS]
        values *= int(digits) if digits.isdecimal() else 1
    return values


def refuse_bomb(label: object, values: int, size: int) -> None:
    """Refuse a table of more values than a file of so many bytes holds.

    Raises
    ------
    InputError
        ``values`` are over 50 million, and over a hundred for each byte.
    """
    if values > max(_FREELY, _MAX_PER_BYTE * size):
        raise InputError(f"{label}: a damaged table: its columns promise {values} values")
