from __future__ import annotations

import re
import uuid

import pytest

from tests.helpers.decisions import event, listing
from vetter.core.decisions.decision import (
    UNDECIDED,
    Opinion,
    Verdict,
    last_reviewers,
    new_id,
    new_ids,
    storable,
    utc_now,
)


def test_codes_are_what_the_list_paints_from() -> None:
    assert [verdict.code for verdict in Verdict] == [0, 1, 2, 3, 4]
    assert [verdict.value for verdict in Verdict] == ["none", "accept", "reject", "maybe", "later"]


@pytest.mark.parametrize("word", ["undecided", "NONE", "none"])
def test_undecided_is_none(word: str) -> None:
    assert Verdict.from_word(word) is Verdict.NONE


def test_unknown_word() -> None:
    with pytest.raises(KeyError):
        Verdict.from_word("perhaps")


@pytest.mark.parametrize(
    ("opinion", "says"),
    [
        (UNDECIDED, False),
        (Opinion(Verdict.MAYBE), True),
        (Opinion(tags=("dipole",)), True),
        (Opinion(comment="look again"), True),
        (Opinion(reviewer="ada", decided_at="2026"), False),
    ],
    ids=["nothing", "verdict", "tag", "comment", "cleared"],
)
def test_says_something(opinion: Opinion, says: bool) -> None:
    assert opinion.has_content is says


def test_time_is_utc_to_the_millisecond() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", utc_now())


def test_ids_differ() -> None:
    assert new_id() != new_id()


def test_many_ids_are_random_uuids_as_one_is() -> None:
    ids = new_ids(2000)
    assert len(set(ids)) == 2000
    read = [uuid.UUID(text) for text in ids]
    assert [str(one) for one in read] == ids
    assert {(one.version, one.variant) for one in read} == {(4, uuid.RFC_4122)}
    assert {text[19] for text in ids} == set("89ab") and new_ids(0) == []


def test_opinion_of_an_event_has_all_its_parts() -> None:
    listed = listing()
    full = event(listed, 0, Verdict.LATER, tags=("t",), comment="c", until="2027", program="1")
    assert full.opinion == Opinion(
        Verdict.LATER, ("t",), "c", full.reviewer, full.at, 1.5, "2027", "1"
    )
    for changes in ({"tags": ("t",)}, {"comment": "c"}):
        assert event(listed, 0, Verdict.NONE, **changes).opinion.has_content
    assert event(listed, 0, Verdict.NONE).opinion is UNDECIDED


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"at": "later", "reviewer": "bob", "seconds": 9.0}, True),
        ({"verdict": Verdict.REJECT}, False),
        ({"until": "2027"}, False),
        ({"tags": ("t",)}, False),
        ({"comment": "c"}, False),
    ],
)
def test_same_opinion_is_of_verdict_time_tags_and_comment(
    changes: dict[str, object], same: bool
) -> None:
    one = event(listing(), 0)
    assert one.has_same_opinion(one._replace(**changes)) is same


def test_step_is_the_group_or_the_event() -> None:
    one = event(listing(), 0)
    assert one.step == one.id and one._replace(group="g").step == "g"


def test_reviewers_come_in_the_order_of_their_last_decisions() -> None:
    listed = listing(1)
    events = [event(listed, 0, reviewer=name) for name in ("ann", "bob", "cat", "ann", "cat")]
    assert last_reviewers(events) == ["bob", "ann", "cat"]
    assert last_reviewers([]) == []


@pytest.mark.parametrize(
    ("text", "stored"), [("plain", "plain"), ("\u00e9", "\u00e9"), ("a\udcffb", "a\\udcffb")]
)
def test_lone_surrogates_are_escaped(text: str, stored: str) -> None:
    assert storable(text) == stored


@pytest.mark.parametrize(
    ("changes", "is_undecided"),
    [({}, True), ({"tags": ("dipole",)}, False), ({"comment": "odd"}, False)],
)
def test_decision_of_nothing_is_undecided(changes: dict[str, object], is_undecided: bool) -> None:
    opinion = event(listing(1), 0, Verdict.NONE, **changes).opinion
    assert (opinion is UNDECIDED) is is_undecided
    assert event(listing(1), 0, Verdict.ACCEPT).opinion.verdict is Verdict.ACCEPT
