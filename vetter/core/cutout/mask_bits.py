"""Which bits of a mask are bad."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.errors import InputError

# A source that was found is no defect: Rubin's and STDPipe's masks flag the candidates themselves.
_HARMLESS = ("DETECTED", "DETECTED_NEGATIVE", "STREAK_DETECTED", "NOT_DEBLENDED", "INEXACT_PSF")
_RANGE = re.compile(r"^(\d+)-(\d+)$")


class BadBits(NamedTuple):
    """Bits that make a pixel bad; None: any value but zero does.

    ``said`` tells the user where the choice comes from; empty for the plain rule.
    """

    bits: int | None = None
    said: str = ""

    def bad(self, values: Array) -> Array:
        """Booleans, True where bad: NaN always, else by the bits. Shape as ``values``."""
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
        The mask's header; cards ``MP_NAME = bit`` name its bits (Rubin).
    only : str, optional
        ``--mask-bits``: these are bad and no others. Numbers of bits from 0, ranges as ``0-3``,
        names of the header's, with commas between; ``0x..`` is a value of several bits.
    good : str, optional
        ``--mask-good``: these are not bad, all others are.

    Raises
    ------
    InputError
        A name that the header does not know, or what is no bit.
    """
    names = {
        str(key)[3:].upper(): int(value)
        # By their names first: to read a card's value takes longer than all the names.
        for key in header
        if str(key).upper().startswith("MP_")
        and isinstance(value := header[key], int)
        and 0 <= value < 63
    }
    everything = 2**63 - 1
    if only:
        return BadBits(_value(only, names, "--mask-bits"), f"bad are bits {only}, as you say")
    if good:
        value = everything & ~_value(good, names, "--mask-good")
        return BadBits(value, f"bits {good} are not bad, as you say")
    harmless = [name for name in _HARMLESS if name in names]
    if not harmless:
        return BadBits()
    value = everything
    for name in harmless:
        value &= ~(1 << names[name])
    return BadBits(value, f"bits {', '.join(harmless)} are not bad; --mask-bits says otherwise")


def _value(text: str, names: Mapping[str, int], option: str) -> int:
    value = 0
    for part in filter(None, (piece.strip() for piece in re.split(r"[,|+\s]+", text))):
        span = _RANGE.match(part)
        if part.lower().startswith("0x"):
            try:
                value |= int(part, 16)
            except ValueError as error:
                raise InputError(f"{option}: {part} is no hexadecimal number") from error
            continue
        if span:
            numbers = range(int(span[1]), int(span[2]) + 1)
        elif part.isdigit():
            numbers = range(int(part), int(part) + 1)
        elif part.upper().removeprefix("MP_") in names:
            bit = names[part.upper().removeprefix("MP_")]
            numbers = range(bit, bit + 1)
        else:
            known = ", ".join(names) or "none in its header"
            raise InputError(f"{option}: no bit {part!r} in the mask; named bits: {known}")
        if not numbers or numbers[-1] > 62:
            raise InputError(f"{option}: wants bits from 0 to 62, found {part}")
        value |= sum(1 << number for number in numbers)
    return value & (2**63 - 1)
