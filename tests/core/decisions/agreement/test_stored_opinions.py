from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.helpers.decisions import event, listing
from vetter.core.decisions.agreement.ratings import Ratings, collect_ratings
from vetter.core.decisions.agreement.stored_opinions import (
    OpinionTable,
    restore_ratings,
    tabulate_opinions,
)
from vetter.core.decisions.decision import UNDECIDED, Decision, How, Opinion, Verdict

LIST = listing(4)
EVENTS = [
    event(LIST, 0, Verdict.ACCEPT, reviewer="bob", seq=1),
    event(LIST, 1, Verdict.REJECT, reviewer="bob", seq=2, comment="faint", tags=("dipole",)),
    event(LIST, 0, Verdict.MAYBE, reviewer="cat", seq=3),
    event(LIST, 0, Verdict.REJECT, reviewer="bob", seq=4),
]


class File:
    """Events by number, and the numbers that were asked for."""

    def __init__(self, *events: Decision) -> None:
        self.events = {one.seq: one for one in events}
        self.asked: list[int] = []

    def fetch(self, numbers: Sequence[int]) -> dict[int, Decision]:
        self.asked += numbers
        return {number: self.events[number] for number in numbers if number in self.events}


@pytest.fixture
def table() -> OpinionTable:
    table = tabulate_opinions(collect_ratings(LIST, EVENTS), len(EVENTS))
    assert table is not None
    return table


def restored(table: OpinionTable, file: File) -> Ratings:
    needed = file.fetch(table.needed_events())
    file.asked.clear()
    return restore_ratings(table, len(LIST), needed, file.fetch)


def test_table_holds_the_last_event_of_each_opinion(table: OpinionTable) -> None:
    assert (table.events, table.reviewers) == (4, ("bob", "cat"))
    assert table.codes.tolist() == [[2, 2, 0, 0], [3, 0, 0, 0]]
    assert table.numbers.tolist() == [[4, 2, 0, 0], [3, 0, 0, 0]]
    assert table.needed_events() == [2]


def test_restored_ratings_are_those_of_the_events(table: OpinionTable) -> None:
    ratings, whole = restored(table, File(*EVENTS)), collect_ratings(LIST, EVENTS)
    for reviewer in range(2):
        opinions = [ratings.opinion(reviewer, row) for row in range(4)]
        assert opinions == [whole.opinion(reviewer, row) for row in range(4)]
        assert ratings.final[reviewer].remarked_rows() == whole.final[reviewer].remarked_rows()
    assert ratings.codes.tolist() == whole.codes.tolist()
    assert (ratings.arbiter, ratings.arbitrated.tolist()) == ({}, [0] * 4)


def test_events_are_read_when_one_is_asked_for_and_once(table: OpinionTable) -> None:
    file = File(*EVENTS)
    bob = restored(table, file).final[0]
    assert bob.opinion(3) is UNDECIDED
    assert bob.opinion(1).comment == "faint"
    assert file.asked == []
    assert bob.opinion(0).seconds == bob.opinion(0).seconds == 1.5
    assert file.asked == [4, 2]


def test_event_that_became_unreadable_leaves_its_verdict(table: OpinionTable) -> None:
    bob = restored(table, File(EVENTS[1])).final[0]
    assert bob.opinion(0) == Opinion(Verdict.REJECT, reviewer="bob")


@pytest.mark.parametrize("changed", [None, {"reviewer": "ann"}], ids=["missing", "another's"])
def test_event_that_does_not_fit_is_refused(
    table: OpinionTable, changed: dict[str, str] | None
) -> None:
    file = File() if changed is None else File(EVENTS[1]._replace(**changed))
    with pytest.raises(ValueError, match="missing"):
        restored(table, file)


def test_other_list_is_refused(table: OpinionTable) -> None:
    with pytest.raises(ValueError, match="another list"):
        restore_ratings(table, 5, {}, File().fetch)


def test_arbiter_has_no_table() -> None:
    arbiter = event(LIST, 2, reviewer="cat", seq=5, how=How.ARBITER)
    assert tabulate_opinions(collect_ratings(LIST, [*EVENTS, arbiter]), 5) is None


def test_nobody_has_an_empty_table() -> None:
    table = tabulate_opinions(collect_ratings(LIST, []), 0)
    assert table is not None and np.array(table.codes).shape == (0, 4)
    assert restored(table, File()).reviewers == ()


def test_first_event_of_a_file_is_read_too(table: OpinionTable) -> None:
    events = [event(LIST, 0, Verdict.ACCEPT, reviewer="bob", seq=1)]
    made = tabulate_opinions(collect_ratings(LIST, events), 1)
    assert made is not None
    assert restored(made, File(*events)).opinion(0, 0) == events[0].opinion


@pytest.mark.parametrize("remark", [{"comment": "faint"}, {"tags": ("dipole",)}, {}])
def test_opinion_is_remarked_by_a_comment_or_a_tag(remark: dict[str, object]) -> None:
    events = [event(LIST, 3, Verdict.ACCEPT, reviewer="bob", seq=None, **remark)]
    made = tabulate_opinions(collect_ratings(LIST, events), 1)
    assert made is not None and made.remarked.tolist() == [[False] * 3 + [bool(remark)]]
    assert not made.numbers.any()
