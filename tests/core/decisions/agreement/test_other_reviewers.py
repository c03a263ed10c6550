from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.decisions import event, listing
from vetter.core.decisions.agreement.other_reviewers import OtherReviewers
from vetter.core.decisions.agreement.ratings import collect_ratings
from vetter.core.decisions.agreement.stored_opinions import tabulate_opinions
from vetter.core.decisions.decision import Decision, How, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide, decide_group

LIST = listing(4)


A, R, M = Verdict.ACCEPT, Verdict.REJECT, Verdict.MAYBE


EVENTS = [
    event(LIST, 0, A, reviewer="ann"),
    event(LIST, 1, A, reviewer="ann"),
    event(LIST, 2, R, reviewer="ann"),
    event(LIST, 0, R, reviewer="bob", comment="moved", tags=("dipole",)),
    event(LIST, 1, A, reviewer="bob"),
]


def others_of(*events: Decision) -> tuple[Ledger, OtherReviewers]:
    ledger = Ledger(LIST, "ann")
    ledger.replay(events)
    return ledger, OtherReviewers(ledger, events)


def give(ledger: Ledger, others: OtherReviewers, row: int, verdict: Verdict) -> None:
    """Decide as a session does."""
    made = decide(ledger, row, verdict=verdict, as_arbiter=others.is_arbiter)
    assert made is not None
    others.note_arbitrations([made])
    ledger.apply(made)


def test_words_tell_equal_and_different_verdicts() -> None:
    _, others = others_of(*EVENTS)
    assert others.names == ("bob",)
    assert others.disagreements().tolist() == ["yes", "no", "", ""]
    assert others.disagreements(1).tolist() == ["no", "", ""]


def test_words_follow_the_users_verdicts() -> None:
    ledger, others = others_of(*EVENTS)
    give(ledger, others, 1, M)
    assert others.disagreements()[1] == "yes"


def test_others_are_named_with_their_verdicts() -> None:
    _, others = others_of(*EVENTS, event(LIST, 0, M, reviewer="cat"))
    assert others.texts().tolist() == ["bob: reject, cat: maybe", "bob: accept", "", ""]


def test_remarks_hold_tags_and_comments() -> None:
    _, others = others_of(*EVENTS)
    assert others.remarks(0) == "bob: reject; dipole; moved"
    assert others.remarks(2) == ""


def test_arbiters_verdict_settles_and_keeps_own_rating() -> None:
    ledger, others = others_of(*EVENTS)
    others.is_arbiter = True
    give(ledger, others, 0, R)
    assert others.disagreements()[0] == "settled"
    assert others.own_codes().tolist() == [1, 1, 2, 0]
    ratings = others.all_ratings()
    assert ratings.reviewers == ("ann", "bob")
    assert ratings.codes[:, 0].tolist() == [1, 2]
    assert ratings.arbitrated[0] == R.code


def test_arbiter_may_confirm_their_own_verdict() -> None:
    ledger, others = others_of(*EVENTS)
    others.is_arbiter = True
    give(ledger, others, 0, A)
    assert ledger.is_arbitrated(0)
    assert others.disagreements()[0] == "settled"
    assert decide(ledger, 0, verdict=A, as_arbiter=True) is None


def test_undone_arbitration_is_open_again() -> None:
    ledger, others = others_of(*EVENTS)
    others.is_arbiter = True
    give(ledger, others, 0, R)
    ledger.replay(ledger.undo_step())
    assert others.disagreements()[0] == "yes"
    ledger.replay(ledger.redo_step())
    assert others.disagreements()[0] == "settled"


def test_comment_after_arbitration_leaves_it_an_arbiters() -> None:
    ledger, others = others_of(*EVENTS)
    others.is_arbiter = True
    give(ledger, others, 0, R)
    made = decide(ledger, 0, comment="two sources")
    assert made is not None
    assert made.how is How.ARBITER


def test_comment_of_an_arbiter_alone_is_no_verdict() -> None:
    ledger, _ = others_of(*EVENTS)
    made = decide(ledger, 0, comment="look again", as_arbiter=True)
    assert made is not None
    assert made.how is How.SINGLE


def test_group_verdict_of_an_arbiter_settles_all() -> None:
    ledger, others = others_of(*EVENTS)
    made = decide_group(ledger, [0, 1], A, as_arbiter=True)
    others.note_arbitrations(made)
    ledger.replay(made)
    assert others.disagreements().tolist() == ["settled", "no", "", ""]
    assert ledger.arbitrated_rows() == [0, 1]


def test_own_rating_before_an_earlier_arbitration_is_known() -> None:
    ledger, others = others_of(*EVENTS, event(LIST, 0, R, reviewer="ann", how=How.ARBITER))
    assert ledger.codes[0] == R.code
    assert others.own_codes()[0] == A.code


def test_longer_list_has_words_for_new_rows() -> None:
    ledger = Ledger(listing(2), "ann", complete=False)
    others = OtherReviewers(ledger, EVENTS)
    assert len(others.disagreements()) == 2
    assert others.texts().tolist() == ["bob: reject", "bob: accept"]
    ledger.extend(LIST, complete=True)
    assert others.texts().tolist() == ["bob: reject", "bob: accept", "", ""]


