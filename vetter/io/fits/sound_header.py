"""Headers without the cards that cannot be read: whoever asks for one of these would fail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vetter.core.library_warnings import quiet

if TYPE_CHECKING:
    from astropy.io.fits import Header

_CARD = 80
# Cards of which it is certain, so that astropy, which takes 50 us for one, is not asked.
_SOUND = re.compile(
    rb"(?:[A-Z0-9_-]{1,8} *= |HIERARCH [A-Z0-9_ -]+ = )"
    rb" *(?:'(?:[^']|'')*'|[TF]|[+-]?\d+(?:\.\d*)?(?:[ED][+-]?\d+)?)? *(?:/[ -~]*)?"
    rb"|(?:COMMENT|HISTORY|       ) [ -~]*|CONTINUE  '[ -~]*|END *"
)


def sound_header(header: Header, raw: bytes) -> Header:
    """A copy of a header, without the cards whose value cannot be made out or written again.

    What astropy can mend becomes text.

    Parameters
    ----------
    header : `~astropy.io.fits.Header`
    raw : bytes
        The header as the file has it.
    """
    with quiet():
        copied = header.copy()
        cards = _cards_of(raw)
        # astropy drops some cards, and translates those of compressed images: then all are asked.
        asked = range(len(copied)) if len(cards) != len(copied) else _unsound(copied, cards)
        lost = {number for number in asked if not _can_be_read(copied, number)}
        if not lost:
            return copied
        # Built in one go: each removal from a Header renumbers all its cards.
        kept = [card for number, card in enumerate(copied.cards) if number not in lost]
        return type(copied)(kept)


def _cards_of(raw: bytes) -> list[bytes]:
    """Return the cards of a header without its END, each with those that continue it."""
    cards: list[bytes] = []
    for start in range(0, len(raw), _CARD):
        card = raw[start : start + _CARD]
        if card[:8] == b"END     ":
            break
        if card.startswith(b"CONTINUE") and cards:
            cards[-1] += card
        else:
            cards.append(card)
    return cards


def _unsound(header: Header, cards: list[bytes]) -> list[int]:
    """Return the numbers of the cards that astropy has to be asked about."""
    return [
        number
        for number, (keyword, card) in enumerate(zip(header, cards, strict=True))
        if not card.startswith(keyword.encode()) or not is_sound(card)
    ]


def is_sound(raw: bytes) -> bool:
    """Whether each card of a header is certainly one that can be read."""
    return all(_SOUND.fullmatch(raw, start, start + _CARD) for start in range(0, len(raw), _CARD))


def _can_be_read(header: Header, number: int) -> bool:
    from astropy.io.fits import VerifyError

    try:
        card = header.cards[number]
        # Written out, it is parsed whole, and mended where that can be.
        return bool(str(card)) and isinstance(card.keyword, str) and card.value is not card
    except (VerifyError, ValueError, TypeError):
        return False
