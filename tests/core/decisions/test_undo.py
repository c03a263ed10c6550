"""Decide, undo, redo and restart in any order, against a model that keeps whole pictures."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.helpers.decisions import REVIEWER, event, listing
from vetter.core.decisions.decision import Decision, How, Opinion, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide, decide_group
from vetter.core.decisions.undo import make_return_events, step_label, step_report

COUNT = 4
ROWS = st.integers(0, COUNT - 1)
VERDICTS = st.sampled_from(list(Verdict))


class DecidingMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger(listing(COUNT), REVIEWER)
        self.events: list[Decision] = []
        self.done: list[tuple[Opinion, ...]] = []
        self.undone: list[tuple[Opinion, ...]] = []

    def picture(self) -> tuple[Opinion, ...]:
        return tuple(self.ledger.opinion(row) for row in range(COUNT))

    def record(self, events: list[Decision]) -> None:
        if events:
            self.done.append(self.picture())
            self.undone.clear()
            self.write(events)

    def write(self, events: list[Decision]) -> None:
        self.events += events
        self.ledger.replay(events)

    @rule(row=ROWS, verdict=VERDICTS)
    def say(self, row: int, verdict: Verdict) -> None:
        event = decide(self.ledger, row, verdict=verdict)
        self.record([event] if event else [])

    @rule(row=ROWS, tags=st.sets(st.sampled_from("ab")), comment=st.sampled_from(["", "x"]))
    def annotate(self, row: int, tags: set[str], comment: str) -> None:
        event = decide(self.ledger, row, tags=sorted(tags), comment=comment)
        self.record([event] if event else [])

    @rule(rows=st.lists(ROWS, min_size=1), verdict=VERDICTS)
    def say_of_many(self, rows: list[int], verdict: Verdict) -> None:
        self.record(decide_group(self.ledger, rows, verdict))

    @rule()
    def undo(self) -> None:
        events = self.ledger.undo_step()
        assert bool(events) == bool(self.done)
        if events:
            self.undone.append(self.picture())
            self.write(events)
            assert self.picture() == self.done.pop()

    @rule()
    def redo(self) -> None:
        events = self.ledger.redo_step()
        assert bool(events) == bool(self.undone)
        if events:
            self.done.append(self.picture())
            self.write(events)
            assert self.picture() == self.undone.pop()

    @rule()
    def restart(self) -> None:
        before: tuple[Any, ...] = (
            self.picture(),
            self.ledger.undo_label,
            self.ledger.redo_label,
            self.ledger.counts(),
        )
        self.ledger = Ledger(listing(COUNT), REVIEWER)
        self.ledger.replay(self.events)
        assert before == (
            self.picture(),
            self.ledger.undo_label,
            self.ledger.redo_label,
            self.ledger.counts(),
        )

    @invariant()
    def counts_are_those_of_the_codes(self) -> None:
        counts = self.ledger.counts()
        codes = self.ledger.codes.tolist()
        assert list(counts)[5:0:-1] == [codes.count(code) for code in (0, 4, 3, 2, 1)]
        assert codes == [opinion.verdict.code for opinion in self.picture()]


DecidingMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestDeciding = DecidingMachine.TestCase


def test_report_of_group_tells_verdict_and_number() -> None:
    ledger = Ledger(listing(), REVIEWER)
    ledger.replay(decide_group(ledger, [0, 2, 3], Verdict.REJECT))
    assert ledger.last_report == "rejected 3 candidates"


def test_tag_has_no_report() -> None:
    ledger = Ledger(listing(), REVIEWER)
    decision = decide(ledger, 1, tags=("dipole",))
    assert decision is not None
    ledger.apply(decision)
    assert ledger.last_report == "" and ledger.remarked_rows() == [1]


def change(row: int, before: dict[str, Any] | None, after: dict[str, Any]) -> tuple[int, Any, Any]:
    listed = listing()
    made = [
        None if one is None else event(listed, row, **{"verdict": Verdict.NONE, **one})
        for one in (before, after)
    ]
    return row, made[0], made[1]


ACCEPT, REJECT = {"verdict": Verdict.ACCEPT}, {"verdict": Verdict.REJECT}


@pytest.mark.parametrize(
    ("step", "label", "report"),
    [
        ([change(1, None, ACCEPT)], "accept of c1", "accepted c1"),
        ([change(1, ACCEPT, REJECT)], "reject of c1", "rejected c1"),
        ([change(1, None, {"verdict": Verdict.MAYBE})], "maybe of c1", "maybe: c1"),
        ([change(1, None, {"verdict": Verdict.LATER})], "later of c1", "put off c1"),
        ([change(1, ACCEPT, {})], "clearing of c1", "cleared c1"),
        (
            [change(1, None, {**ACCEPT, "how": How.CARRIED})],
            "carried accept of c1",
            "carried over: c1",
        ),
        ([change(1, None, {"tags": ("a",)})], "tag 'a' on c1", ""),
        ([change(1, {"tags": ("a",)}, {"tags": ("a", "b")})], "tag 'b' on c1", ""),
        ([change(1, {"tags": ("a", "b")}, {"tags": ("b",)})], "removal of tag 'a' from c1", ""),
        ([change(1, {"tags": ("a",)}, {"tags": ("b",)})], "tags of c1", ""),
        ([change(1, {"tags": ("a", "b")}, {})], "tags of c1", ""),
        ([change(1, {"until": "1"}, {"until": "2"})], "time of c1", ""),
        ([change(1, None, {"comment": "x"})], "comment on c1", ""),
        ([change(1, {"comment": "x"}, {})], "removal of the comment on c1", ""),
        ([change(1, None, {})], "decision on c1", ""),
        # Of several changes of one candidate, the first and the last count.
        ([change(1, None, ACCEPT), change(1, ACCEPT, REJECT)], "reject of c1", "decided c1"),
        ([change(1, ACCEPT, REJECT), change(1, REJECT, ACCEPT)], "decision on c1", ""),
        (
            [change(0, None, REJECT), change(1, None, REJECT)],
            "reject of 2 candidates",
            "rejected 2 candidates",
        ),
        (
            [change(0, None, {}), change(1, ACCEPT, {})],
            "clearing of 2 candidates",
            "cleared 2 candidates",
        ),
        (
            [change(0, None, REJECT), change(1, None, ACCEPT)],
            "decisions on 2 candidates",
            "decided 2 candidates",
        ),
        (
            [change(row, None, {**ACCEPT, "how": How.CARRIED}) for row in (0, 1)],
            "carried accept of 2 candidates",
            "carried over: 2 candidates",
        ),
        (
            [
                change(0, None, {**ACCEPT, "how": How.CARRIED}),
                change(1, None, {**REJECT, "how": How.CARRIED}),
            ],
            "carried decisions on 2 candidates",
            "carried over: 2 candidates",
        ),
    ],
)
def test_step_is_told_in_words(step: list[Any], label: str, report: str) -> None:
    assert step_label(step, lambda row: f"c{row}") == label
    assert step_report(step, lambda row: f"c{row}") == report


@pytest.mark.parametrize(
    ("how", "verdict", "until"), [(How.UNDO, Verdict.NONE, ""), (How.REDO, Verdict.LATER, "2")]
)
def test_events_of_a_return_hold_the_whole_opinion(how: How, verdict: Verdict, until: str) -> None:
    listed = listing()
    step = [
        change(3, None, ACCEPT),
        change(3, ACCEPT, {"verdict": Verdict.LATER, "until": "2", "tags": ("t",), "seconds": 4.0}),
    ]
    (made,) = make_return_events(step, how, lambda number: number + 1, listed, "zoe")
    assert (made.key, made.verdict, made.until, made.how) == ("c4", verdict, until, how)
    assert (made.x, made.y, made.ra, made.dec) == (400, 200, pytest.approx(150.4), 20)
    assert (made.reviewer, made.group, made.seq) == ("zoe", None, None)
    assert made.undoes == step[0][2].step
    assert made.tags == (("t",) if how is How.REDO else ())
    assert make_return_events(step, how, lambda number: None, listed, "zoe") == []
    assert make_return_events([], how, lambda number: number, listed, "zoe") == []


def test_events_of_a_group_are_one_step() -> None:
    step = [change(0, None, REJECT), change(1, None, REJECT)]
    one, other = make_return_events(step, How.UNDO, lambda number: number, listing(), "zoe")
    assert one.group == other.group is not None and one.at == other.at and one.id != other.id
