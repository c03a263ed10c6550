"""FITS header cards as text: eighty columns each, long strings continued."""

from __future__ import annotations

import re

Plain = None | bool | int | float | str

_SHORT = re.compile(r"[A-Z0-9_-]{1,8}")


def format_card(keyword: str, value: Plain) -> str:
    """One keyword as one or more cards of 80 columns.

    Parameters
    ----------
    keyword : str
        Upper case; longer than eight characters, or with blanks or points, it goes by the
        HIERARCH convention.
    value : None, bool, int, float or str
        Finite or -inf, which is written as a number below the range (``-1E999``) that reads
        as -inf; strings of printable ASCII, of any length (CONTINUE).
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
    """``quoted`` has its quotes doubled; a pair is never parted."""
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
