"""Images with many times the candidates of the others."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.decisions.triage.storms import (
    SAMPLE,
    Grouping,
    Storm,
    find_list_storms,
    find_storms,
    group_nights,
    group_values,
)


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
        ([1, 1, 1, 1, 30], ["e4"]),
        ([1, 1, 1, 1, 29], []),
        ([20, 20, 20, 20, 100], ["e4"]),
        ([20, 20, 20, 20, 99], []),
        ([7, 7, 7, 35], ["e3"]),
        ([7, 7, 35], []),
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
        "thirty",
        "less than thirty",
        "five times",
        "less than five times",
        "four images",
        "three images",
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
    labels, names = group_values(np.array([2, 0, -1, 2]))
    assert [names[n] for n in labels] == ["2", "0", "-1", "2"]
    labels, names = group_values(np.ma.array([2, 0, 1], mask=[False, False, True]))
    assert [names[n] if n >= 0 else None for n in labels] == ["2", "0", None]
    labels, names = group_values(np.array([b"b", b"", b"a"]))
    assert [names[n] if n >= 0 else None for n in labels] == ["b", None, "a"]
    labels, names = group_values(np.array(["a", None, 7], object))
    assert [names[n] if n >= 0 else None for n in labels] == ["a", None, "7"]


def test_nights_are_parted_by_days() -> None:
    # The second night goes across midnight.
    labels, nights = group_nights(np.array([60001.9, 60000.1, np.nan, 60002.2, 60000.4]))
    assert labels.tolist() == [1, 0, -1, 1, 0]
    assert nights == [(60000.1, 60000.4), (60001.9, 60002.2)]


def make_survey(counts: np.ndarray) -> list[Grouping]:
    """Return the groups of candidates, given their number by exposure and detector."""
    exposures, detectors = np.indices(counts.shape)
    image = np.repeat(np.arange(counts.size), counts.ravel())
    exposure = np.repeat(exposures.ravel(), counts.ravel())
    detector = np.repeat(detectors.ravel(), counts.ravel())
    night = exposure // 5
    names = [str(number) for number in range(counts.size)]
    kinds = ("exposure", "image", "detector", "night")
    labels = (exposure, image, detector, night)
    return [Grouping(kind, label, names) for kind, label in zip(kinds, labels, strict=True)]


def test_failing_exposure_is_one_storm_of_all_its_images() -> None:
    counts = np.random.default_rng(4).poisson(12, (30, 6))
    counts[7] = 400
    assert [storm.name for storm in find_list_storms(make_survey(counts))] == ["exposure 7"]


def test_failing_image_is_no_storm_of_its_exposure_or_night() -> None:
    counts = np.random.default_rng(4).poisson(12, (30, 6))
    counts[7, 2] = 4000
    assert [storm.name for storm in find_list_storms(make_survey(counts))] == ["image 44"]


def test_failing_detector_is_found_beside_a_failing_image() -> None:
    counts = np.random.default_rng(4).poisson(4, (30, 6))
    counts[:, 3] = 28
    counts[7, 2] = 900
    found = find_list_storms(make_survey(counts))
    assert [storm.name for storm in found] == ["image 44", "detector 3"]
    assert [len(storm.rows) for storm in found] == [900, 840]


def test_night_of_many_images_is_no_storm() -> None:
    # Eleven nights of four images, but for one of sixty.
    images = np.repeat(np.arange(100), 12)
    night = np.where(images < 60, 0, 1 + (images - 60) // 4)
    names = [str(number) for number in range(100)]
    groupings = [Grouping("image", images, names), Grouping("night", night, names)]
    assert find_list_storms(groupings) == []
    assert [storm.name for storm in find_list_storms(groupings[1:])] == ["night 0"]
    # Most nights of the calendar have no image.
    names = [str(number) for number in range(1000)]
    groupings = [Grouping("image", images, names), Grouping("night", 50 * night + 3, names)]
    assert find_list_storms(groupings) == []
    assert [storm.name for storm in find_list_storms(groupings[1:])] == ["night 3"]


def test_exposure_fails_beside_images_of_one_candidate() -> None:
    counts = np.ones((30, 6), int)
    counts[7] = 20
    assert [storm.name for storm in find_list_storms(make_survey(counts))] == ["exposure 7"]
    counts[7, 2:] = 1
    counts[7, :2] = 200
    found = find_list_storms(make_survey(counts))
    assert [storm.name for storm in found] == ["image 42", "image 43"]


def test_cloudy_night_of_as_many_images_is_a_storm() -> None:
    counts = np.full(40, 4)
    counts[8:12] = 25
    images = np.repeat(np.arange(40), counts)
    names = [str(number) for number in range(40)]
    groupings = [Grouping("image", images, names), Grouping("night", images // 4, names)]
    assert [storm.name for storm in find_list_storms(groupings)] == ["night 2"]


def storms_beside_images(
    kind: str, groups: list[list[int]], unknown: dict[int, int] | None = None
) -> list[str]:
    """Return the storms of a kind among groups, given the candidates of each group's images.

    ``unknown`` are candidates on no known image, by their group.
    """
    counts = np.concatenate([np.array(group, int) for group in groups])
    images = np.repeat(np.arange(len(counts)), counts)
    group = np.repeat(np.arange(len(groups)), [sum(group) for group in groups])
    lost = np.repeat(list(unknown or ()), list((unknown or {}).values())).astype(int)
    names = [str(number) for number in range(100)]
    found = find_list_storms(
        [
            Grouping(kind, np.concatenate([group, lost]), names),
            Grouping("image", np.concatenate([images, np.full(len(lost), -1)]), names),
        ]
    )
    return [storm.label for storm in found if storm.kind == kind]


@pytest.mark.parametrize(
    ("nights", "unknown", "storms"),
    [
        # Half of the nights have 8 in each image or fewer: a storm has 40 in its images.
        ([[10] * 20, [38, 42], [8], [8], [8]], {}, ["1"]),
        ([[10] * 20, [37, 41], [8], [8], [8]], {}, []),
        ([[38, 42], [10] * 20, [8], [8], [8]], {}, ["0"]),
        ([[38, 40], [10] * 20, [8], [8], [8]], {}, []),
        # Nights without a known image are compared by their candidates alone.
        ([[10] * 20, [10] * 20, [40]], dict.fromkeys(range(3, 13), 2), []),
        ([[10] * 20, [10] * 20, [8], [8]], {9: 1100}, ["9"]),
        ([[], [], [], []], {0: 5, 1: 5, 2: 5, 3: 40}, ["3"]),
    ],
)
def test_night_is_a_storm_by_the_candidates_of_its_images(
    nights: list[list[int]], unknown: dict[int, int], storms: list[str]
) -> None:
    assert storms_beside_images("night", nights, unknown) == storms


@pytest.mark.parametrize(
    ("failing", "unknown", "is_storm"),
    [
        ([28, 12, 12, 12, 28, 28], 0, True),
        ([28, 11, 11, 11, 28, 31], 0, False),
        ([28, 12, 12, 12, 28, 28], 500, True),
        ([28, 11, 11, 11, 28, 31], 500, False),
        ([], 200, True),
    ],
)
@pytest.mark.parametrize("place", [0, 4])
def test_exposure_is_a_storm_if_most_of_its_images_are(
    failing: list[int], unknown: int, is_storm: bool, place: int
) -> None:
    exposures = [[4] * 6 for _ in range(4)]
    exposures.insert(place, failing)
    found = storms_beside_images("exposure", exposures, {place: unknown})
    assert found == ([str(place)] if is_storm else [])


def test_exposures_without_any_known_image_are_compared_as_they_are() -> None:
    assert storms_beside_images("exposure", [[]] * 4, {0: 5, 1: 5, 2: 5, 3: 40}) == ["3"]


def test_test_rows_do_not_count_and_belong_to_their_image() -> None:
    image = np.repeat(np.arange(5), [10, 10, 100, 10, 200])
    counted = np.ones(len(image), bool)
    counted[image == 2] = False
    counted[image == 4] = np.arange(200) < 190
    (storm,) = find_list_storms([Grouping("image", image, list("abcde"))], counted)
    assert (storm.label, len(storm.rows), storm.usual) == ("e", 200, 10.0)


@pytest.mark.parametrize(
    ("count", "usual", "times"),
    [
        (100, 10.0, "10 times"),
        (99, 10.0, "9.9 times"),
        (45, 1.0, "15 times"),
        (15, 0.0, "5.0 times"),
    ],
)
def test_rate_is_in_words(count: int, usual: float, times: str) -> None:
    storm = Storm("image", 'a "b"', np.arange(count), usual)
    assert f"{count:,} candidates, {times} the others'" in storm.words
    assert storm.name == "image a 'b'"


@pytest.mark.parametrize(("count", "shown"), [(9, 9), (10, 10), (11, 10), (900, 10)])
def test_ten_candidates_are_a_sample(count: int, shown: int) -> None:
    assert len(Storm("image", "a", np.arange(count), 1.0).sample) == shown


def test_sample_of_a_storm_is_the_same_each_time() -> None:
    storm = Storm("image", "e41", np.arange(1000, 1900), 15.0)
    assert len(set(storm.sample.tolist())) == SAMPLE
    assert set(storm.sample.tolist()) <= set(storm.rows.tolist())
    assert (np.diff(storm.sample) > 0).all()
    assert (Storm(*storm).sample == storm.sample).all()
    assert (storm._replace(label="e42").sample != storm.sample).any()


def test_sample_of_few_is_all_of_them() -> None:
    assert Storm("image", "e41", np.arange(7), 1.0).sample.tolist() == list(range(7))


def groups(*counts: int) -> tuple[np.ndarray, list[str]]:
    return np.repeat(np.arange(len(counts)), counts), [f"g{n}" for n in range(len(counts))]


@pytest.mark.parametrize(
    ("counts", "storms"),
    [
        # 30 at least, five times the others' median at least.
        ((5, 6, 6, 30), ["g3"]),
        ((5, 5, 5, 29), []),
        ((8, 8, 8, 40), ["g3"]),
        ((8, 8, 8, 39), []),
        # Where most have hardly any, three count as usual.
        ((1, 1, 1, 30), ["g3"]),
        ((30, 6, 6), []),
        ((0, 6, 6, 30), []),
        ((6, 6, 6, 90, 40), ["g3", "g4"]),
        ((6, 6, 6, 40, 40), ["g3", "g4"]),
        ((40, 90, 6, 6, 6), ["g1", "g0"]),
    ],
)
def test_storm_is_large_by_number_and_rate(counts: tuple[int, ...], storms: list[str]) -> None:
    labels, names = groups(*counts)
    assert [storm.label for storm in find_storms("image", labels, names)] == storms


def test_storm_has_its_rows_and_the_usual_number() -> None:
    labels, names = groups(6, 7, 8, 60)
    labels = labels[::-1].copy()
    (storm,) = find_storms("night", labels, names)
    assert storm.rows.tolist() == list(range(60)) and storm.usual == 7
    assert storm.rate == pytest.approx(60 / 7) and storm.name == "night g3"
    assert storm.words == "night g3 has 60 candidates, 8.6 times the others' median of 7"
    few = storm._replace(usual=0.0)
    assert few.rate == 20 and "20 times the others' median of 0" in few.words
    assert storm._replace(label='a"b').name == "night a'b"


@pytest.mark.parametrize(("count", "whole"), [(10, True), (11, False)])
def test_sample_is_ten_rows(count: int, whole: bool) -> None:
    storm = Storm("image", "a", np.arange(count), 1.0)
    assert len(set(storm.sample.tolist())) == 10 and (storm.sample == np.sort(storm.sample)).all()
    assert (storm.sample.tolist() == list(range(count))) is whole


@pytest.mark.parametrize(("gap", "nights"), [(0.39, 1), (0.4, 1), (0.41, 2)])
def test_night_ends_with_a_gap(gap: float, nights: int) -> None:
    labels, found = group_nights(np.array([gap, np.nan, 0.0]))
    assert len(found) == nights and labels.tolist() == [nights - 1, -1, 0]
    assert found[0][0] == 0 and found[-1][1] == gap
    assert group_nights(np.array([np.nan]))[1] == []
