"""Pixels that mean "no data" are told from measured ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.core.cutout.no_data import no_data_of, without_fills, without_small_errors


@pytest.mark.parametrize(
    ("header", "fill"),
    [
        ({"BLANK": -32768}, -32768.0),
        ({"MASKVAL": 1e-30}, 1e-30),
        ({"MASKVAL": "-999.0"}, -999.0),
        ({"MASKVAL": 0.0}, 0.0),
        ({"NULLVAL": -1e30}, -1e30),
        ({}, 1e-30),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fill_is_nan(header: dict[str, Any], fill: float, dtype: Any) -> None:
    pixels = np.array([[5.0, fill], [7.0, 9.0]], dtype)
    values, count = without_fills(pixels, no_data_of(header))
    assert count == 1 and values.dtype == dtype
    assert np.isnan(values).tolist() == [[False, True], [False, False]]


def test_float32_fill_in_float64_pixels_is_nan() -> None:
    pixels = np.array([[5.0, float(np.float32(1e-30))]])
    assert without_fills(pixels, no_data_of({}))[1] == 1


@pytest.mark.parametrize(
    "header",
    [{}, {"BLANK": "n/a"}, {"MASKVAL": True}, {"BLANK": float("nan")}, {"NULLVAL": 1e300}],
)
def test_true_zeros_and_tiny_values_stay(header: dict[str, Any]) -> None:
    pixels = np.array([[0.0, 0.0], [1e-29, -1.0]], np.float32)
    values, count = without_fills(pixels, no_data_of(header))
    assert values is pixels and count == 0


def test_blank_of_stored_integers_is_left_to_their_reader() -> None:
    assert no_data_of({"BLANK": 0}, integers=True).names == ()


@pytest.mark.parametrize("small", [0.0, -1.0, 1e-30, 1e-6 * 10.0])
def test_small_error_is_nan(small: float) -> None:
    values, count = without_small_errors(np.array([[small, 10.0, 11.0]]), 10.0)
    assert count == 1 and np.isnan(values).tolist() == [[True, False, False]]


def test_errors_of_very_different_pixels_stay() -> None:
    pixels = np.array([[1e-4, 10.0, 1e4]])
    assert without_small_errors(pixels, 10.0) == (pixels, 0)


@pytest.mark.parametrize(("small", "count"), [(9.99e-6, 1), (1.01e-5, 0)])
def test_error_is_small_up_to_a_millionth(small: float, count: int) -> None:
    assert without_small_errors(np.array([[small, 10.0]]), 10.0)[1] == count


@pytest.mark.parametrize("median", [0.0, -5.0, np.nan])
def test_without_a_median_only_what_is_not_positive_is_small(median: float) -> None:
    values, count = without_small_errors(np.array([[-1.0, 0.0, 1e-30]], np.float32), median)
    assert count == 2 and np.isnan(values).tolist() == [[True, True, False]]
    assert values.dtype == np.float32


def test_first_keyword_of_a_fill_names_it() -> None:
    found = no_data_of({"MASKVAL": -5, "NULLVAL": -5.0, "BLANK": 7})
    assert set(found.values) == {-5.0, 7.0, 1e-30} and len(found.names) == 2
    pixels = np.array([[-5.0, 7.0, 1e-30, 1.0]])
    values, count = without_fills(pixels, found)
    assert count == 3 and np.isfinite(values).tolist() == [[False, False, False, True]]
    assert without_fills(pixels, no_data_of({"BLANK": 7}, integers=True))[1] == 1
