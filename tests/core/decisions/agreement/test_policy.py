from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.decisions import event, listing
from vetter.core.decisions.agreement.policy import DESCRIPTIONS, CombinedOpinions, Policy
from vetter.core.decisions.agreement.ratings import collect_ratings
from vetter.core.decisions.agreement.reviewer_record import rate_reviewers
from vetter.core.decisions.decision import UNDECIDED, Decision, How, Verdict

LIST = listing(3)
A, R, M = Verdict.ACCEPT, Verdict.REJECT, Verdict.MAYBE


def votes(*verdicts: Verdict, row: int = 0) -> list[Decision]:
    """Return one rating of each of ann, bob, cat... a minute apart."""
    names = ("ann", "bob", "cat", "dan", "eve")
    return [
        event(LIST, row, verdict, reviewer=name, at=f"2026-01-31T03:0{minute}:00.000Z")
        for minute, (name, verdict) in enumerate(zip(names, verdicts, strict=False))
    ]


def combine(policy: Policy, events: list[Decision]) -> CombinedOpinions:
    return CombinedOpinions(collect_ratings(LIST, events), policy)


@pytest.mark.parametrize(
    ("policy", "verdicts", "verdict", "basis"),
    [
        (Policy.LATEST, (A, A, R), R, "latest: cat"),
        (Policy.LATEST, (A, R, A), A, "latest: cat"),
        (Policy.MAJORITY, (A, A, R), A, "2 of 3"),
        (Policy.MAJORITY, (A, R), Verdict.NONE, "split: 1 accept, 1 reject"),
        (Policy.MAJORITY, (A, R, M), Verdict.NONE, "split: 1 accept, 1 reject, 1 maybe"),
        (Policy.MAJORITY, (M,), M, "1 of 1"),
        (Policy.UNANIMOUS, (R, R, R), R, "3 of 3"),
        (Policy.UNANIMOUS, (R, R, M), Verdict.NONE, "split: 2 reject, 1 maybe"),
        (Policy.ARBITER, (A, A), A, "2 of 2"),
        (Policy.ARBITER, (A, R), Verdict.NONE, "split: 1 accept, 1 reject"),
    ],
)
def test_policy_makes_one_verdict(
    policy: Policy, verdicts: tuple[Verdict, ...], verdict: Verdict, basis: str
) -> None:
    opinions = combine(policy, votes(*verdicts))
    assert opinions.opinion(0).verdict is verdict
    assert opinions.codes[0] == verdict.code
    assert opinions.combined(0).basis == basis


@pytest.mark.parametrize("policy", Policy)
def test_candidate_without_decision_is_undecided(policy: Policy) -> None:
    opinions = combine(policy, votes(A, A))
    assert opinions.opinion(1) is UNDECIDED
    assert opinions.codes.tolist()[1:] == [0, 0]


@pytest.mark.parametrize("policy", Policy)
def test_no_decision_at_all_is_undecided(policy: Policy) -> None:
    assert combine(policy, []).codes.tolist() == [0, 0, 0]


@pytest.mark.parametrize("verdict", [A, R, M])
def test_arbiter_overrules_the_others(verdict: Verdict) -> None:
    late = "2026-01-31T04:00:00.000Z"
    arbiter = event(LIST, 0, verdict, reviewer="eve", how=How.ARBITER, at=late)
    opinions = combine(Policy.ARBITER, [*votes(A, R, A), arbiter])
    assert opinions.opinion(0).verdict is verdict
    assert opinions.opinion(0).reviewer == "eve"
    assert opinions.combined(0).basis == "arbiter eve"


def test_arbiter_is_no_vote_in_a_majority() -> None:
    arbiter = event(LIST, 0, R, reviewer="eve", how=How.ARBITER)
    assert combine(Policy.MAJORITY, [*votes(A, R), arbiter]).codes[0] == 0


def test_weighted_accepts_what_enough_say() -> None:
    opinions = combine(Policy.WEIGHTED, votes(A, A, A, A, A))
    assert opinions.opinion(0).verdict is A
    assert opinions.combined(0).basis.endswith("of 5")


def test_weighted_marks_a_split_maybe() -> None:
    assert combine(Policy.WEIGHTED, votes(A, R)).opinion(0).verdict is M


def test_later_is_no_verdict_for_the_latest() -> None:
    undecided = event(LIST, 0, Verdict.NONE, reviewer="bob", comment="cloud")
    opinions = combine(Policy.LATEST, [*votes(A), undecided])
    assert opinions.opinion(0).verdict is A