def test_ratings_of_all_are_in_the_order_of_names() -> None:
    cat = Ledger(LIST, "bea")
    events = [*EVENTS, event(LIST, 3, R, reviewer="bea")]
    cat.replay(events)
    others = OtherReviewers(cat, events)
    everybody = others.all_ratings()
    assert everybody.reviewers == ("ann", "bea", "bob")
    assert everybody.codes.tolist() == [[1, 1, 2, 0], [0, 0, 0, 2], [2, 1, 0, 0]]
    assert everybody.final[1] is cat
    assert [one.opinion(0).verdict for one in everybody.final] == [A, Verdict.NONE, R]
    present = Ledger(LIST, "bea")
    assert others.all_ratings(present).final[1] is present


def test_last_of_arbiters_is_the_user_or_another() -> None:
    for at, chosen in (("2026-02-01T00:00:00.000Z", "ann"), ("2026-01-01T00:00:00.000Z", "cat")):
        arbiter = event(LIST, 0, R, reviewer="cat", how=How.ARBITER, at="2026-01-15T00:00:00.000Z")
        own = event(LIST, 0, A, reviewer="ann", how=How.ARBITER, at=at)
        _, others = others_of(*EVENTS[1:], arbiter, own)
        everybody = others.all_ratings()
        assert everybody.reviewers[everybody.arbiter[0]] == chosen
        assert everybody.arbitrated[0] == (A.code if chosen == "ann" else R.code)
        assert others.remarks(0).endswith("cat (arbiter): reject")


def test_next_reviewers_are_those_taken_over_last() -> None:
    _, others = others_of(*EVENTS)
    assert others.next_reviewers().tolist() == [""] * 4
    others.take_next(np.array(["bob", "", "cat"], object))
    assert others.next_reviewers().tolist() == ["bob", "", "cat", ""]
    assert others.next_reviewers(2).tolist() == ["cat", ""]
    others.take_next(np.array(list("abcdef"), object))
    assert others.next_reviewers().tolist() == list("abcd")


def test_texts_begin_where_asked() -> None:
    _, others = others_of(*EVENTS)
    assert others.texts(1).tolist() == ["bob: accept", "", ""]


def test_arbitrated_candidate_without_own_verdict_has_none() -> None:
    _, others = others_of(*EVENTS, event(LIST, 3, R, reviewer="ann", how=How.ARBITER))
    assert others.own_codes().tolist() == [1, 1, 2, 0]
    assert others.disagreements()[3] == ""


@pytest.mark.parametrize("verdict", [A, R, M])
def test_verdict_of_another_arbiter_settles(verdict: Verdict) -> None:
    _, others = others_of(*EVENTS, event(LIST, 0, verdict, reviewer="bob", how=How.ARBITER))
    assert others.disagreements().tolist() == ["settled", "no", "", ""]
    assert f"bob (arbiter): {verdict.value}" in others.remarks(0)
    assert others.tabulate() is None


def test_stored_opinions_stand_for_the_events() -> None:
    theirs = [one._replace(seq=number) for number, one in enumerate(EVENTS, 1)]
    theirs = [one for one in theirs if one.reviewer == "bob"]
    ratings = collect_ratings(LIST, theirs)
    table = tabulate_opinions(ratings, len(theirs))
    assert table is not None
    ledger, replayed = others_of(*EVENTS)
    stored = OtherReviewers(ledger, stored=(table, ratings))
    assert stored.names == ("bob",) and stored.tabulate() is table
    assert stored.ratings is ratings
    assert stored.disagreements().tolist() == replayed.disagreements().tolist()
    made = replayed.tabulate()
    assert made is not None and made.codes.tolist() == table.codes.tolist() and made.events == 2


def test_next_reviewers_are_as_taken_over() -> None:
    _, others = others_of(*EVENTS)
    assert others.next_reviewers().tolist() == [""] * 4
    others.take_next(np.array(["bob", "", "cat"], object))
    assert others.next_reviewers(1).tolist() == ["", "cat", ""]


@pytest.mark.parametrize(
    ("own_at", "arbiters"),
    [
        (None, {0: 2, 1: 0}),
        ("2026-11-02T00:00:00.000Z", {0: 2, 1: 0}),
        ("2026-11-03T00:00:00.000Z", {0: 1, 1: 0}),
        ("2026-11-04T00:00:00.000Z", {0: 1, 1: 0}),
    ],
)
def test_last_arbiter_of_all_reviewers_counts(own_at: str | None, arbiters: dict[int, int]) -> None:
    events = [
        event(LIST, 0, A, reviewer="ann"),
        event(LIST, 0, R, reviewer="abe"),
        event(LIST, 0, R, reviewer="bob", how=How.ARBITER, at="2026-11-03T00:00:00.000Z"),
        event(LIST, 1, M, reviewer="abe", how=How.ARBITER, at="2026-11-03T00:00:00.000Z"),
    ]
    if own_at is not None:
        events.append(event(LIST, 0, M, reviewer="ann", how=How.ARBITER, at=own_at))
    _, others = others_of(*events)
    ratings = others.all_ratings()
    assert ratings.reviewers == ("abe", "ann", "bob") and ratings.arbiter == arbiters
    assert ratings.arbitrated.tolist() == [M.code if arbiters[0] == 1 else R.code, M.code, 0, 0]
    assert ratings.codes[:, 0].tolist() == [R.code, A.code, 0]
    opinions = [ratings.final[index].opinion(0).verdict for index in range(3)]
    assert opinions == [R, M if own_at else A, R]


def test_copy_of_own_opinions_may_stand_for_the_ledger() -> None:
    ledger, others = others_of(*EVENTS)
    present = Ledger(LIST, "ann")
    assert others.all_ratings(present).final[0] is present
    assert others.all_ratings().final[0] is ledger
