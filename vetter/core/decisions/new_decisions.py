"""New decisions, which hold the whole new opinion: the present one with its changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from vetter import __version__
from vetter.core.decisions.carry_over import Offer
from vetter.core.decisions.decision import (
    Decision,
    How,
    Opinion,
    Verdict,
    new_id,
    new_ids,
    utc_now,
)
from vetter.core.decisions.ledger import Ledger


def decide(
    ledger: Ledger,
    row: int,
    *,
    verdict: Verdict | None = None,
    tags: Sequence[str] | None = None,
    comment: str | None = None,
    seconds: float = 0.0,
    until: str | None = None,
    seen: str = "",
    as_arbiter: bool = False,
    anew: bool = False,
) -> Decision | None:
    """Return the event that changes the given parts of an opinion and keeps the others.

    None if nothing changes, so that undo always takes back something visible; ``anew`` returns an
    event all the same, as for a candidate that is due and put off once more. The event is not
    applied here: the caller writes the event first, then applies it. ``until`` belongs to a
    verdict 'later'; another verdict drops it. ``seen`` describes what was on screen.
    ``as_arbiter`` gives the verdict as arbiter, also if it is the reviewer's own already; a
    later tag or comment leaves it an arbiter's.
    """
    old = ledger.opinion(row)
    if until is None:
        until = old.until if verdict is None else ""
    new = Opinion(
        old.verdict if verdict is None else verdict,
        old.tags if tags is None else tuple(tags),
        old.comment if comment is None else comment,
        seconds=seconds,
        until=until,
    )
    is_arbitrated = ledger.is_arbitrated(row)
    as_arbiter = is_arbitrated if verdict is None else as_arbiter
    how = How.ARBITER if as_arbiter else How.SINGLE
    is_new = anew or (verdict is not None and as_arbiter != is_arbitrated)
    event = _make_decision(ledger, row, new, how, None, utc_now(), is_new)
    return event._replace(seen=seen) if event is not None and seen else event


def decide_group(
    ledger: Ledger,
    rows: Iterable[int],
    verdict: Verdict,
    as_arbiter: bool = False,
    seen: str = "",
) -> list[Decision]:
    """Return the events, as one step, that give a verdict to all rows that do not have it yet.

    With ``as_arbiter`` the verdict is given as arbiter, see `decide`; ``seen`` is that of each.
    """
    chosen = np.array(list(dict.fromkeys(int(row) for row in rows)), np.intp)
    # Only the verdict changes: rows that have it are dropped before events are built.
    is_new = ledger.codes[chosen] != verdict.code
    if as_arbiter:
        is_new |= ~np.isin(chosen, ledger.arbitrated_rows())
    chosen = chosen[is_new]
    group, at, listed = new_id(), utc_now(), ledger.candidates
    positions = (axis[chosen].tolist() for axis in (listed.x, listed.y, listed.ra, listed.dec))
    events = []
    for identity, row, x, y, ra, dec in zip(
        new_ids(len(chosen)), chosen.tolist(), *positions, strict=True
    ):
        old, key = ledger.opinion(row), str(listed.keys[row])
        events.append(
            Decision(
                id=identity,
                seq=None,
                key=key,
                verdict=verdict,
                tags=old.tags,
                comment=old.comment,
                reviewer=ledger.reviewer,
                at=at,
                seconds=0.0,
                how=How.ARBITER if as_arbiter else How.GROUP,
                group=group,
                x=x,
                y=y,
                ra=ra,
                dec=dec,
                program=__version__,
                seen=seen,
            )
        )
    return events


def take_offers(ledger: Ledger, offers: Iterable[Offer]) -> list[Decision]:
    """Return the events, as one step, that take over opinions offered from an earlier list."""
    group, at = new_id(), utc_now()
    events = [
        _make_decision(ledger, offer.row, offer.opinion, How.CARRIED, group, at) for offer in offers
    ]
    return [event for event in events if event is not None]


def _make_decision(
    ledger: Ledger,
    row: int,
    new: Opinion,
    how: How,
    group: str | None,
    at: str,
    is_new: bool = False,
) -> Decision | None:
    old = ledger.opinion(row)
    before = (old.verdict, old.until, old.tags, old.comment)
    if not is_new and before == (new.verdict, new.until, new.tags, new.comment):
        return None
    listed = ledger.candidates
    return Decision(
        id=new_id(),
        seq=None,
        key=str(listed.keys[row]),
        verdict=new.verdict,
        tags=new.tags,
        comment=new.comment,
        reviewer=ledger.reviewer,
        at=at,
        seconds=new.seconds,
        how=how,
        group=group,
        x=float(listed.x[row]),
        y=float(listed.y[row]),
        ra=float(listed.ra[row]),
        dec=float(listed.dec[row]),
        program=__version__,
        until=new.until,
    )