def test_reviewers_of_the_verdict_are_named() -> None:
    opinion = combine(Policy.MAJORITY, votes(A, R, A)).opinion(0)
    assert opinion.reviewer == "ann, cat"
    assert opinion.decided_at == "2026-01-31T03:02:00.000Z"


def test_tags_and_comments_of_all_are_kept() -> None:
    one = event(LIST, 0, A, reviewer="ann", tags=("host",), comment="bright")
    other = event(LIST, 0, R, reviewer="bob", tags=("dipole", "host"), comment="moved")
    opinion = combine(Policy.MAJORITY, [one, other]).opinion(0)
    assert opinion.tags == ("host", "dipole")
    assert opinion.comment == "ann: bright; bob: moved"


def test_single_comment_stays_as_it_was() -> None:
    one = event(LIST, 0, A, reviewer="ann", comment="bright")
    assert combine(Policy.LATEST, [one, *votes(A, A)[1:]]).opinion(0).comment == "bright"


def test_remarked_rows_are_those_of_any_reviewer() -> None:
    events = [
        event(LIST, 2, A, reviewer="ann", comment="bright"),
        event(LIST, 0, R, reviewer="bob", tags=("dipole",)),
    ]
    assert combine(Policy.LATEST, events).remarked_rows() == [0, 2]


def test_every_policy_has_a_description() -> None:
    assert DESCRIPTIONS.keys() == set(Policy)


@pytest.mark.parametrize(("right", "verdict"), [(25, Verdict.MAYBE), (35, Verdict.ACCEPT)])
def test_records_made_on_other_candidates_weigh(right: int, verdict: Verdict) -> None:
    # Right in all of 25: (25 + 3) / 30 drawn in to 0.897, and 0.051 if bogus: p = 0.946.
    # Right in all of 35: 38 / 40 drawn in to 0.913, and 0.044 if bogus: p = 0.955.
    codes = np.repeat([[1, 2]], right, axis=1).astype(np.uint8)
    record = rate_reviewers(codes, np.repeat([1.0, 0.0], right))
    ratings = collect_ratings(LIST, votes(A))
    opinions = CombinedOpinions(ratings, Policy.WEIGHTED, record)
    assert opinions.opinion(0).verdict is verdict
    assert opinions.opinion(1) is UNDECIDED
    assert opinions.combined(0).basis.endswith(" of 1")
    against = CombinedOpinions(collect_ratings(LIST, votes(R)), Policy.WEIGHTED, record)
    expected = Verdict.MAYBE if verdict is Verdict.MAYBE else Verdict.REJECT
    assert against.opinion(0).verdict is expected


def test_combination_is_named_after_policy_and_reviewers() -> None:
    assert combine(Policy.MAJORITY, votes(A, R)).reviewer == "majority of ann, bob"


@pytest.mark.parametrize("policy", [Policy.MAJORITY, Policy.UNANIMOUS, Policy.LATEST])
def test_later_and_remarks_alone_have_no_basis(policy: Policy) -> None:
    opinions = combine(policy, votes(Verdict.LATER))
    assert opinions.codes[0] == 0 and opinions.combined(0).basis == ""
    remark = [event(LIST, 0, Verdict.NONE, comment="odd", reviewer="ann")]
    combined = combine(policy, remark).combined(0)
    assert (combined.opinion.comment, combined.basis) == ("odd", "")


def test_latest_of_equal_dates_is_the_first_reviewers() -> None:
    at = "2026-01-31T03:00:00.000Z"
    events = [event(LIST, 0, A, reviewer="ann", at=at), event(LIST, 0, R, reviewer="bob", at=at)]
    combined = combine(Policy.LATEST, events).combined(0)
    assert combined.opinion.verdict is A and combined.basis == "latest: ann"


def test_date_is_the_last_of_those_whose_verdict_it_is() -> None:
    opinion = combine(Policy.MAJORITY, votes(A, A, R)).opinion(0)
    assert opinion.decided_at == "2026-01-31T03:01:00.000Z"
    assert opinion.reviewer == "ann, bob"
    split = combine(Policy.MAJORITY, votes(A, R)).opinion(0)
    assert (split.reviewer, split.decided_at) == ("ann, bob", "2026-01-31T03:01:00.000Z")
