"""Decide, undo, redo and restart in any order, against a model that keeps whole pictures."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.helpers.decisions import REVIEWER, listing
from vetter.core.decisions.decision import Decision, Opinion, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide, decide_group

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
