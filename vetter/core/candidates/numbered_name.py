"""Names that are told apart by a number, of candidates, columns, planes and fields."""

from __future__ import annotations

from collections.abc import Callable, Container
from itertools import count


def numbered_name(
    wanted: str, taken: Container[str], mark: str = "_", fold: Callable[[str], str] = str
) -> str:
    """Return a name, or ``NAME_2``, ``NAME_3``... where it is taken.

    Parameters
    ----------
    wanted : str
    taken : container of str
        Names that are taken, as `fold` makes them.
    mark : str
        What stands between name and number.
    fold : callable
        Makes equal what may not stand side by side, as `str.casefold` does.
    """
    if fold(wanted) not in taken:
        return wanted
    names = (f"{wanted}{mark}{number}" for number in count(2))
    return next(name for name in names if fold(name) not in taken)
