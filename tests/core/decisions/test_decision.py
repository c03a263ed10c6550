from __future__ import annotations

import re
import uuid

import pytest

from vetter.core.decisions.decision import UNDECIDED, Opinion, Verdict, new_id, new_ids, utc_now


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
