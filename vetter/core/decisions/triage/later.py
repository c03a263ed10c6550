"""Candidates that were put off: when they are due again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from vetter.core.decisions.decision import Decision, utc_now

DUE_CODE = 5
"""Code, in place of that of 'later', of a candidate that is due again."""

_MJD_ZERO = datetime(1858, 11, 17, tzinfo=UTC)


def note_epochs(seen: str, epochs: int) -> str:
    """Return the text of what was on screen with the number of the object's epochs then."""
    record = _record(seen)
    record["epochs"] = epochs
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def due_since(decision: Decision, now: str, epochs: int, latest_mjd: float) -> str:
    """Return since when a candidate that was put off is due, as a word or time; '' if it is not.

    Parameters
    ----------
    decision : Decision
        The decision that put it off.
    now : str
        UTC in ISO 8601.
    epochs : int
        Number of the object's epochs in the list now.
    latest_mjd : float
        Time of its latest epoch; NaN if unknown.

    Notes
    -----
    A time decides if the decision has one. Else a new epoch does: more epochs than at the time
    of the decision, or where that is not known, one observed since.
    """
    if decision.until:
        return decision.until[:16].replace("T", " ") if now >= decision.until else ""
    known = _record(decision.seen).get("epochs")
    if isinstance(known, int) and not isinstance(known, bool):
        is_due = epochs > known
    else:
        is_due = latest_mjd > _to_mjd(decision.at)
    return "a new epoch" if is_due else ""


def time_after(days: float, now: str | None = None) -> str:
    """Return the UTC so many days from now, as decisions hold it."""
    start = _parse(utc_now() if now is None else now)
    assert start is not None  # utc_now() is such a time
    return f"{start + timedelta(days=days):%Y-%m-%dT%H:%M:%S}.000Z"


def _record(seen: str) -> dict[str, object]:
    try:
        record = json.loads(seen) if seen else {}
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _parse(at: str) -> datetime | None:
    try:
        return datetime.fromisoformat(at).replace(tzinfo=UTC)
    except ValueError:
        return None


def _to_mjd(at: str) -> float:
    """Return a time as MJD; NaN, which nothing is later than, if it is not one."""
    moment = _parse(at)
    return float("nan") if moment is None else (moment - _MJD_ZERO) / timedelta(days=1)
