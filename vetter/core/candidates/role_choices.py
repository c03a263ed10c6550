"""Columns that might play a part as well as the one that was taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vetter.core.candidates.candidate_list import ROLE_NAMES, Roles
from vetter.core.candidates.column_names import NAMES
from vetter.core.candidates.column_roles import fits_role, normal, partners

_MOST = 4


def other_choices(
    names: Sequence[str], roles: Roles, units: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """What else might have been taken, one line for each part with a choice.

    Parameters
    ----------
    names : sequence of str
        The table's columns.
    roles : Roles
        What was taken.
    units : mapping, optional
        Of the columns, as text.
    """
    units = units or {}
    used = {getattr(roles, role) for role in ROLE_NAMES}
    by_normal: dict[str, list[str]] = {}
    for name in names:
        if name not in used:
            by_normal.setdefault(normal(name), []).append(name)
    said: list[str] = []
    for first, second in (("x", "y"), ("ra", "dec")):
        taken = getattr(roles, first), getattr(roles, second)
        if None in taken or by_normal.keys().isdisjoint(NAMES[first]):
            continue
        others = [
            f"{a}, {b}"
            for one, other in partners(first, second)
            for a, b in zip(by_normal.get(one, []), by_normal.get(other, []), strict=False)
            if fits_role(first, units.get(a, "")) and fits_role(second, units.get(b, ""))
        ]
        if others:
            said.append(_sentence("positions", ", ".join(taken), others))
    for role, word in (("key", "identities"), ("mag", "magnitudes")):
        found = [name for known in NAMES[role] for name in by_normal.get(known, [])]
        column = getattr(roles, role)
        if column and found:
            said.append(_sentence(word, column, found))
    return tuple(said)


def _sentence(word: str, taken: str, others: Sequence[str]) -> str:
    rest = "; ".join(others[:_MOST]) + (" and more" if len(others) > _MOST else "")
    return f"{word} are taken from {taken}; they might be {rest}"
