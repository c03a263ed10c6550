"""Finding by a few letters: how well typed letters fit a text."""

from __future__ import annotations

_WORD_START = 8
_RUN = 4
_HIT = 1


def score(typed: str, text: str) -> int | None:
    """How well typed letters fit a text; larger is better, None where they do not.

    All letters have to occur in their order, case and blanks ignored. Letters at the start
    of a word and letters in a row count more; among equals the shorter text wins.

    Parameters
    ----------
    typed : str
        ``fv`` finds ``Fit view``; an empty text fits everything.
    text : str
        What is searched.
    """
    wanted, where = "".join(typed.lower().split()), text.lower()
    if not wanted:
        return 0
    best = max(
        (
            found
            for start in range(len(where))
            if where[start] == wanted[0] and (found := _from(wanted, where, start)) is not None
        ),
        default=None,
    )
    return None if best is None else best * 100 - len(where)


def _from(wanted: str, where: str, start: int) -> int | None:
    """The score when the first letter is taken at ``start``, the others as soon as may be."""
    total, place, before = 0, start, -2
    for letter in wanted:
        found = _next(letter, where, place, before)
        if found < 0:
            return None
        total += _HIT
        if found == before + 1:
            total += _RUN
        if found == 0 or not where[found - 1].isalnum():
            total += _WORD_START
        before, place = found, found + 1
    return total


def _next(letter: str, where: str, place: int, before: int) -> int:
    """Where a letter is taken: right after the last, else at a word's start, else anywhere."""
    if place < len(where) and where[place] == letter and before == place - 1:
        return place
    found = first = where.find(letter, place)
    while found >= 0:
        if found == 0 or not where[found - 1].isalnum():
            return found
        found = where.find(letter, found + 1)
    return first
