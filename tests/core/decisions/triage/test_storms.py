"""Images with many times the candidates of the others."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.decisions.triage.storms import find_storms, group_nights, group_values


def storms_of(counts: list[int]) -> list[tuple[str, int, float]]:
    """Return label, number and usual number of each storm among images with these counts."""
    labels = np.repeat(np.arange(len(counts)), counts)
    found = find_storms("image", labels, [f"e{number}" for number in range(len(counts))])
    return [(storm.label, len(storm.rows), storm.usual) for storm in found]


def test_failing_exposure_of_a_night_is_found() -> None:
    # A survey's night: one exposure of 60 with 40,000 detections.
    rng = np.random.default_rng(19)
    counts = rng.poisson(20, 60).tolist()
    counts[41] = 40_000
    assert [storm[:2] for storm in storms_of(counts)] == [("e41", 40_000)]


@pytest.mark.parametrize(
    ("counts", "labels"),
    [
        ([20, 22, 19, 60], []),
        ([20, 22, 19, 130], ["e3"]),
        ([0, 1, 0, 2, 1, 29], []),
        ([0, 1, 1, 2, 1, 40], ["e5"]),
        ([20, 4000], []),
        ([500], []),
        ([], []),
        ([10, 12, 900, 11, 9, 300], ["e2", "e5"]),
        ([1000] * 10, []),
    ],
    ids=[
        "crowded field",
        "storm",
        "few",
        "floor",
        "two images",
        "one image",
        "none",
        "two storms",
        "busy",
    ],
)
def test_storm_has_many_times_the_others(counts: list[int], labels: list[str]) -> None:
    assert [label for label, *_ in storms_of(counts)] == labels


@pytest.mark.parametrize("seed", range(5))
def test_no_storm_in_equal_images(seed: int) -> None:
    assert storms_of(np.random.default_rng(seed).poisson(12, 2000).tolist()) == []


def test_candidates_without_image_are_in_no_group() -> None:
    labels = np.array([-1] * 500 + [0, 1, 2, 3])
    assert find_storms("image", labels, list("abcd")) == []


def test_storm_names_its_rows_and_rate() -> None:
    labels = np.array([0, 1, 2, 3] + [3] * 60 + [0, 1, 2])
    (storm,) = find_storms("detector", labels, list("abcd"))
    assert storm.rows.tolist() == [3, *range(4, 64)]
    assert storm.words == "detector d has 61 candidates, 20 times the others' median of 2"


def test_values_are_grouped_without_empty_ones() -> None:
    labels, names = group_values(np.array(["b", "", "a", "b"]))
    assert [names[n] if n >= 0 else None for n in labels] == ["b", None, "a", "b"]
    labels, names = group_values(np.array([2.0, np.nan, 1.0]))
    assert [names[n] if n >= 0 else None for n in labels] == ["2", None, "1"]


def test_nights_are_parted_by_days() -> None:
    # The second night goes across midnight.
    labels, nights = group_nights(np.array([60001.9, 60000.1, np.nan, 60002.2, 60000.4]))
    assert labels.tolist() == [1, 0, -1, 1, 0]
    assert nights == [(60000.1, 60000.4), (60001.9, 60002.2)]
