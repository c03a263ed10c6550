"""Bad bits of a mask, by its header or by the user's options."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.errors import InputError

# A detected source is not a defect: Rubin's and STDPipe's masks flag the candidates too.
# Injected sources are tests of the pipeline, on good pixels.
_HARMLESS = re.compile(
    r"(STREAK_)?DETECTED(_.*)?|NOT_DEBLENDED|INEXACT_PSF|INJECTED(_CORE)?(_TEMPLATE)?"
)
_NAME_CARD = re.compile(r"MSKN\d{1,4}")
_RANGE = re.compile(r"^(\d+)-(\d+)$")


class BadBits(NamedTuple):
    """Bits that make a pixel bad; None: every non-zero pixel is bad.

    ``note`` is a note for the user on the origin of the choice; empty for None.
    """

    bits: int | None = None
    note: str = ""

    def find_bad(self, values: Array) -> Array:
        """Return booleans, True where bad: NaN always, else by the bits. Shape as ``values``."""
        if values.dtype.kind == "b":
            return values.copy()
        if values.dtype.kind == "f":
            unknown = ~np.isfinite(values)
            if self.bits is None:
                return np.asarray(unknown | (values != 0))
            whole = np.where(unknown, 0, values).astype(np.int64)
            return np.asarray(unknown | ((whole & np.int64(self.bits)) != 0))
        if self.bits is None:
            return np.asarray(values != 0)
        return np.asarray((values.astype(np.int64) & np.int64(self.bits)) != 0)


def bad_bits(
    header: Mapping[str, Any], only: str | None = None, good: str | None = None
) -> BadBits:
    """Decide which bits are bad.

    Parameters
    ----------
    header : mapping
        The mask's header, which may name its bits: see `bit_names`.
    only : str, optional
        Value of ``--mask-bits``: only these bits are bad. Numbers from 0, ranges as ``0-3`` and
        names from the header, separated by commas; ``0x..`` is a value of several bits.
    good : str, optional
        Value of ``--mask-good``: all bits but these are bad.

    Raises
    ------
    InputError
        A name is missing in the header, or a number is not a bit.
    """
    names = bit_names(header)
    everything = 2**63 - 1
    if only:
        return BadBits(_parse_bits(only, names, "--mask-bits"), f"bad are bits {only}, as you say")
    if good:
        value = everything & ~_parse_bits(good, names, "--mask-good")
        return BadBits(value, f"bits {good} are not bad, as you say")
    harmless = [name for name in names if _HARMLESS.fullmatch(name)]
    if not harmless:
        return BadBits()
    value = everything
    for name in harmless:
        value &= ~(1 << names[name])
    return BadBits(value, f"bits {', '.join(harmless)} are not bad; --mask-bits says otherwise")


def bit_names(header: Mapping[str, Any]) -> dict[str, int]:
    """Return the bits that a mask's header names, upper case name to number from 0.

    Rubin's cards: ``MP_NAME = bit`` (afw), or ``MSKNnnnn = 'NAME'`` with the bit's value in
    ``MSKMnnnn`` (lsst.images; 1 << nnnn without it).
    """
    names: dict[str, int] = {}
    for key in header:
        # Names first: reading the value of one card takes longer than comparing all names.
        keyword = str(key).upper()
        if keyword.startswith("MP_"):
            name, bit = keyword[3:], header[key]
        elif _NAME_CARD.fullmatch(keyword):
            name, bit = str(header[key]).strip().upper(), _bit_of_card(header, keyword)
        else:
            continue
        if name and isinstance(bit, int) and 0 <= bit < 63:
            names[name] = int(bit)
    return names


def _bit_of_card(header: Mapping[str, Any], keyword: str) -> int:
    """Return the number of the bit whose name is in a card ``MSKNnnnn``; -1 for several bits."""
    number = int(keyword[4:])
    value = header.get(f"MSKM{keyword[4:]}")
    if value is None or isinstance(value, bool) or not isinstance(value, int):
        return number
    # The 32nd bit of a signed mask is written as its sign.
    value &= 2**32 - 1 if value < 0 else 2**63 - 1
    return value.bit_length() - 1 if value & (value - 1) == 0 else -1


def _parse_bits(text: str, names: Mapping[str, int], option: str) -> int:
    value = 0
    for part in filter(None, (piece.strip() for piece in re.split(r"[,|+\s]+", text))):
        span = _RANGE.match(part)
        if part.lower().startswith("0x"):
            try:
                value |= int(part, 16)
            except ValueError as error:
                raise InputError(
                    f"{option}: expected a hexadecimal number, found {part}"
                ) from error
            continue
        if span:
            numbers = range(int(span[1]), int(span[2]) + 1)
        elif part.isdigit():
            numbers = range(int(part), int(part) + 1)
        elif part.upper().removeprefix("MP_") in names:
            bit = names[part.upper().removeprefix("MP_")]
            numbers = range(bit, bit + 1)
        else:
            named = ", ".join(names) or "none in its header"
            raise InputError(f"{option}: no bit {part!r} in the mask; named bits: {named}")
        if not numbers or numbers[-1] > 62:
            raise InputError(f"{option}: expected bits from 0 to 62, found {part}")
        value |= sum(1 << number for number in numbers)
    return value & (2**63 - 1)
