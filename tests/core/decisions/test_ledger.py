from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.decisions import REVIEWER, event, listing, unplaced
from vetter import __version__
from vetter.core.decisions.decision import UNDECIDED, Verdict
from vetter.core.decisions.ledger import Counts, Ledger
from vetter.core.decisions.new_decisions import decide, decide_group, take_offers


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(listing(), REVIEWER)


def apply(ledger: Ledger, row: int, **changes: object) -> None:
    decision = decide(ledger, row, **changes)
    assert decision is not None
    ledger.apply(decision)


def undo(ledger: Ledger) -> None:
    ledger.replay(ledger.undo_step())


def redo(ledger: Ledger) -> None:
    ledger.replay(ledger.redo_step())


def test_starts_undecided(ledger: Ledger) -> None:
    assert ledger.opinion(0) is UNDECIDED
    assert ledger.counts() == Counts(6, 0, 0, 0, 0, 6, 0)


def test_codes_follow(ledger: Ledger) -> None:
    apply(ledger, 1, verdict=Verdict.REJECT)
    apply(ledger, 4, verdict=Verdict.MAYBE)
    assert ledger.codes.tolist() == [0, 2, 0, 0, 3, 0]
    assert ledger.codes.dtype == np.uint8


def test_codes_cannot_be_written_to(ledger: Ledger) -> None:
    with pytest.raises(ValueError):
        ledger.codes[0] = 1


def test_counts_by_verdict_and_events(ledger: Ledger) -> None:
    apply(ledger, 0, verdict=Verdict.ACCEPT)
    apply(ledger, 0, verdict=Verdict.REJECT)
    apply(ledger, 1, verdict=Verdict.MAYBE)
    undo(ledger)
    assert ledger.counts() == Counts(6, 0, 1, 0, 0, 5, 4)


def test_later_counts_as_later_until_another_verdict(ledger: Ledger) -> None:
    apply(ledger, 0, verdict=Verdict.LATER, until="2027-01-01T00:00:00.000Z")
    apply(ledger, 1, verdict=Verdict.LATER)
    apply(ledger, 1, verdict=Verdict.ACCEPT)
    assert ledger.counts() == Counts(6, 1, 0, 0, 1, 4, 3)


def test_tag_keeps_time_of_later_and_verdict_drops_it(ledger: Ledger) -> None:
    apply(ledger, 0, verdict=Verdict.LATER, until="2027-01-01T00:00:00.000Z")
    apply(ledger, 0, tags=("ghost",))
    assert ledger.opinion(0).until == "2027-01-01T00:00:00.000Z"
    apply(ledger, 0, verdict=Verdict.MAYBE)
    assert ledger.opinion(0).until == ""


def test_undo_brings_back_earlier_time_of_later(ledger: Ledger) -> None:
    for time in ("2027-01-01T00:00:00.000Z", "2028-01-01T00:00:00.000Z"):
        apply(ledger, 0, verdict=Verdict.LATER, until=time)
    assert ledger.undo_label == "time of c0"
    undo(ledger)
    assert ledger.opinion(0).until == "2027-01-01T00:00:00.000Z"
    redo(ledger)
    assert ledger.opinion(0).until == "2028-01-01T00:00:00.000Z"


def test_every_event_names_the_program(ledger: Ledger) -> None:
    made = [decide(ledger, 0, verdict=Verdict.ACCEPT, seen="{}")]
    made += decide_group(ledger, [1, 2], Verdict.LATER)
    ledger.replay(made)
    made += ledger.undo_step()
    assert {event.program for event in made} == {__version__}
    assert [event.seen for event in made] == ["{}", "", "", "", ""]


def test_apply_says_which_row(ledger: Ledger) -> None:
    assert ledger.apply(event(listing(), 3)) == 3


def test_other_reviewers_are_ignored(ledger: Ledger) -> None:
    assert ledger.apply(event(listing(), 3, reviewer="grace")) is None
    assert ledger.counts() == Counts(6, 0, 0, 0, 0, 6, 0)


def test_tags_and_comment_keep_the_verdict(ledger: Ledger) -> None:
    apply(ledger, 0, verdict=Verdict.ACCEPT)
    apply(ledger, 0, tags=("dipole",))
    apply(ledger, 0, comment="faint")
    opinion = ledger.opinion(0)
    assert (opinion.verdict, opinion.tags, opinion.comment) == (
        Verdict.ACCEPT,
        ("dipole",),
        "faint",
    )


def test_undo_returns_to_the_earlier_verdict_and_its_date(ledger: Ledger) -> None:
    ledger.apply(event(listing(), 2, Verdict.ACCEPT, at="2020-01-01T00:00:00.000Z"))
    earlier = ledger.opinion(2)
    apply(ledger, 2, verdict=Verdict.REJECT)
    undo(ledger)
    assert ledger.opinion(2) == earlier


