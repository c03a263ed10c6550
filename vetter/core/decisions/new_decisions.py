"""Decisions about to be made: the whole new opinion, from what changes in the present one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

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
) -> Decision | None:
    """The event that changes what is given and keeps the rest of an opinion.

    None where nothing changes: no event, so that undo always takes back something that
    can be seen. The event is not applied: write it first, then apply it.
    """
    old = ledger.opinion(row)
    new = Opinion(
        old.verdict if verdict is None else verdict,
        old.tags if tags is None else tuple(tags),
        old.comment if comment is None else comment,
        seconds=seconds,
    )
    return _changed(ledger, row, new, How.SINGLE, None, utc_now())


def decide_group(ledger: Ledger, rows: Iterable[int], verdict: Verdict) -> list[Decision]:
    """The events that give one verdict to many as one step; none for those that have it."""
    chosen = np.array(list(dict.fromkeys(int(row) for row in rows)), np.intp)
    # A verdict is all that changes: who has it is left out before anything is made of them.
    chosen = chosen[ledger.codes[chosen] != verdict.code]
    group, at, listed = new_id(), utc_now(), ledger.candidates
    places = (axis[chosen].tolist() for axis in (listed.x, listed.y, listed.ra, listed.dec))
    events = []
    for identity, row, x, y, ra, dec in zip(
        new_ids(len(chosen)), chosen.tolist(), *places, strict=True
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
                how=How.GROUP,
                group=group,
                x=x,
                y=y,
                ra=ra,
                dec=dec,
            )
        )
    return events


def take_offers(ledger: Ledger, offers: Iterable[Offer]) -> list[Decision]:
    """The events that take over what an earlier list offers, as one step."""
    group, at = new_id(), utc_now()
    events = [
        _changed(ledger, offer.row, offer.opinion, How.CARRIED, group, at) for offer in offers
    ]
    return [event for event in events if event is not None]


def _changed(
    ledger: Ledger, row: int, new: Opinion, how: How, group: str | None, at: str
) -> Decision | None:
    old = ledger.opinion(row)
    if (old.verdict, old.tags, old.comment) == (new.verdict, new.tags, new.comment):
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
    )
