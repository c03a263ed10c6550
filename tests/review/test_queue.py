"""The order in which candidates come by, and what the next key hits."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.columns.sorted_rows import SortKey
from vetter.errors import InputError
from vetter.review.queue import Queue, read_order
from vetter.settings import MAX_SEED

MAG = np.ma.masked_array([19.0, 17.5, np.nan, 18.2, 17.5], mask=[0, 0, 0, 0, 0])


def make_queue(values=MAG, kept=(0, 2, 4)) -> Queue:
    def matches(expression: str) -> np.ndarray:
        if expression == "nonsense":
            raise InputError("filter: nonsense")
        mask = np.zeros(len(values), bool)
        mask[list(kept)] = True
        return mask

    return Queue(len(values), lambda name: values, matches)


def test_the_files_order_comes_first():
    queue = make_queue()
    assert list(queue.order) == [0, 1, 2, 3, 4]
    assert [queue.position_of(row) for row in range(5)] == [0, 1, 2, 3, 4]


def test_sorting_is_stable_and_puts_empty_values_last():
    queue = make_queue()
    queue.sort_by("mag")
    assert list(queue.order) == [1, 4, 3, 0, 2]


def test_descending_keeps_ties_in_the_files_order_and_empty_values_last():
    queue = make_queue()
    queue.sort_by("mag", descending=True)
    assert list(queue.order) == [0, 3, 1, 4, 2]


def test_masked_values_count_as_empty():
    queue = make_queue(np.ma.masked_array([3, 1, 2], mask=[False, True, False]), kept=())
    queue.sort_by("flags")
    assert list(queue.order) == [2, 0, 1]


def test_text_sorts_as_text_with_empty_last():
    queue = make_queue(np.array(["b", "", "a"], dtype=object), kept=())
    queue.sort_by("name")
    assert list(queue.order) == [2, 0, 1]


def test_a_filter_leaves_rows_out_and_an_empty_one_brings_them_back():
    queue = make_queue()
    queue.set_filter("something")
    assert list(queue.order) == [0, 2, 4]
    assert queue.position_of(1) == -1
    queue.set_filter("  ")
    assert len(queue) == 5


def test_a_filter_that_is_not_understood_changes_nothing():
    queue = make_queue()
    queue.set_filter("something")
    with pytest.raises(InputError):
        queue.set_filter("nonsense")
    assert queue.expression == "something"
    assert list(queue.order) == [0, 2, 4]


@pytest.mark.parametrize(("row", "steps", "wanted"), [(0, 1, 2), (2, -1, 0), (4, 1, None)])
def test_steps_go_along_the_filtered_order(row, steps, wanted):
    queue = make_queue()
    queue.set_filter("something")
    assert queue.step(row, steps) == wanted


@pytest.mark.parametrize(
    ("row", "steps", "wanted"),
    [(3, 1, 4), (3, -1, 2), (3, -2, 0), (3, 2, None), (1, 2, 4), (1, -2, None), (-1, 1, 0)],
)
def test_a_step_from_a_row_that_is_left_out_starts_where_it_would_stand(row, steps, wanted):
    queue = make_queue()
    queue.set_filter("something")
    assert queue.step(row, steps) == wanted


def test_next_undecided_goes_around_the_end():
    queue = make_queue()
    codes = np.array([0, 1, 2, 1, 3], np.uint8)
    assert queue.next_undecided(1, codes) == 0


@pytest.mark.parametrize(
    ("row", "codes", "found"),
    [
        (1, [0, 0, 0, 0, 0], 2),
        (3, [0, 0, 0, 0, 0], 4),
        (3, [0, 0, 0, 0, 1], 0),
        (2, [0, 0, 0, 0, 0], 4),
        (4, [1, 0, 0, 0, 0], 2),
        (-1, [0, 0, 0, 0, 0], 0),
        (-1, [1, 0, 1, 0, 0], 4),
        (1, [1, 0, 1, 0, 1], None),
    ],
)
def test_next_undecided_is_a_listed_one(row, codes, found):
    queue = make_queue()
    queue.set_filter("something")
    assert queue.next_undecided(row, np.array(codes, np.uint8)) == found


def test_list_without_rows_has_no_undecided():
    queue = make_queue(kept=())
    queue.set_filter("something")
    assert queue.next_undecided(1, np.zeros(5, np.uint8)) is None


@pytest.mark.parametrize("row", [0, 2, 4])
def test_next_undecided_is_never_the_row_itself(row):
    codes = np.ones(5, np.uint8)
    codes[row] = 0
    assert make_queue().next_undecided(row, codes) is None


def test_ahead_lists_the_rows_in_the_direction_of_travel():
    queue = make_queue()
    assert queue.ahead(1, 1, 3) == [2, 3, 4]
    assert queue.ahead(1, -1, 3) == [0]


def test_changes_are_told():
    queue = make_queue()
    told = []
    queue.changed.connect(lambda: told.append(list(queue.order)))
    queue.reordered.connect(lambda: told.append("reordered"))
    queue.sort_by("mag")
    assert told == [[1, 4, 3, 0, 2], "reordered"]
    queue.set_filter("something")
    assert told[2:] == [[4, 0, 2]]


def test_order_is_another_than_the_files_while_sorted_or_shuffled():
    queue = make_queue()
    told = []
    for change in (
        lambda: queue.set_filter("something"),
        lambda: queue.sort_by("mag"),
        lambda: queue.sort_by(None),
        lambda: queue.shuffle(3),
        lambda: queue.shuffle(None),
    ):
        change()
        told.append((queue.is_reordered, queue.sort_column, queue.seed))
    assert told == [
        (False, None, None),
        (True, "mag", None),
        (False, None, None),
        (True, None, 3),
        (False, None, None),
    ]
    assert queue.order.tolist() == [0, 2, 4]


@pytest.mark.parametrize(
    ("descending", "words"), [(False, ["mag"]), (True, ["mag", "descending"]), (None, [])]
)
def test_sort_is_told_in_words(descending, words):
    queue = make_queue()
    if descending is not None:
        queue.sort_by("mag", descending)
    assert queue.sort_words == words


def test_new_rows_pass_the_filter_alone():
    queue = make_queue()
    queue.set_filter("something")
    queue.extend(7, lambda name: MAG[:2], lambda text: np.array([False, True]))
    assert queue.order.tolist() == [0, 2, 4, 6] and queue.position_of(6) == 3


@pytest.mark.parametrize("descending", [False, True])
def test_a_column_that_turns_into_text_is_sorted_anew(qtbot, descending):
    whole = {"field": np.array([9.0, 10.0])}
    queue = Queue(2, lambda name: whole[name], lambda text: np.ones(0, bool))
    queue.sort_by("field", descending)
    whole["field"] = np.array(["9", "10", "1b", "a"])
    queue.extend(4, lambda name: whole[name][2:], lambda text: np.ones(2, bool))
    by_text = [1, 2, 0, 3]
    assert queue.order.tolist() == (by_text[::-1] if descending else by_text)


@pytest.mark.parametrize(("row", "match"), [(0, 0), (1, 2), (3, 4), (4, 4), (-1, 0)])
def test_first_match_is_at_row_or_after_it(row, match):
    queue = make_queue()
    queue.set_filter("something")
    assert queue.first_match(row) == match


def test_first_match_after_last_wraps():
    queue = make_queue(kept=(0, 2))
    queue.set_filter("something")
    assert queue.first_match(4) == 0


def test_first_match_follows_sort():
    queue = make_queue(kept=(0, 2))
    queue.sort_by("mag")
    queue.set_filter("something")
    assert queue.first_match(3) == 0 and queue.first_match(1) == 0


def test_first_match_follows_the_place_that_the_row_would_have():
    queue = make_queue(kept=(1, 2, 4))
    queue.sort_by("mag")
    queue.set_filter("something")
    assert [queue.first_match(row) for row in range(5)] == [2, 1, 2, 2, 4]


def test_first_match_of_nothing_is_none():
    queue = make_queue(kept=())
    queue.set_filter("something")
    assert queue.first_match(3) is None


@pytest.mark.parametrize(
    ("row", "left_out"), [(1, True), (2, False), (-1, False), (5, False), (9, False)]
)
def test_filter_leaves_out_rows_without_match(row, left_out):
    queue = make_queue()
    queue.set_filter("something")
    assert queue.leaves_out(row) is left_out
    assert queue.position_of(row) == (1 if row == 2 else -1)


def test_first_row_is_left_out_where_it_does_not_match():
    for kept, left_out in (((0, 2), False), ((1, 2), True)):
        queue = make_queue(kept=kept)
        assert not queue.leaves_out(0)
        queue.set_filter("something")
        assert queue.leaves_out(0) is left_out


@pytest.mark.parametrize(("kept", "barren"), [((), True), ((1,), False)])
def test_filter_without_match_is_barren(kept, barren):
    queue = make_queue(kept=kept)
    assert not queue.is_barren
    queue.set_filter("something")
    assert queue.is_barren is barren


def test_empty_list_without_filter_is_not_barren():
    assert not Queue(0, lambda name: MAG[:0], lambda text: np.ones(0, bool)).is_barren


COLUMNS = {
    "night": np.array([2, 1, 2, 1]),
    "mag": np.array([19.0, 18.0, 17.0, np.nan]),
    "chip": np.array([5, 6, 7, 8]),
    "score": np.array([0.0, 0.0, 1.0, 1.0]),
}


def make_columns_queue() -> Queue:
    return Queue(4, COLUMNS.__getitem__, lambda text: np.ones(4, bool))


def test_second_column_sorts_within_first():
    queue = make_columns_queue()
    queue.sort_by("night")
    queue.sort_also("mag", True)
    assert queue.order.tolist() == [1, 3, 0, 2]
    assert (queue.sort_column, queue.descending) == ("night", False)


def test_column_that_sorts_is_turned_in_its_place():
    queue = make_columns_queue()
    queue.sort_by("night")
    queue.sort_also("mag")
    queue.sort_also("night", True)
    assert queue.sort_keys == (SortKey("night", True), SortKey("mag"))


def test_dropped_column_leaves_the_others():
    queue = make_columns_queue()
    queue.sort_by("night")
    queue.sort_also("mag", True)
    queue.drop_sort("night")
    assert queue.sort_keys == (SortKey("mag", True),)
    assert queue.order.tolist() == [0, 1, 2, 3]
    queue.drop_sort("chip")
    assert queue.sort_keys == (SortKey("mag", True),)


def test_last_column_gives_way_to_a_fourth():
    queue = make_columns_queue()
    for column in COLUMNS:
        queue.sort_also(column)
    assert [key.column for key in queue.sort_keys] == ["night", "mag", "score"]


def test_unknown_column_leaves_order():
    queue = make_columns_queue()
    queue.sort_by("mag")
    with pytest.raises(KeyError):
        queue.sort_also("gone")
    assert queue.order.tolist() == [2, 1, 0, 3]
    assert queue.sort_column == "mag"


def test_equals_of_a_sort_stay_shuffled():
    queue = make_columns_queue()
    queue.shuffle(4)
    shuffled = queue.order.tolist()
    queue.sort_by("score")
    assert queue.order.tolist() == sorted(shuffled, key=lambda row: COLUMNS["score"][row])
    queue.sort_by(None)
    assert queue.order.tolist() == shuffled


def test_shuffled_list_grows_into_same_order():
    whole = Queue(9, lambda name: MAG, lambda text: np.ones(9, bool))
    parts = Queue(4, lambda name: MAG, lambda text: np.ones(4, bool))
    whole.shuffle(11)
    parts.shuffle(11)
    parts.extend(9, lambda name: MAG, lambda text: np.ones(5, bool))
    assert parts.order.tolist() == whole.order.tolist()


def test_verdicts_that_change_do_not_disturb_growth():
    codes = np.array([0, 1, 0, 1], np.uint8)
    queue = Queue(4, lambda name: codes, lambda text: np.ones(4, bool))
    queue.sort_by("verdict")
    codes[:] = [1, 0, 1, 0]
    queue.extend(5, lambda name: np.array([0], np.uint8), lambda text: np.ones(1, bool))
    assert queue.order.tolist() == [0, 2, 4, 1, 3]


def test_order_survives_its_record():
    queue = make_columns_queue()
    queue.arrange([SortKey("night", True), SortKey("mag")], 9)
    assert read_order(queue.record) == ([SortKey("night", True), SortKey("mag")], 9)


@pytest.mark.parametrize(
    "record",
    [
        None,
        7,
        {"sort": "mag", "seed": "x"},
        {"sort": [["mag"], 3], "seed": -1},
        {"sort": [["mag", True, 1], ["mag", 1], [1, True]], "seed": True},
        {"seed": MAX_SEED + 1},
    ],
)
def test_other_records_mean_files_order(record):
    assert read_order(record) == ([], None)


@pytest.mark.parametrize("seed", [0, MAX_SEED])
def test_record_holds_three_columns_and_any_seed(seed):
    columns = [[name, name == "b"] for name in "abcd"]
    keys = [SortKey("a", False), SortKey("b", True), SortKey("c", False)]
    assert read_order({"sort": columns, "seed": seed}) == (keys, seed)