def test_undo_of_the_first_verdict_is_undecided(ledger: Ledger) -> None:
    apply(ledger, 2, verdict=Verdict.REJECT)
    undo(ledger)
    assert ledger.opinion(2) == UNDECIDED


def test_undo_of_an_undo_is_redo(ledger: Ledger) -> None:
    apply(ledger, 2, verdict=Verdict.REJECT)
    decided = ledger.opinion(2)
    undo(ledger)
    redo(ledger)
    assert ledger.opinion(2) == decided
    assert ledger.redo_step() == []


def test_new_decision_clears_redo(ledger: Ledger) -> None:
    apply(ledger, 0, verdict=Verdict.ACCEPT)
    undo(ledger)
    apply(ledger, 1, verdict=Verdict.ACCEPT)
    assert ledger.redo_step() == [] and ledger.redo_label is None


def test_nothing_to_undo(ledger: Ledger) -> None:
    assert ledger.undo_step() == [] and ledger.undo_label is None


def test_group_is_one_step(ledger: Ledger) -> None:
    apply(ledger, 1, verdict=Verdict.ACCEPT)
    ledger.replay(decide_group(ledger, [0, 1, 2], Verdict.REJECT))
    undo(ledger)
    assert ledger.codes.tolist() == [0, 1, 0, 0, 0, 0]
    redo(ledger)
    assert ledger.codes.tolist() == [2, 2, 2, 0, 0, 0]


def test_two_undos_of_groups_one_after_the_other(ledger: Ledger) -> None:
    ledger.replay(decide_group(ledger, [0, 1], Verdict.REJECT))
    ledger.replay(decide_group(ledger, [1, 2], Verdict.ACCEPT))
    undo(ledger)
    undo(ledger)
    assert ledger.codes.tolist() == [0] * 6
    redo(ledger)
    assert ledger.codes.tolist() == [2, 2, 0, 0, 0, 0]


def test_undo_across_a_restart(ledger: Ledger) -> None:
    events = decide_group(ledger, [0, 1], Verdict.REJECT)
    ledger.replay(events)
    events += ledger.undo_step()
    again = Ledger(listing(), REVIEWER)
    again.replay(events)
    assert again.redo_label == "reject of 2 candidates"
    redo(again)
    assert again.codes.tolist() == [2, 2, 0, 0, 0, 0]


def test_undo_events_carry_the_whole_opinion(ledger: Ledger) -> None:
    apply(ledger, 0, verdict=Verdict.ACCEPT, tags=("dipole",))
    apply(ledger, 0, verdict=Verdict.REJECT)
    (back,) = ledger.undo_step()
    assert (back.how, back.verdict, back.tags, back.seq) == (
        "undo",
        Verdict.ACCEPT,
        ("dipole",),
        None,
    )


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"verdict": Verdict.REJECT}, "reject of c3"),
        ({"tags": ("dipole",)}, "tag 'dipole' on c3"),
        ({"tags": ("a", "b")}, "tags of c3"),
        ({"comment": "faint"}, "comment on c3"),
    ],
    ids=["verdict", "tag", "tags", "comment"],
)
def test_label_of_a_first_decision(ledger: Ledger, changes: dict[str, object], label: str) -> None:
    apply(ledger, 3, **changes)
    assert ledger.undo_label == label


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"verdict": Verdict.NONE}, "clearing of c3"),
        ({"tags": ()}, "removal of tag 'dipole' from c3"),
        ({"comment": ""}, "removal of the comment on c3"),
    ],
    ids=["clear", "tag", "comment"],
)
def test_label_of_taking_away(ledger: Ledger, changes: dict[str, object], label: str) -> None:
    apply(ledger, 3, verdict=Verdict.ACCEPT, tags=("dipole",), comment="faint")
    apply(ledger, 3, **changes)
    assert ledger.undo_label == label


def test_label_of_a_group(ledger: Ledger) -> None:
    ledger.replay(decide_group(ledger, range(5), Verdict.REJECT))
    assert ledger.undo_label == "reject of 5 candidates"


def test_label_of_redo(ledger: Ledger) -> None:
    apply(ledger, 3, verdict=Verdict.REJECT)
    undo(ledger)
    assert (ledger.undo_label, ledger.redo_label) == (None, "reject of c3")


def test_verdict_does_not_follow_the_row_number(ledger: Ledger) -> None:
    apply(ledger, 2, verdict=Verdict.REJECT)
    events = [event(listing(), 2, Verdict.REJECT)]
    shuffled = Ledger(listing(keys=["c5", "c4", "c3", "c2", "c1", "c0"]), REVIEWER)
    shuffled.replay(events)
    assert shuffled.codes.tolist() == [0] * 6


