"""Damage to files, the same for the same chance: bytes changed, moved, doubled, left out."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import re
import zlib
from collections.abc import Callable

_TOKENS = (
    *(b"\n", b"\r", b"\0", b'"', b"'", b",", b"{", b"}", b"[", b"]", b"<", b">", b"#", b"&", b"="),
    *(b"nan", b"inf", b"-inf", b"1e999", b"9" * 30, b"-1", b"0", b"\xff\xfe", b"\xc3", b"null"),
    *(b"true", b"../../etc/passwd", b"/dev/zero", b"%s%n", b"\x1f\x8b\x08", b"PAR1", b"Obj\x01"),
)
_NUMBERS = (
    *(b"0", b"1", b"-1", b"2", b"7", b"255", b"65536", b"2147483647", b"99999999999"),
    *(b"9223372036854775807", b"18446744073709551616", b"1E400", b"-1E-400", b"NAN", b"1.5", b"T"),
)
_CARD_VALUES = (*_NUMBERS, b"F", b"'abc'", b"''", b"'1PE(0)'", b"'10000000000E'", b"'RICE_1'", b"")
_DIGITS = re.compile(rb"\d+")
_STRUCTURE = re.compile(
    rb"(?:Z?BITPIX|Z?NAXIS\d*|[PG]COUNT|TFIELDS|THEAP|TFORM\d+|TDIM\d+|ZTILE\d|ZCMPTYPE) *= "
)
_CARD = 80
_UNPACKED_MOST = 4_000_000

Packing = tuple[bytes, Callable[[bytes], bytes], Callable[[bytes], bytes]]
PACKINGS: tuple[Packing, ...] = (
    (b"\x1f\x8b", gzip.decompress, lambda data: gzip.compress(data, 1, mtime=0)),
    (b"BZh", bz2.decompress, lambda data: bz2.compress(data, 1)),
    (b"\xfd7zXZ", lzma.decompress, lambda data: lzma.compress(data, preset=0)),
)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """A file's bytes with a few kinds of damage, most of it near the beginning.

    What is packed (gzip, bzip2, xz) is as often damaged inside and packed again.

    Parameters
    ----------
    content : bytes
        Of a file that is in order.
    chance : `random.Random`
        Decides all: the same state, the same damage.
    """
    packing = next((one for one in PACKINGS if content.startswith(one[0])), None)
    if packing is not None and chance.random() < 0.5:
        _, unpack, pack = packing
        try:
            return pack(_hurt(unpack(content), chance)[:_UNPACKED_MOST])
        except (OSError, EOFError, zlib.error, lzma.LZMAError):
            # Damaged already in the real file.
            pass
    return _hurt(content, chance)


def _hurt(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    # Headers, lengths and counts come first, and one byte of them does most.
    reach = chance.choice((300, 3000, 9000, len(data)))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        if not data:
            break
        ways = _WAYS + _FITS_WAYS * 2 if data.startswith(b"SIMPLE") else _WAYS
        chance.choice(ways)(data, min(reach, len(data)), chance)
    return bytes(data)


def _flip(data: bytearray, reach: int, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 4, 40))):
        data[chance.randrange(reach)] = chance.choice((0, 127, 128, 255, chance.randrange(256)))


def _flip_bits(data: bytearray, reach: int, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 4, 40))):
        data[chance.randrange(reach)] ^= 1 << chance.randrange(8)


def _print(data: bytearray, reach: int, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 4, 20))):
        data[chance.randrange(reach)] = chance.choice(b"0123456789 '/=-TF\n,")


def _cut_short(data: bytearray, reach: int, chance: random.Random) -> None:
    del data[chance.randrange(reach) :]


def _leave_out(data: bytearray, reach: int, chance: random.Random) -> None:
    place = chance.randrange(reach)
    del data[place : place + _length(chance)]


def _insert(data: bytearray, reach: int, chance: random.Random) -> None:
    place = chance.randrange(reach)
    data[place:place] = chance.choice((*_TOKENS, chance.randbytes(_length(chance))))


def _replace(data: bytearray, reach: int, chance: random.Random) -> None:
    place, token = chance.randrange(reach), chance.choice(_TOKENS)
    data[place : place + len(token)] = token


def _double(data: bytearray, reach: int, chance: random.Random) -> None:
    place = chance.randrange(reach)
    data[place:place] = data[place : place + _length(chance)] * chance.choice((1, 1, 9))


def _swap(data: bytearray, reach: int, chance: random.Random) -> None:
    length = min(_length(chance), max(1, reach // 2))
    one, other = (chance.randrange(max(1, reach - length + 1)) for _ in range(2))
    first, second = data[one : one + length], data[other : other + length]
    if abs(one - other) >= length:
        data[one : one + length], data[other : other + length] = second, first


def _number(data: bytearray, reach: int, chance: random.Random) -> None:
    """Another number in place of one that is written out."""
    found = [match.span() for match in _DIGITS.finditer(bytes(data[: min(reach, 20_000)]))]
    if found:
        start, stop = chance.choice(found)
        data[start:stop] = chance.choice(_NUMBERS)


def _card(data: bytearray, reach: int, chance: random.Random) -> None:
    """Another value in a card of a FITS header, at its place."""
    start = chance.randrange(min(reach, len(data))) // _CARD * _CARD
    if data[start + 8 : start + 10] == b"= ":
        value = chance.choice(_CARD_VALUES)
        data[start + 10 : start + _CARD] = value.rjust(20).ljust(_CARD - 10)


def _structure_card(data: bytearray, reach: int, chance: random.Random) -> None:
    """As `_card`, one of those that say how the data lie."""
    cards = _STRUCTURE.finditer(bytes(data))
    found = [match.start() for match in cards if match.start() % _CARD == 0]
    if found:
        start = chance.choice(found)
        value = chance.choice(_CARD_VALUES)
        data[start + 10 : start + _CARD] = value.rjust(20).ljust(_CARD - 10)


def _swap_cards(data: bytearray, reach: int, chance: random.Random) -> None:
    one, other = (chance.randrange(reach) // _CARD * _CARD for _ in range(2))
    first, second = data[one : one + _CARD], data[other : other + _CARD]
    if len(first) == len(second):
        data[one : one + _CARD], data[other : other + _CARD] = second, first


def _length(chance: random.Random) -> int:
    return chance.choice((1, 2, 8, 40, 80, 512, 2880))


_WAYS = (
    *(_flip, _flip_bits, _print, _cut_short, _leave_out, _insert, _replace, _double, _swap),
    _number,
)
_FITS_WAYS = (_card, _structure_card, _swap_cards)
