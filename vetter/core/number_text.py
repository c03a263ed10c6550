"""Numbers of things in words."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """A number and what it counts: ``1 candidate``, ``12,300 candidates``.

    Parameters
    ----------
    number : int
    one : str
        What one is called; more words may follow, as in ``candidate has no position``.
    many : str
        What any other number of them is called; empty for `one` with an s.

    Returns
    -------
    str
        Thousands are set apart by commas.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def all_of(count: int, noun: str) -> str:
    """``both epochs``, ``all 3 epochs``: more than one, none left out."""
    return f"both {noun}s" if count == 2 else f"all {counted(count, noun)}"