def test_verdict_follows_key_and_position_to_another_row() -> None:
    old = listing()
    order = [5, 2, 0, 1, 4, 3]
    columns = {name: getattr(old, name)[order] for name in ("keys", "x", "y", "ra", "dec")}
    ledger = Ledger(listing(**columns), REVIEWER)
    ledger.apply(event(old, 2, Verdict.REJECT))
    assert ledger.codes.tolist() == [0, 2, 0, 0, 0, 0]


def renumbered() -> Ledger:
    """A ledger of a new extraction that has given the numbers to other objects."""
    old = listing()
    new = listing(keys=["c1", "c2", "c3", "c4", "c5", "c0"])
    ledger = Ledger(new, REVIEWER)
    ledger.replay([event(old, 2, Verdict.REJECT), event(old, 3, Verdict.ACCEPT)])
    return ledger


def test_running_numbers_are_not_trusted() -> None:
    ledger = renumbered()
    assert not ledger.codes.any()
    assert ledger.unplaced == 2


def test_nearest_is_offered() -> None:
    offers = {offer.row: offer.opinion.verdict for offer in renumbered().offers()}
    assert offers == {2: Verdict.REJECT, 3: Verdict.ACCEPT}


def test_offers_taken_are_one_step() -> None:
    ledger = renumbered()
    ledger.replay(take_offers(ledger, ledger.offers()))
    assert ledger.codes.tolist() == [0, 0, 2, 1, 0, 0]
    assert ledger.offers() == []
    assert ledger.undo_label == "carried decisions on 2 candidates"
    undo(ledger)
    assert not ledger.codes.any()


def test_nothing_is_offered_to_a_candidate_with_an_opinion() -> None:
    ledger = renumbered()
    apply(ledger, 2, comment="seen")
    assert [offer.row for offer in ledger.offers()] == [3]


def test_what_was_undone_on_an_earlier_list_is_not_offered() -> None:
    old = listing()
    before = Ledger(old, REVIEWER)
    first = event(old, 2, Verdict.REJECT)
    before.apply(first)
    ledger = Ledger(listing(keys=["c1", "c2", "c3", "c4", "c5", "c0"]), REVIEWER)
    ledger.replay([first, *before.undo_step()])
    assert ledger.unplaced == 0 and ledger.offers() == []


def test_key_without_a_position_to_compare_is_offered() -> None:
    ledger = Ledger(listing(), REVIEWER)
    ledger.apply(event(listing(**unplaced()), 2, Verdict.REJECT))
    (offer,) = ledger.offers()
    assert (offer.row, offer.unit) == (2, "") and np.isnan(offer.distance)


def test_lists_without_positions_go_by_key() -> None:
    ledger = Ledger(listing(**unplaced()), REVIEWER)
    ledger.apply(event(listing(**unplaced()), 2, Verdict.REJECT))
    assert ledger.codes[2] == Verdict.REJECT.code


def test_undo_skips_steps_on_candidates_of_another_list() -> None:
    both, other = listing(), listing(keys=["c0", "d1", "d2", "d3", "d4", "d5"])
    shared, gone = event(both, 0, Verdict.ACCEPT), event(both, 1, Verdict.REJECT)
    ledger = Ledger(other, REVIEWER)
    ledger.replay([shared, gone])
    steps = ledger.undo_step()
    ledger.replay(steps)
    assert ledger.opinion(0) == UNDECIDED
    back = Ledger(both, REVIEWER)
    back.replay([shared, gone, *steps])
    assert back.codes.tolist() == [0, 2, 0, 0, 0, 0]
    assert back.undo_label == "reject of c1"


def test_deciding_the_same_again_is_no_event(ledger: Ledger) -> None:
    apply(ledger, 0, verdict=Verdict.ACCEPT)
    assert decide(ledger, 0, verdict=Verdict.ACCEPT) is None


def test_a_group_keeps_what_else_was_said_and_where_each_was(ledger: Ledger) -> None:
    apply(ledger, 1, tags=("dipole",), comment="hm")
    ledger.replay(decide_group(ledger, [2], Verdict.REJECT))
    first, second = decide_group(ledger, [3, 1, 2, 1, 3], Verdict.REJECT)
    assert (first.key, second.key) == tuple(str(ledger.candidates.keys[row]) for row in (3, 1))
    assert (second.tags, second.comment, first.tags) == (("dipole",), "hm", ())
    assert (first.x, first.y) == (ledger.candidates.x[3], ledger.candidates.y[3])
    assert first.group == second.group and first.id != second.id
    assert {type(value) for value in (first.x, first.ra)} == {float}


def test_decisions_by_row_cover_rows_listed_late() -> None:
    whole, start = listing(4), listing(2)
    ledger = Ledger(start, REVIEWER, complete=False)
    late, early = event(whole, 3, Verdict.ACCEPT), event(whole, 0, Verdict.REJECT)
    ledger.replay([late, early])
    assert ledger.decisions_by_row() == {0: early}
    ledger.extend(whole, complete=True)
    assert ledger.decisions_by_row() == {0: early, 3: late}
