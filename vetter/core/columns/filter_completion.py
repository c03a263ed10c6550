"""Completion of a filter while it is typed: names of columns, and words of verdicts and answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vetter.core.columns.filter import Columns
from vetter.core.judgement.answer import Answer

VALUES = {
    "verdict": ("none", "accept", "reject", "maybe", "later", "due"),
    "answer": tuple(answer.value for answer in Answer),
    "disappeared": ("yes", "no", "not judged"),
}
"""Words of the columns that hold a few fixed ones, by column."""
MIN_LETTERS = 2
"""Number of letters of a column's name from which it is completed; one letter fits many."""

_VALUE = re.compile(r"""([^\s()<>=!~,"']+)\s*(?:==|!=|=)\s*(?:[^\s()]*,)?["']?([^"',()=]*)$""")
_WORD = re.compile(r"""(?:^|[\s(,!])([^\s()<>=!~,"']+)$""")


def complete_filter(expression: str, columns: Columns) -> list[str]:
    """Return the expressions that complete the last word of one, best first.

    Parameters
    ----------
    expression : str
        Filter in the language of `vetter.core.columns.filter`, as far as it is typed.
    columns : Columns
        Columns that the filter can name.

    Returns
    -------
    list of str
        Whole expressions; a value with a blank has quotes. Empty if nothing fits, or if the last
        word is complete.

    Examples
    --------
    >>> class Listed:
    ...     names = ("mag", "answer")
    ...     def find(self, word): return word
    >>> complete_filter("mag<19 ans", Listed())
    ['mag<19 answer=']
    >>> complete_filter("answer==no", Listed())
    ['answer==nothing', 'answer=="not judged"']
    """
    value = _VALUE.search(expression)
    if value is not None:
        words = _words_of(value.group(1), columns)
        fitting = _find_fitting(value.group(2), words)
        start = value.start(2)
        # A quotation mark before the word is replaced with the word.
        start -= expression[start - 1 : start] in ('"', "'")
        if fitting or " " not in value.group(2):
            return [expression[:start] + _quote(word) for word in fitting]
    word = _WORD.search(expression)
    if word is None or len(word.group(1)) < MIN_LETTERS:
        return []
    names = _find_fitting(word.group(1), columns.names)
    return [f"{expression[: word.start(1)]}{name}=" for name in names if name.isidentifier()]


def _words_of(column: str, columns: Columns) -> Sequence[str]:
    try:
        return VALUES.get(columns.find(column), ())
    except KeyError:
        return ()


def _find_fitting(typed: str, words: Sequence[str]) -> list[str]:
    """Return the words that begin with the typed text, ignoring case; none if it is complete."""
    folded = typed.lower()
    fitting = [word for word in words if word.lower().startswith(folded)]
    return [] if any(word.lower() == folded for word in fitting) else fitting


def _quote(word: str) -> str:
    return f'"{word}"' if " " in word else word
