"""Decisions and candidate lists made up for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vetter.core.decisions.decision import Decision, Verdict, new_id

if TYPE_CHECKING:
    from vetter.core.candidates.candidate_list import CandidateList

NAN = float("nan")
REVIEWER = "ada"


class Places(NamedTuple):
    """Keys and positions, of which events are made: a process that only writes needs no list."""

    keys: Any
    x: Any
    y: Any
    ra: Any
    dec: Any


def places(count: int = 6, **changes: Any) -> Places:
    """The keys and positions of :func:`listing`."""
    columns: dict[str, Any] = {
        "keys": np.array([f"c{row}" for row in range(count)]),
        "x": 100.0 * np.arange(count),
        "y": 50.0 * np.arange(count),
        "ra": 150 + 0.1 * np.arange(count),
        "dec": np.full(count, 20.0),
        **changes,
    }
    return Places(**columns)


def listing(count: int = 6, **changes: Any) -> CandidateList:
    """A list with keys c0, c1... 100 px and 0.1 degrees apart; ``changes`` replace columns."""
    from astropy.table import Table

    from vetter.core.candidates.candidate_list import CandidateList, Roles

    keys, *values = places(count, **changes)
    columns = (np.asarray(column, float) for column in values)
    named = dict(zip(("x", "y", "ra", "dec"), columns, strict=True))
    keys = np.asarray(keys)
    return CandidateList(Table({"id": keys}), Roles(key="id"), keys, **named)


def unplaced(count: int = 6, **changes: Any) -> dict[str, Any]:
    """Changes that take all positions from a list, but for those that are given."""
    nothing = np.full(count, NAN)
    return {"x": nothing, "y": nothing, "ra": nothing, "dec": nothing, **changes}


def event(
    candidates: CandidateList | Places, row: int, verdict: Verdict = Verdict.ACCEPT, **changes: Any
) -> Decision:
    """A decision on a row of a list, where it is in that list."""
    values: dict[str, Any] = {
        "id": new_id(),
        "seq": None,
        "key": str(candidates.keys[row]),
        "verdict": verdict,
        "tags": (),
        "comment": "",
        "reviewer": REVIEWER,
        "at": "2026-01-31T03:14:15.926Z",
        "seconds": 1.5,
        "x": float(candidates.x[row]),
        "y": float(candidates.y[row]),
        "ra": float(candidates.ra[row]),
        "dec": float(candidates.dec[row]),
    }
    return Decision(**{**values, **changes})
