"""Snapshots of a ledger: restored, it says and does what the replay of all events would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.decisions import REVIEWER, event, listing
from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.decisions import snapshot as snapshots
from vetter.core.decisions.decision import Decision, How, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide, decide_group
from vetter.core.decisions.snapshot import LedgerSnapshot, mark_of_list

COUNT = 5
LATER = "2027-01-01T00:00:00.000Z"

_ROW = st.integers(0, COUNT - 1)
_STEP = st.one_of(
    st.tuples(st.just("verdict"), _ROW, st.sampled_from(list(Verdict))),
    st.tuples(st.just("remark"), _ROW, st.sampled_from(["", "faint", "blend"])),
    st.tuples(st.just("group"), st.lists(_ROW, min_size=1), st.sampled_from(list(Verdict))),
    st.tuples(st.just("stray"), st.sampled_from(["c1", "z"]), st.integers(0, 2)),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
    st.tuples(st.just("reopen")),
)


class Night:
    """A file of events, and a ledger on it that is now and then restored from a snapshot."""

    def __init__(self, candidates: CandidateList) -> None:
        self.candidates = candidates
        self.ledger = Ledger(candidates, REVIEWER)
        self.events: list[Decision] = []

    def write(self, events: Sequence[Decision | None]) -> None:
        for made in events:
            if made is not None:
                written = made._replace(seq=len(self.events) + 1)
                self.events.append(written)
                self.ledger.apply(written)

    def fetch(self, numbers: Sequence[int]) -> dict[int, Decision]:
        return {number: self.events[number - 1] for number in numbers}

    def reopen(self) -> None:
        taken = self.ledger.snapshot()
        assert taken is not None and taken.is_consistent(COUNT)
        needed = self.fetch(taken.needed_events())
        self.ledger = Ledger.restored(self.candidates, REVIEWER, taken, needed, self.fetch)

    def take(self, step: tuple[Any, ...]) -> None:
        kind, ledger = step[0], self.ledger
        if kind == "verdict":
            until = LATER if step[2] is Verdict.LATER else None
            self.write([decide(ledger, step[1], verdict=step[2], until=until)])
        elif kind == "remark":
            tags = ("dipole",) if step[2] == "blend" else ()
            self.write([decide(ledger, step[1], comment=step[2], tags=tags)])
        elif kind == "group":
            self.write(decide_group(ledger, step[1], step[2]))
        elif kind == "stray":
            # Of an earlier list: the key is none of the list's, or its position is.
            self.write([event(self.candidates, 0, key=step[1], ra=10.0 + step[2], dec=0.0)])
        elif kind == "reopen":
            self.reopen()
        else:
            self.write(ledger.undo_step() if kind == "undo" else ledger.redo_step())


def picture(ledger: Ledger) -> tuple[Any, ...]:
    rows = range(len(ledger.candidates))
    return (
        [ledger.decision(row) for row in rows],
        ledger.codes.tolist(),
        ledger.counts(),
        sorted(ledger.remarked_rows()),
        (ledger.undo_label, ledger.redo_label, ledger.last_report),
        (ledger.unplaced, repr(sorted(ledger.offers()))),
    )


def stripped(events: list[Decision]) -> list[Decision]:
    """Events without the names and times that each call makes anew."""
    return [made._replace(id="", at="", group=None) for made in events]


@pytest.mark.parametrize("read_at_once", [1, 3, 1000])
@settings(max_examples=60, deadline=None)
@given(steps=st.lists(_STEP, max_size=30))
def test_restored_ledger_equals_replay_after_any_steps(
    read_at_once: int, steps: list[tuple[Any, ...]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for module in (snapshots, "vetter.core.decisions.undo"):
            patch.setattr(f"{getattr(module, '__name__', module)}.READ_AT_ONCE", read_at_once)
        night = Night(listing(COUNT))
        for step in (*steps, ("reopen",)):
            night.take(step)
        whole = Ledger(night.candidates, REVIEWER)
        whole.replay(night.events)
        # To the end of undo, and back: the older steps are read on the way.
        for verb in ("undo_step", "redo_step"):
            while True:
                assert repr(picture(night.ledger)) == repr(picture(whole))
                made = getattr(night.ledger, verb)()
                assert repr(stripped(made)) == repr(stripped(getattr(whole, verb)()))
                if not made:
                    break
                night.write(made)
                whole.replay(night.events[-len(made) :])


@pytest.fixture
def night() -> Night:
    night = Night(listing(COUNT))
    night.write(decide_group(night.ledger, range(COUNT), Verdict.REJECT))
    night.write([decide(night.ledger, 2, verdict=Verdict.ACCEPT)])
    night.write(night.ledger.undo_step())
    return night


def taken(night: Night) -> LedgerSnapshot:
    snapshot = night.ledger.snapshot()
    assert snapshot is not None
    return snapshot


def test_no_snapshot_of_growing_list() -> None:
    assert Ledger(listing(COUNT), REVIEWER, complete=False).snapshot() is None


def test_no_snapshot_after_arbitration_even_if_undone(night: Night) -> None:
    night.write([decide(night.ledger, 0, verdict=Verdict.ACCEPT, as_arbiter=True)])
    night.write(night.ledger.undo_step())
    assert night.ledger.has_arbitrated and night.ledger.snapshot() is None


def test_missing_decision_is_refused(night: Night) -> None:
    needed = night.fetch(taken(night).needed_events())
    del needed[3]
    with pytest.raises(ValueError, match="missing"):
        Ledger.restored(night.candidates, REVIEWER, taken(night), needed, night.fetch)


@pytest.mark.parametrize("change", [{"key": "c4"}, {"reviewer": "bob"}], ids=["key", "reviewer"])
def test_decision_of_another_is_refused(night: Night, change: dict[str, Any]) -> None:
    needed = night.fetch(taken(night).needed_events())
    needed[1] = needed[1]._replace(**change)
    with pytest.raises(ValueError, match="another's"):
        Ledger.restored(night.candidates, REVIEWER, taken(night), needed, night.fetch)


def test_inconsistent_snapshot_is_told(night: Night) -> None:
    sound = taken(night)
    assert sound.is_consistent(COUNT)
    assert not sound.is_consistent(COUNT - 1)
    assert not sound._replace(latest=sound.latest - 1).is_consistent(COUNT)
    assert not sound._replace(undone_sizes=np.array([9])).is_consistent(COUNT)
    short = sound._replace(latest=sound.latest[1:])
    with pytest.raises(ValueError, match="does not fit the list"):
        Ledger.restored(night.candidates, REVIEWER, short, {}, night.fetch)


def test_undo_ends_at_decisions_that_cannot_be_read(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("snapshot", "undo"):
        monkeypatch.setattr(f"vetter.core.decisions.{module}.READ_AT_ONCE", 1)
    night.write([decide(night.ledger, 0, verdict=Verdict.MAYBE)])
    needed = night.fetch(taken(night).needed_events())
    ledger = Ledger.restored(night.candidates, REVIEWER, taken(night), needed, lambda n: {})
    assert ledger.undo_label == "maybe of c0"
    ledger.replay(ledger.undo_step())
    assert ledger.undo_label is None
    assert ledger.codes.tolist() == [2] * COUNT


@pytest.mark.parametrize("steps_back", [1, 2])
def test_undo_that_a_state_does_not_hold_yet_is_replayed(
    steps_back: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("snapshot", "undo"):
        monkeypatch.setattr(f"vetter.core.decisions.{module}.READ_AT_ONCE", 1)
    night = Night(listing(COUNT))
    night.write([decide(night.ledger, 2, verdict=Verdict.ACCEPT)])
    night.write(decide_group(night.ledger, range(COUNT), Verdict.REJECT))
    night.write(decide_group(night.ledger, [4, 1], Verdict.MAYBE))
    state = taken(night)
    needed = night.fetch(state.needed_events())
    for _ in range(steps_back):
        night.write(night.ledger.undo_step())
    restored = Ledger.restored(night.candidates, REVIEWER, state, needed, night.fetch)
    restored.replay(night.events[COUNT + 3 :])
    for _ in range(3):
        assert repr(picture(restored)) == repr(picture(night.ledger))
        made = night.ledger.redo_step()
        assert repr(stripped(restored.redo_step())) == repr(stripped(made))
        night.write(made)
        restored.replay(night.events[len(night.events) - len(made) :])


def test_mark_of_list_depends_on_keys_places_and_what_is_left_out() -> None:
    marks = {
        mark_of_list(listing(COUNT)),
        mark_of_list(listing(COUNT), ["c1"]),
        mark_of_list(listing(COUNT - 1)),
        mark_of_list(listing(COUNT, x=np.zeros(COUNT))),
        mark_of_list(listing(COUNT, dec=np.full(COUNT, 20.1))),
        mark_of_list(listing(2, keys=["ab", "c"])),
        mark_of_list(listing(2, keys=["a", "bc"])),
    }
    assert len(marks) == 7
    assert mark_of_list(listing(COUNT)) == mark_of_list(listing(COUNT))


def test_arbiter_is_noted_from_events_alone() -> None:
    ledger = Ledger(listing(COUNT), REVIEWER)
    ledger.apply(event(listing(COUNT), 1, how=How.ARBITER))
    assert ledger.has_arbitrated


def test_distinct_numbers_are_positive_and_come_once() -> None:
    found = snapshots.distinct_numbers(np.array([3, 0, 7, 7]), np.array([3, 1]), np.array([], int))
    assert found == [1, 3, 7]


def changes(*numbers: tuple[int, int, int]) -> snapshots.StoredChanges:
    table = np.array(numbers, np.int64).reshape(-1, 3)
    return snapshots.StoredChanges(*table.T)


SOUND = LedgerSnapshot(
    events=9,
    rows=np.array([0, 2]),
    latest=np.array([4, 7]),
    strays=np.array([5]),
    done=changes((0, 0, 1), (2, 2, 4)),
    undone=changes((1, 0, 6), (1, 6, 8)),
    undone_sizes=np.array([1, 1]),
)


@pytest.mark.parametrize(
    ("wrong", "is_sound"),
    [
        ({}, True),
        ({"rows": np.array([0, 4])}, True),
        ({"rows": np.array([0, 5])}, False),
        ({"rows": np.array([-1, 2])}, False),
        ({"rows": np.array([2, 2])}, False),
        ({"rows": np.array([0])}, False),
        ({"latest": np.array([1, 2**31 - 1])}, True),
        ({"latest": np.array([1, 2**31])}, False),
        ({"latest": np.array([0, 7])}, False),
        ({"strays": np.array([0])}, False),
        ({"strays": np.array([], int)}, True),
        ({"done": changes((4, 0, 1))}, True),
        ({"done": changes((5, 0, 1))}, False),
        ({"done": changes((0, -1, 1))}, False),
        ({"done": changes((0, 1, 0))}, False),
        ({"undone": changes((1, 0, 6), (5, 6, 8))}, False),
        ({"undone": changes((1, 0, 6), (1, 2**31, 8))}, False),
        ({"undone": changes((1, 0, 6))}, False),
        ({"undone_sizes": np.array([2])}, True),
        ({"undone_sizes": np.array([0, 2])}, False),
        ({"undone_sizes": np.array([1, 2])}, False),
    ],
)
def test_state_is_consistent_with_its_list(wrong: dict[str, Any], is_sound: bool) -> None:
    assert SOUND._replace(**wrong).is_consistent(COUNT) == is_sound


def test_needed_events_are_those_in_force_and_of_undo() -> None:
    assert SOUND.needed_events() == [1, 2, 4, 5, 6, 7, 8]


def test_history_without_a_decision_begins_after_it() -> None:
    listed = listing(3)
    decisions = {number: event(listed, 0, seq=number) for number in (1, 2, 4)}

    def fetch(numbers: Sequence[int]) -> dict[int, Decision]:
        return {number: decisions[number] for number in numbers if number in decisions}

    older = snapshots.OlderChanges(changes((0, 0, 1), (0, 2, 3), (0, 1, 2), (1, 0, 4)), fetch)
    assert older.take_last(2) == [(0, decisions[1], decisions[2]), (1, None, decisions[4])]
    assert len(older) == 2
    assert older.take_last(1) == [] and len(older) == 0
