"""Events that a reviewer's verdicts, tags and comments become."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.decisions import REVIEWER, event, listing
from vetter import __version__
from vetter.core.decisions.carry_over import Offer
from vetter.core.decisions.decision import Decision, How, Opinion, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide, decide_group, take_offers

ACCEPT = {"verdict": Verdict.ACCEPT}


LATER = {"verdict": Verdict.LATER, "until": "2027-01-01T00:00:00.000Z"}


@pytest.fixture
def ledger() -> Ledger:
    """c1 accepted with a tag and a comment, c2 put off, c3 an arbiter's."""
    made = Ledger(listing(), REVIEWER)
    for row, changes in (
        (1, {"verdict": Verdict.ACCEPT, "tags": ("a",), "comment": "x"}),
        (2, LATER),
        (3, {"verdict": Verdict.REJECT, "how": How.ARBITER}),
    ):
        made.apply(event(listing(), row, **changes))
    return made


def parts(made: Decision | None) -> tuple[Any, ...]:
    assert made is not None
    return made.verdict, made.tags, made.comment, made.until, made.how


@pytest.mark.parametrize(
    ("row", "changes", "found"),
    [
        (0, {"verdict": Verdict.MAYBE}, (Verdict.MAYBE, (), "", "", How.SINGLE)),
        (1, {"verdict": Verdict.REJECT}, (Verdict.REJECT, ("a",), "x", "", How.SINGLE)),
        (1, {"tags": ["b", "c"]}, (Verdict.ACCEPT, ("b", "c"), "x", "", How.SINGLE)),
        (1, {"tags": []}, (Verdict.ACCEPT, (), "x", "", How.SINGLE)),
        (1, {"comment": ""}, (Verdict.ACCEPT, ("a",), "", "", How.SINGLE)),
        (1, LATER, (Verdict.LATER, ("a",), "x", LATER["until"], How.SINGLE)),
        # A verdict drops the time, a tag keeps it.
        (2, {"verdict": Verdict.ACCEPT}, (Verdict.ACCEPT, (), "", "", How.SINGLE)),
        (2, {"verdict": Verdict.LATER}, (Verdict.LATER, (), "", "", How.SINGLE)),
        (2, {"tags": ["b"]}, (Verdict.LATER, ("b",), "", LATER["until"], How.SINGLE)),
        (2, {"until": "2028"}, (Verdict.LATER, (), "", "2028", How.SINGLE)),
        # An arbiter's verdict stays one with a comment, and is a reviewer's with a new verdict.
        (3, {"comment": "y"}, (Verdict.REJECT, (), "y", "", How.ARBITER)),
        (3, {"verdict": Verdict.ACCEPT}, (Verdict.ACCEPT, (), "", "", How.SINGLE)),
        (3, {"verdict": Verdict.REJECT}, (Verdict.REJECT, (), "", "", How.SINGLE)),
        (
            1,
            {"verdict": Verdict.ACCEPT, "as_arbiter": True},
            (Verdict.ACCEPT, ("a",), "x", "", How.ARBITER),
        ),
        (
            1,
            {"verdict": Verdict.ACCEPT, "anew": True},
            (Verdict.ACCEPT, ("a",), "x", "", How.SINGLE),
        ),
        (1, {"comment": "z", "as_arbiter": True}, (Verdict.ACCEPT, ("a",), "z", "", How.SINGLE)),
    ],
)
def test_event_changes_what_is_given_and_keeps_the_rest(
    ledger: Ledger, row: int, changes: dict[str, Any], found: tuple[Any, ...]
) -> None:
    assert parts(decide(ledger, row, **changes)) == found


@pytest.mark.parametrize(
    ("row", "changes"),
    [
        (0, {}),
        (0, {"verdict": Verdict.NONE}),
        (1, {"verdict": Verdict.ACCEPT}),
        (1, {"tags": ["a"], "comment": "x"}),
        (2, {"verdict": Verdict.LATER, "until": LATER["until"]}),
        (3, {"verdict": Verdict.REJECT, "as_arbiter": True}),
    ],
)
def test_nothing_new_is_no_event(ledger: Ledger, row: int, changes: dict[str, Any]) -> None:
    assert decide(ledger, row, **changes) is None


