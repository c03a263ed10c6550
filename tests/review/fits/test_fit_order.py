"""What is wished for first, and when the rest is wished for anew."""

from __future__ import annotations

import pytest

from vetter.review.fits.fit_order import FitRequests


class Ahead:
    running = True

    def __init__(self) -> None:
        self.wishes: list[tuple[list[int], list[int] | None]] = []

    def request(self, first, then=None) -> None:
        self.wishes.append((first, then))


class Rest:
    """Others wait than before, or not."""

    changed = False

    def update_waiting(self, first) -> bool:
        return self.changed

    def rows(self) -> list[int]:
        return [7, 8]


class Panels:
    def __init__(self) -> None:
        self.there: set[int] = set()

    def has_fit_panel(self, row: int) -> bool:
        return row in self.there


class Wished(FitRequests):
    def __init__(self) -> None:
        self.panels, self.ahead, self.unfitted = Panels(), Ahead(), Rest()
        super().__init__(self.panels, self.ahead, self.unfitted)


@pytest.fixture
def wishes() -> Wished:
    return Wished()


def test_these_come_before_what_is_followed_and_that_before_what_was_asked_for(wishes):
    wishes.followed, wishes.asked = (3, 4, 5), {9, 4, 2}
    wishes.panels.there = {3}
    wishes.request([1, 5, -1])
    assert wishes.ahead.wishes == [([1, 5, 4, 2, 9], None)]


@pytest.mark.parametrize(
    ("changed", "options", "then"),
    [
        (False, {}, None),
        (True, {}, [7, 8]),
        (False, {"anew": True}, [7, 8]),
        (True, {"rest": False}, None),
    ],
)
def test_the_rest_is_wished_for_anew_where_others_wait_unless_it_is_left(
    wishes, changed, options, then
):
    wishes.unfitted.changed = changed
    wishes.request([1], **options)
    assert wishes.ahead.wishes == [([1], then)]


@pytest.mark.parametrize("changed", [True, False])
def test_nothing_is_wished_for_anew_where_the_same_wait(wishes, changed):
    wishes.unfitted.changed = changed
    wishes.request_if_waiting_changed()
    assert wishes.ahead.wishes == ([([], [7, 8])] if changed else [])


@pytest.mark.parametrize("running", [True, False])
def test_dropped_wishes_leave_what_was_asked_for(wishes, running):
    wishes.followed, wishes.asked, wishes.ahead.running = (1, 2), {9, 4}, running
    wishes.drop()
    assert wishes.ahead.wishes == ([([4, 9], [])] if running else [])
    wishes.request()
    assert wishes.ahead.wishes[-1] == ([4, 9], None)
