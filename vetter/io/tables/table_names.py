"""Column names made fit for a table: none empty, none twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vetter.errors import InputError

MOST_COLUMNS = 10_000


def too_many(path: Path, count: int) -> InputError:
    """What is said of a file with more columns than can be read."""
    return InputError(
        f"{path}: wanted a list of candidates, found {count} columns; {MOST_COLUMNS} are the most "
        "that can be read"
    )


def unique_names(names: Sequence[str], label: str) -> tuple[tuple[str, ...], str]:
    """Names of which none is empty and none stands twice, and what is to be said of that.

    Parameters
    ----------
    names : sequence of str
        As they stand in the file.
    label : str
        The file, for the note.

    Returns
    -------
    names : tuple of str
        The second ``mag`` is ``mag_2``; the fifth column without a name is ``col5``.
    note : str
        Names that stood more than once; empty where none did.
    """
    taken = set(names)
    seen: set[str] = set()
    out: list[str] = []
    repeated: list[str] = []
    for number, name in enumerate(names, 1):
        new = name or f"col{number}"
        copy = 1
        while new in seen or (copy > 1 and new in taken):
            copy += 1
            new = f"{name or f'col{number}'}_{copy}"
        if copy > 1 and name:
            repeated.append(new)
        seen.add(new)
        out.append(new)
    if not repeated:
        return tuple(out), ""
    shown = ", ".join(repeated[:5]) + (" and more" if len(repeated) > 5 else "")
    return tuple(out), f"{label}: columns of one name are told apart: {shown}"
