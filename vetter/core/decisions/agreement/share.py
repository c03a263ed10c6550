"""Share of a candidate list that a session shows, as its record of the inputs holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from vetter.errors import InputError

SHARE = "share"
"""Entry of a source's record that holds a `Share`."""


class Share(NamedTuple):
    """Candidates of one share, or of several that were merged.

    Attributes
    ----------
    numbers : tuple of int
        Numbers of the shares, from 1; empty for shares of different splits.
    of : int
        Number of shares that the list was split into.
    keys : frozenset of str or None
        Keys of the candidates; None for all of the list.
    overlap : frozenset of str
        Keys that more than one share holds.
    """

    numbers: tuple[int, ...]
    of: int
    keys: frozenset[str] | None
    overlap: frozenset[str]

    @property
    def title(self) -> str:
        """Text for the window: ``share 2 of 5``; empty for all shares."""
        if self.keys is None:
            return ""
        if not self.numbers:
            return "merged shares"
        word = "share" if len(self.numbers) == 1 else "shares"
        return f"{word} {', '.join(map(str, self.numbers))} of {self.of}"

    def as_plain(self) -> dict[str, Any]:
        """Return plain types for a source's record."""
        return {
            "numbers": list(self.numbers),
            "of": self.of,
            "keys": None if self.keys is None else sorted(self.keys),
            "overlap": sorted(self.overlap),
        }

    @classmethod
    def from_plain(cls, value: Any) -> Share:
        """Return the share of a record; raise InputError for other values."""
        try:
            keys = value["keys"]
            share = cls(
                tuple(int(number) for number in value["numbers"]),
                int(value["of"]),
                None if keys is None else frozenset(_texts(keys)),
                frozenset(_texts(value["overlap"])),
            )
        except (KeyError, TypeError, ValueError):
            raise InputError("the record of its share is damaged; split the list again") from None
        return share


def _texts(values: Any) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError("no list of texts")
    return values


def share_of_record(record: Mapping[str, Any]) -> Share | None:
    """Return the share that a source's record describes; None for a whole list."""
    return Share.from_plain(record[SHARE]) if SHARE in record else None


def join_shares(shares: Sequence[Share], has_whole: bool = False) -> Share:
    """Return the share that holds all those of several sessions of one list.

    Parameters
    ----------
    shares : sequence of Share
    has_whole : bool
        Whether another session has the whole list.

    Examples
    --------
    >>> one = Share((1,), 2, frozenset("ab"), frozenset("b"))
    >>> join_shares([one, Share((2,), 2, frozenset("bc"), frozenset("b"))])
    Share(numbers=(1, 2), of=2, keys=None, overlap=frozenset({'b'}))
    """
    splits = {share.of for share in shares}
    of = splits.pop() if len(splits) == 1 else 0
    numbers = sorted({number for share in shares for number in share.numbers}) if of else []
    is_all = has_whole or numbers == list(range(1, of + 1)) != []
    overlap = {key for share in shares for key in share.overlap}
    held: set[str] = set()
    for keys in dict.fromkeys(share.keys for share in shares):
        is_all |= keys is None
        overlap |= held & (keys or frozenset())
        held |= keys or frozenset()
    return Share(tuple(numbers), of, None if is_all else frozenset(held), frozenset(overlap))
