"""What is selected in the grid: ranges by the list's order, in lists that change."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.gui.grid.selection import GridSelection
from vetter.review.queue import Queue

MAG = np.array([5.0, 1.0, 4.0, 2.0, 3.0])


@pytest.fixture
def queue() -> Queue:
    queue = Queue(len(MAG), lambda _name: MAG, lambda _text: MAG < 4.5)
    queue.sort_by("mag", False)
    return queue


@pytest.fixture
def selection(queue) -> GridSelection:
    return GridSelection(queue)


def test_a_range_is_of_what_is_listed_between(selection) -> None:
    assert selection.select_only(3)
    assert selection.extend(2)
    assert selection.listed == [3, 4, 2] and len(selection) == 3
    assert 4 in selection and 1 not in selection and 99 not in selection and -1 not in selection


def test_what_changes_nothing_says_so(selection) -> None:
    assert selection.select_only(3)
    assert not selection.select_only(3) and not selection.extend(3) and not selection.toggle(3)


def test_one_less_but_never_none(selection) -> None:
    selection.select_only(3)
    assert selection.toggle(4) and selection.toggle(3) and selection.listed == [4]
    assert not selection.toggle(4) and selection.listed == [4]


def test_a_filter_leaves_what_it_lists(selection, queue) -> None:
    assert selection.all()
    queue.set_filter("mag < 4.5")
    assert selection.keep_listed() and selection.listed == [1, 3, 4, 2]
    assert not selection.keep_listed()


def test_what_came_later_can_be_selected_too(queue, selection) -> None:
    selection.select_only(1)
    selection.all()
    more = np.append(MAG, 0.5)
    queue.extend(6, lambda _name: more[5:], lambda _text: np.ones(1, bool))
    assert 5 not in selection and len(selection) == 5
    assert selection.all() and 5 in selection and selection.listed[0] == 5


def test_no_candidate_is_nothing_selected(selection) -> None:
    assert not selection.select_only(-1) and selection.listed == []


def test_at_first_nothing_is_selected(selection) -> None:
    assert len(selection) == 0 and selection.listed == [] and 0 not in selection
