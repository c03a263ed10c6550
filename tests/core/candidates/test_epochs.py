"""Candidates of one object: by identity, by place, in the order of time."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from vetter.core.candidates.epochs import (
    Epochs,
    label_by_identity,
    label_by_position,
    one_per_image,
)


def groups(labels) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in set(labels.tolist())}


def test_equal_identities_are_one_object_and_empty_ones_alone():
    labels = label_by_identity(np.array(["a", "", "b", "a", ""]))
    assert groups(labels) == {frozenset({0, 3}), frozenset({1}), frozenset({2}), frozenset({4})}


@pytest.mark.parametrize("dec", [0.0, 60.0, 89.99])
def test_the_radius_is_that_of_great_circles(dec):
    step = 1.4 / 3600 / np.cos(np.radians(dec))
    ra = np.array([10.0, 10.0 + step, 10.0 + 3 * step])
    labels = label_by_position(ra, np.full(3, dec), 1.5)
    assert groups(labels) == {frozenset({0, 1}), frozenset({2})}


def test_steps_connect_and_ra_has_no_edge():
    ra = (359.9998 + np.arange(5) / 3600) % 360
    assert len(groups(label_by_position(ra, np.zeros(5), 1.01))) == 1


def test_without_a_place_a_candidate_is_alone():
    labels = label_by_position(
        np.array([10.0, np.nan, 10.0, np.nan]), np.array([1.0, 1, 1, np.nan]), 1
    )
    assert groups(labels) == {frozenset({0, 2}), frozenset({1}), frozenset({3})}


def test_as_a_tree_finds_them():
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(2)
    ra, dec = rng.uniform(0, 0.05, 4000) % 360, rng.uniform(-60.03, -60, 4000)
    lon, lat = np.radians(ra), np.radians(dec)
    space = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    chord = 2 * np.sin(np.radians(1.5 / 3600) / 2)
    one, other = cKDTree(space).query_pairs(chord, output_type="ndarray").T
    graph = coo_matrix((np.ones(len(one)), (one, other)), shape=(4000, 4000))
    expected = connected_components(graph, directed=False)[1]
    labels = label_by_position(ra, dec, 1.5)
    assert 100 < len(set(labels)) < 3900
    assert groups(labels) == groups(expected)


def test_rows_at_one_place_take_no_memory_of_pairs():
    ra, dec = np.zeros(3000), np.zeros(3000)
    ra[[5, 9]], ra[7] = 10.0, np.nan
    tracemalloc.start()
    labels = label_by_position(ra, dec, 1.5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert labels[[5, 7, 9]].tolist() == [5, 7, 5] and (np.delete(labels, [5, 7, 9]) == 0).all()
    assert peak < 10_000_000


@pytest.mark.parametrize("radius", [0.0, -1.0, 4000.0, np.nan])
def test_a_radius_is_above_nothing_and_below_a_degree(radius):
    with pytest.raises(ValueError, match="up to a degree"):
        label_by_position(np.zeros(1), np.zeros(1), radius)


def test_epochs_come_in_the_order_of_time_unknown_ones_last():
    epochs = Epochs(np.array([7, 3, 7, 7, 7]), np.array([2.0, 5.0, np.nan, 1.0, 2.0]))
    assert epochs.rows(2) == [3, 0, 4, 2]
    assert epochs.rows(1) == [1]
    assert epochs.has_several


def test_steps_end_at_the_last_epoch():
    epochs = Epochs(np.array([1, 1, 2]), np.array([2.0, 1.0, 0.0]))
    assert (epochs.step(1, 1), epochs.step(0, 1), epochs.step(0, -1)) == (0, None, 1)
    assert epochs.step(2, 1) is None


def test_single_candidates_have_no_epochs():
    assert not Epochs(np.arange(3), np.zeros(3)).has_several
    assert not Epochs(np.empty(0, np.intp), np.empty(0)).has_several


@pytest.mark.parametrize(
    ("ra", "expected"),
    [
        ([10.0, 10.1, 10.1, 10.0], [[0, 3], [1, 2]]),
        ([10.0, 10.1, 10.0, 10.1], [[0, 2], [1, 3]]),
        ([359.99, 0.02, 0.0, 0.03], [[0, 2], [1, 3]]),
        ([np.nan, np.nan, np.nan, np.nan], [[0, 2], [1, 3]]),
    ],
)
def test_two_detections_on_each_image_are_two_objects(
    ra: list[float], expected: list[list[int]]
) -> None:
    images, times = np.array([0, 0, 1, 1]), np.array([1.0, 1, 2, 2])
    dec = np.zeros(4)
    labels = one_per_image(np.zeros(4, np.intp), images, times, np.array(ra), dec)
    assert groups(labels) == set(map(frozenset, expected))


def test_images_in_order_of_time_extend_one_object() -> None:
    # It moves: the nearest is the one of the image before.
    images, times = np.array([2, 0, 1, 1]), np.array([3.0, 1, 2, 2])
    ra = np.array([10.4, 10.0, 10.2, 10.9])
    labels = one_per_image(np.full(4, 7), images, times, ra, np.zeros(4))
    assert groups(labels) == {frozenset({0, 1, 2}), frozenset({3})}


def test_labels_without_repeated_image_stay() -> None:
    labels = np.array([3, 3, 5])
    assert one_per_image(labels, np.array([0, 1, 1]), *np.zeros((3, 3))) is labels


def test_list_that_holds_everything_twice_is_split_in_time() -> None:
    count = 20_000
    labels = np.tile(np.arange(count), 2)
    images, times = np.zeros(2 * count, np.intp), np.zeros(2 * count)
    split = one_per_image(labels, images, times, *np.zeros((2, 2 * count)))
    assert len(np.unique(split)) == 2 * count
    np.testing.assert_array_equal(split[:count], labels[:count])
