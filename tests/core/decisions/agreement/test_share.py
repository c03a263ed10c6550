"""Shares of a list: their titles, their record, and what several make together."""

from __future__ import annotations

from typing import Any

import pytest

from vetter.core.decisions.agreement.share import SHARE, Share, join_shares, share_of_record
from vetter.errors import InputError


def share(numbers: tuple[int, ...], of: int, keys: str | None, overlap: str = "") -> Share:
    return Share(numbers, of, None if keys is None else frozenset(keys), frozenset(overlap))


@pytest.mark.parametrize(
    ("numbers", "keys", "title"),
    [
        ((2,), "ab", "share 2 of 5"),
        ((2, 3), "ab", "shares 2, 3 of 5"),
        ((), "ab", "merged shares"),
        ((), None, ""),
        ((1,), None, ""),
    ],
)
def test_title_names_the_shares(numbers: tuple[int, ...], keys: str | None, title: str) -> None:
    assert share(numbers, 5, keys).title == title


@pytest.mark.parametrize("one", [share((1, 3), 5, "cab", "b"), share((), 0, None)])
def test_record_gives_the_share_back(one: Share) -> None:
    assert share_of_record({SHARE: one.as_plain()}) == one


def test_record_is_in_order() -> None:
    plain = share((1,), 2, "cab", "ba").as_plain()
    assert plain == {"numbers": [1], "of": 2, "keys": ["a", "b", "c"], "overlap": ["a", "b"]}


@pytest.mark.parametrize(
    "changed", [{"keys": "ab"}, {"keys": [1]}, {"overlap": None}, {"of": "x"}, {"numbers": 1}]
)
def test_record_of_other_types_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="the record of its share is damaged; split the list"):
        Share.from_plain({**share((1,), 2, "ab").as_plain(), **changed})


@pytest.mark.parametrize(
    ("shares", "has_whole", "joined"),
    [
        ([share((1,), 3, "ab"), share((3,), 3, "cd")], False, share((1, 3), 3, "abcd")),
        ([share((3,), 3, "cd"), share((1,), 3, "ab")], False, share((1, 3), 3, "abcd")),
        # Keys that two of them hold are judged twice, as are those said to be.
        ([share((1,), 3, "abc"), share((2,), 3, "cd", "x")], False, share((1, 2), 3, "abcd", "cx")),
        ([share((1,), 2, "ab"), share((2,), 2, "cd")], False, share((1, 2), 2, None)),
        ([share((1,), 2, "ab"), share((2,), 3, "cd")], False, share((), 0, "abcd")),
        # One share read twice overlaps with nothing.
        ([share((1,), 3, "ab"), share((1,), 3, "ab")], False, share((1,), 3, "ab")),
        ([share((1,), 3, "ab")], True, share((1,), 3, None)),
        ([share((1,), 3, "ab"), share((), 0, None)], False, share((), 0, None)),
        ([share((), 0, None)], False, share((), 0, None)),
        ([share((), 0, "ab")], False, share((), 0, "ab")),
    ],
)
def test_shares_join_to_what_they_hold(shares: list[Share], has_whole: bool, joined: Share) -> None:
    assert join_shares(shares, has_whole) == joined


def test_shares_join_to_a_part_if_no_session_has_the_whole() -> None:
    assert join_shares([share((1,), 3, "ab")]) == share((1,), 3, "ab")
