"""Unique names of candidates, columns, planes and fields, made by adding a number."""

from __future__ import annotations

from collections.abc import Callable, Container
from itertools import count


def numbered_name(
    name: str, taken: Container[str], mark: str = "_", fold: Callable[[str], str] = str
) -> str:
    """Return a name, or ``NAME_2``, ``NAME_3``... if the name is taken.

    Parameters
    ----------
    name : str
    taken : container of str
        Taken names, each as `fold` returns it.
    mark : str
        Text between name and number.
    fold : callable
        Maps names that count as equal to one text, as `str.casefold` does.
    """
    if fold(name) not in taken:
        return name
    numbered_names = (f"{name}{mark}{number}" for number in count(2))
    return next(numbered for numbered in numbered_names if fold(numbered) not in taken)
