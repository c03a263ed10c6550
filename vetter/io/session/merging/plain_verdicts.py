"""Verdicts of a session without their decisions, where the last one of each reviewer holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from vetter.core.decisions.decision import How
from vetter.io.session.database import SessionDatabase
from vetter.io.session.merging.parts import are_sound

_MAX_NUMBER = 1e30
"""1e30, as in `vetter.io.session.format.rows`: larger numbers are none."""


class PlainVerdicts(NamedTuple):
    """Verdicts of all events, oldest first; an undo or redo holds the verdict that it returns to.

    Attributes
    ----------
    keys, reviewers, verdicts : tuple of str
    """

    keys: tuple[str, ...]
    reviewers: tuple[str, ...]
    verdicts: tuple[str, ...]


def read_plain_verdicts(database: SessionDatabase, is_sound: bool = False) -> PlainVerdicts | None:
    """Return the verdicts if each candidate has one place in all events, and no arbiter decided.

    Otherwise a ledger has to say which events hold: None. A million events take 2 s, a quarter of
    the time that their decisions and ledgers take.

    Parameters
    ----------
    database : SessionDatabase
    is_sound : bool
        Whether the values of all events are known to be such as the program writes.

    Raises
    ------
    VetterError
    """
    if not is_sound and not are_sound(database):
        return None
    if database.read("SELECT 1 FROM decisions WHERE how = ? LIMIT 1", (How.ARBITER.value,)):
        return None
    if not _have_one_place(database.read("SELECT DISTINCT key, x, y, ra, dec FROM decisions")):
        return None
    rows = database.read("SELECT key, reviewer, verdict FROM decisions ORDER BY seq")
    return PlainVerdicts(*zip(*rows, strict=True)) if rows else PlainVerdicts((), (), ())


def _have_one_place(places: Iterable[tuple[Any, ...]]) -> bool:
    """Return whether each key is there once, with whole and finite coordinates or none."""
    seen = set()
    for key, x, y, ra, dec in places:
        halves = (x is None) != (y is None) or (ra is None) != (dec is None)
        if key in seen or halves:
            return False
        if not all(abs(value) < _MAX_NUMBER for value in (x, y, ra, dec) if value is not None):
            return False
        seen.add(key)
    return True
