"""Rows of the grid: those of the queue, or the undecided among them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.decisions.decision import Verdict
from vetter.gui.grid.shown_rows import ShownRows


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    """Six candidates, the faintest first; J004 and J001 are decided."""
    session = FakeSession(candidate_list(6))
    session.queue.sort_by("mag", True)
    session.say(4, verdict=Verdict.LATER)
    session.say(1, verdict=Verdict.ACCEPT)
    return session


@pytest.fixture
def shown(session: FakeSession) -> ShownRows:
    return ShownRows(session)


def test_all_are_shown_at_first(shown: ShownRows) -> None:
    assert shown.order.tolist() == [5, 4, 3, 2, 1, 0] and len(shown) == 6
    assert not shown.only_undecided
    assert [shown.position_of(row) for row in (5, 0, 6, -1)] == [0, 5, -1, -1]
    assert [shown.leaves_out(row) for row in (0, 5, -1)] == [False, False, False]


def test_decided_ones_can_be_left_out(shown: ShownRows) -> None:
    shown.set_only_undecided(True)
    assert shown.only_undecided and shown.order.tolist() == [5, 3, 2, 0] and len(shown) == 4
    assert [shown.position_of(row) for row in (5, 3, 0, 4, 6, -1)] == [0, 1, 3, -1, -1, -1]
    # Row 0 is a candidate as any other; no row is left out that is none.
    assert [shown.leaves_out(row) for row in (0, 4, -1)] == [False, True, False]
    shown.set_only_undecided(False)
    assert len(shown) == 6 and not shown.only_undecided and not shown.leaves_out(4)


def test_verdicts_count_once_the_rows_are_found_again(
    session: FakeSession, shown: ShownRows
) -> None:
    shown.set_only_undecided(True)
    session.say(5, verdict=Verdict.REJECT)
    session.say(4, verdict=Verdict.NONE)
    assert shown.order.tolist() == [5, 3, 2, 0]
    shown.refresh()
    assert shown.order.tolist() == [4, 3, 2, 0] and shown.leaves_out(5)


def test_filter_holds_for_the_undecided_too(session: FakeSession, shown: ShownRows) -> None:
    shown.set_only_undecided(True)
    session.queue.set_filter("mag < 18.3")
    shown.refresh()
    assert shown.order.tolist() == [2, 0] and shown.leaves_out(5)
    shown.set_only_undecided(False)
    assert shown.order.tolist() == [2, 1, 0] and shown.leaves_out(5)
