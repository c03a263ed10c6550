"""Pixels that a fit may use, the fill of a template's holes, and the mode."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.fit.chi2.pixels import (
    bad_pixel_reach,
    central_box,
    fill_bad_pixels,
    find_bad_template_pixels,
    mode,
    mode_from_sum,
    widen_flags,
)

ERR = np.ones((9, 9))


@pytest.mark.parametrize(
    ("shape", "side", "box"),
    [
        ((9, 12), None, (0, 9, 0, 12)),
        ((9, 12), 0.0, (0, 9, 0, 12)),
        ((9, 12), 5, (2, 7, 3, 9)),
        ((9, 12), 4, (2, 7, 4, 8)),
        ((9, 12), 3.9, (3, 6, 4, 8)),
        ((9, 12), 6, (1, 8, 3, 9)),
        ((9, 12), 1, (4, 5, 5, 7)),
        ((9, 12), 0.5, (4, 5, 6, 6)),
        ((9, 12), 10, (0, 9, 1, 11)),
        ((9, 12), 99, (0, 9, 0, 12)),
    ],
)
def test_box_holds_pixels_within_half_a_side(
    shape: tuple[int, int], side: float | None, box: tuple[int, int, int, int]
) -> None:
    rows, columns = central_box(shape, side)
    assert (rows.start, rows.stop, columns.start, columns.stop) == box


@pytest.mark.parametrize(("max_shift", "reach"), [(0, 2), (0.1, 3), (1, 3), (1.1, 4), (2, 4)])
def test_bad_pixels_reach_by_shift_and_spline(max_shift: float, reach: int) -> None:
    assert bad_pixel_reach(max_shift) == reach


@pytest.mark.parametrize(
    ("value", "found"), [(7.9, False), (8.1, True), (-4.9, False), (-5.1, True)]
)
def test_masked_pixel_is_bad_three_ranges_beyond_its_neighbours(value: float, found: bool) -> None:
    template = np.arange(81.0).reshape(9, 9) % 3 * 0.5 + 1  # from 1 to 2, an error of 1, then 2
    template[4, 4] = value
    mask = np.zeros((9, 9), bool)
    mask[4, 4] = True
    # Three times the larger of the range and the error: 2 + 3 x 2, and 1 - 3 x 2.
    bad = find_bad_template_pixels(template, mask, None, 2 * ERR)
    assert (bad is not None) is found
    assert bad is None or np.argwhere(bad).tolist() == [[4, 4]]


def test_range_of_the_neighbours_counts_above_the_error() -> None:
    template = np.where(np.arange(81).reshape(9, 9) % 2, 10.0, 0.0)
    mask = np.zeros((9, 9), bool)
    mask[4, 4] = True
    for value, found in ((39.0, False), (41.0, True), (-29.0, False), (-31.0, True)):
        template[4, 4] = value
        assert (find_bad_template_pixels(template, mask, None, ERR) is not None) is found


@pytest.mark.parametrize(("row", "found"), [(2, False), (1, True)])
def test_neighbours_are_within_two_pixels(row: int, found: bool) -> None:
    template = np.ones((9, 9))
    template[row, 4] = 20.0
    template[4, 4] = 20.0
    mask = np.zeros((9, 9), bool)
    mask[4, 4] = True
    assert (find_bad_template_pixels(template, mask, None, ERR) is not None) is found


def test_pixel_among_masked_ones_is_compared_with_all_good_ones() -> None:
    template, mask = np.ones((9, 9)), np.zeros((9, 9), bool)
    mask[2:7, 2:7] = True
    template[4, 4] = 20.0
    bad = find_bad_template_pixels(template, mask, None, ERR)
    assert bad is not None and np.argwhere(bad).tolist() == [[4, 4]]
    template[0, 0] = 20.0
    assert find_bad_template_pixels(template, mask, None, ERR) is None
    assert find_bad_template_pixels(template, np.ones((9, 9), bool), None, ERR) is None


def test_own_mask_of_the_template_decides_alone() -> None:
    template, mask, own = np.ones((9, 9)), np.zeros((9, 9), bool), np.zeros((9, 9), bool)
    template[4, 4], mask[4, 4], own[1, 1] = 1000.0, True, True
    template[7, 7] = np.nan
    bad = find_bad_template_pixels(template, mask, own, ERR)
    assert bad is not None and np.argwhere(bad).tolist() == [[1, 1], [7, 7]]
    assert np.argwhere(own).tolist() == [[1, 1]]
    bad = find_bad_template_pixels(template, mask, None, ERR)
    assert bad is not None and np.argwhere(bad).tolist() == [[4, 4], [7, 7]]
    template[7, 7] = 1.0
    assert find_bad_template_pixels(template, None, None, ERR) is None
    assert find_bad_template_pixels(template, ~mask & mask, None, ERR) is None


def test_bad_pixel_gets_the_nearest_good_value() -> None:
    template, bad = np.arange(25.0).reshape(5, 5), np.zeros((5, 5), bool)
    bad[:, :2] = True
    assert fill_bad_pixels(template, bad)[3].tolist() == [17, 17, 17, 18, 19]
    assert not fill_bad_pixels(template, np.ones((5, 5), bool)).any()


@pytest.mark.parametrize("by", [0, 1, 2, 3, 4, 5, 7, 13, 20])
@pytest.mark.parametrize("place", [(3, 10), (0, 17), (14, 1), (7, 8)])
def test_flags_are_widened_on_both_axes(by: int, place: tuple[int, int]) -> None:
    bad = np.zeros((15, 18), bool)
    bad[place] = True
    y, x = np.mgrid[:15, :18]
    near = (abs(y - place[0]) <= by) & (abs(x - place[1]) <= by)
    np.testing.assert_array_equal(widen_flags(bad, by), near)
    assert bad.sum() == 1


@pytest.mark.parametrize(
    ("pixels", "value"),
    [
        ([7.0], 7.0),
        ([1.0, 3.0], 2.0),
        ([1.0, 2.0, 6.0], 2.5 * 2 - 1.5 * 3),
        ([9.0, 1.0, 2.0, 4.0], 2.5 * 3 - 1.5 * 4),
        ([5.0, 1.0, 4.0, 2.0, 3.0, 9.0], 2.5 * 3.5 - 1.5 * 4),
    ],
)
def test_mode_is_of_median_and_mean(pixels: list[float], value: float) -> None:
    array = np.array(pixels)
    assert mode(array) == pytest.approx(value)
    assert mode_from_sum(array, sum(pixels)) == pytest.approx(value)
    assert mode(np.array([pixels, [2 * p for p in pixels]])) == pytest.approx([value, 2 * value])
