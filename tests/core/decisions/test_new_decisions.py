"""Events that change an opinion, and none where nothing changes."""

from __future__ import annotations

import pytest

from tests.helpers.decisions import REVIEWER, listing
from vetter.core.decisions.carry_over import Offer
from vetter.core.decisions.decision import How, Opinion, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide, decide_group, take_offers


@pytest.fixture
def ledger() -> Ledger:
    """The first candidate is accepted, the second is accepted by an arbiter."""
    made = Ledger(listing(), REVIEWER)
    for row in (0, 1):
        event = decide(made, row, verdict=Verdict.ACCEPT, as_arbiter=row == 1)
        assert event is not None
        made.apply(event)
    return made


@pytest.mark.parametrize(
    ("row", "changes", "how"),
    [
        (0, {"verdict": Verdict.ACCEPT}, None),
        (0, {"verdict": Verdict.ACCEPT, "as_arbiter": True}, How.ARBITER),
        (0, {"verdict": Verdict.ACCEPT, "anew": True}, How.SINGLE),
        (0, {"verdict": Verdict.REJECT}, How.SINGLE),
        (0, {"as_arbiter": True}, None),
        (0, {"tags": ()}, None),
        (0, {"tags": ["dipole"]}, How.SINGLE),
        (1, {"verdict": Verdict.ACCEPT, "as_arbiter": True}, None),
        (1, {"verdict": Verdict.ACCEPT}, How.SINGLE),
        (1, {"comment": "near a star"}, How.ARBITER),
        (1, {"comment": ""}, None),
    ],
)
def test_event_is_of_what_changes(
    ledger: Ledger, row: int, changes: dict[str, object], how: How | None
) -> None:
    event = decide(ledger, row, **changes)
    assert (event.how if event else None) is how
    assert event is None or (event.key, event.reviewer) == (f"c{row}", REVIEWER)


def test_time_spent_and_screen_are_noted(ledger: Ledger) -> None:
    plain = decide(ledger, 2, verdict=Verdict.MAYBE)
    noted = decide(ledger, 2, verdict=Verdict.MAYBE, seconds=2.5, seen="asinh")
    assert plain is not None and (plain.seconds, plain.seen) == (0, "")
    assert noted is not None and (noted.seconds, noted.seen) == (2.5, "asinh")


@pytest.mark.parametrize(
    ("as_arbiter", "rows", "how"), [(False, [2, 3], How.GROUP), (True, [0, 2, 3], How.ARBITER)]
)
def test_group_has_the_rows_that_change_once(
    ledger: Ledger, as_arbiter: bool, rows: list[int], how: How
) -> None:
    events = decide_group(ledger, [0, 1, 2, 3, 2], Verdict.ACCEPT, as_arbiter, seen="grid")
    assert [event.key for event in events] == [f"c{row}" for row in rows]
    assert {(event.how, event.seconds, event.seen) for event in events} == {(how, 0.0, "grid")}
    assert len({event.group for event in events}) == 1
    assert len({event.id for event in events}) == len(events)


def test_offer_of_the_same_opinion_makes_no_event(ledger: Ledger) -> None:
    opinions = {0: Opinion(Verdict.ACCEPT), 2: Opinion(Verdict.REJECT, ("ghost",))}
    offers = [Offer(f"old{row}", row, 0.5, "px", opinion) for row, opinion in opinions.items()]
    (event,) = take_offers(ledger, offers)
    assert (event.key, event.verdict, event.tags) == ("c2", Verdict.REJECT, ("ghost",))
    assert event.how is How.CARRIED and event.group
