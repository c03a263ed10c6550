"""Removal of test rows from whatever leaves a session: exports, counts, offers and merges."""

from __future__ import annotations

from collections.abc import Iterable

from vetter.core.decisions.decision import Decision
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.planted_row import ADDED_KINDS


def added_keys(rows: Iterable[PlantedRow], shown: Iterable[PlantedRow] = ()) -> frozenset[str]:
    """Return the keys of artificial sources and repeats.

    Known objects are not among them: they are candidates of the list itself.

    Parameters
    ----------
    rows : iterable of PlantedRow
        Test rows of a session.
    shown : iterable of PlantedRow, optional
        Test rows that the list at hand has itself; these stay.
    """
    own = {row.key for row in shown}
    return frozenset(row.key for row in rows if row.kind in ADDED_KINDS and row.key not in own)


def without_planted(
    decisions: Iterable[Decision],
    rows: Iterable[PlantedRow],
    shown: Iterable[PlantedRow] = (),
) -> list[Decision]:
    """Return the decisions without those on artificial sources and repeats; see `added_keys`."""
    keys = added_keys(rows, shown)
    if not keys:
        return list(decisions)
    return [decision for decision in decisions if decision.key not in keys]