def test_event_says_who_and_where() -> None:
    ledger = Ledger(listing(), REVIEWER)
    made = decide(ledger, 4, verdict=Verdict.ACCEPT, seconds=2.5, seen="{}")
    assert made is not None
    assert (made.key, made.reviewer, made.seconds, made.seen) == ("c4", REVIEWER, 2.5, "{}")
    assert (made.x, made.y, made.ra, made.dec) == (400, 200, pytest.approx(150.4), 20)
    assert (made.program, made.seq, made.group, made.undoes) == (__version__, None, None, None)
    plain = decide(ledger, 4, verdict=Verdict.ACCEPT)
    assert plain is not None and plain.seen == "" and plain.seconds == 0 and plain.id != made.id


def test_group_leaves_out_who_has_the_verdict(ledger: Ledger) -> None:
    made = decide_group(ledger, [3, 1, 0, 1, 2], Verdict.ACCEPT, seen="{}")
    assert [one.key for one in made] == ["c3", "c0", "c2"]
    assert {(one.how, one.group == made[0].group, one.seen) for one in made} == {
        (How.GROUP, True, "{}")
    }
    assert {one.verdict for one in made} == {Verdict.ACCEPT} and len({one.id for one in made}) == 3
    assert made[2].until == "" and made[0].seconds == 0 and made[0].program == __version__
    assert (made[0].x, made[0].y, made[0].dec) == (300, 150, 20)
    kept = decide_group(ledger, [1], Verdict.REJECT)[0]
    assert (kept.tags, kept.comment, kept.reviewer, kept.seen) == (("a",), "x", REVIEWER, "")


def test_arbiter_settles_also_who_has_the_verdict(ledger: Ledger) -> None:
    made = decide_group(ledger, [0, 1, 3], Verdict.REJECT, as_arbiter=True)
    assert [(one.key, one.how) for one in made] == [("c0", How.ARBITER), ("c1", How.ARBITER)]
    assert decide_group(ledger, [1], Verdict.ACCEPT) == []
    assert len(decide_group(ledger, [1], Verdict.ACCEPT, as_arbiter=True)) == 1


def test_offers_taken_are_one_step_of_what_is_new(ledger: Ledger) -> None:
    given = Opinion(Verdict.REJECT, ("t",), "y", seconds=4.0)
    same = ledger.opinion(1)
    offers = [
        Offer(**{**dict.fromkeys(Offer._fields), "row": row, "opinion": opinion})
        for row, opinion in ((0, given), (1, same), (4, given))
    ]
    made = take_offers(ledger, offers)
    assert [
        (one.key, one.how, one.verdict, one.tags, one.comment, one.seconds) for one in made
    ] == [(key, How.CARRIED, Verdict.REJECT, ("t",), "y", 4.0) for key in ("c0", "c4")]
    assert made[0].group == made[1].group is not None and made[0].at == made[1].at


@pytest.fixture
def judged() -> Ledger:
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
    judged: Ledger, row: int, changes: dict[str, object], how: How | None
) -> None:
    event = decide(judged, row, **changes)
    assert (event.how if event else None) is how
    assert event is None or (event.key, event.reviewer) == (f"c{row}", REVIEWER)


def test_time_spent_and_screen_are_noted(judged: Ledger) -> None:
    plain = decide(judged, 2, verdict=Verdict.MAYBE)
    noted = decide(judged, 2, verdict=Verdict.MAYBE, seconds=2.5, seen="asinh")
    assert plain is not None and (plain.seconds, plain.seen) == (0, "")
    assert noted is not None and (noted.seconds, noted.seen) == (2.5, "asinh")


@pytest.mark.parametrize(
    ("as_arbiter", "rows", "how"), [(False, [2, 3], How.GROUP), (True, [0, 2, 3], How.ARBITER)]
)
def test_group_has_the_rows_that_change_once(
    judged: Ledger, as_arbiter: bool, rows: list[int], how: How
) -> None:
    events = decide_group(judged, [0, 1, 2, 3, 2], Verdict.ACCEPT, as_arbiter, seen="grid")
    assert [event.key for event in events] == [f"c{row}" for row in rows]
    assert {(event.how, event.seconds, event.seen) for event in events} == {(how, 0.0, "grid")}
    assert len({event.group for event in events}) == 1
    assert len({event.id for event in events}) == len(events)


def test_offer_of_the_same_opinion_makes_no_event(judged: Ledger) -> None:
    opinions = {0: Opinion(Verdict.ACCEPT), 2: Opinion(Verdict.REJECT, ("ghost",))}
    offers = [Offer(f"old{row}", row, 0.5, "px", opinion) for row, opinion in opinions.items()]
    (event,) = take_offers(judged, offers)
    assert (event.key, event.verdict, event.tags) == ("c2", Verdict.REJECT, ("ghost",))
    assert event.how is How.CARRIED and event.group
