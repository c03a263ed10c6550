from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.core.columns.formatting import is_number, make_writer, time_writer


@pytest.mark.parametrize(
    ("values", "value", "text"),
    [
        (np.array([18.1234567, 19.9]), 18.1234567, "18.123"),
        (np.array([1.5, 2.25]), 1.5, "1.50"),
        (np.array([1.0, 250.0]), 250.0, "250"),
        (np.array([58849.123456789, 58850.3]), 58849.123456789, "58849.12346"),
        (np.array([2458849.623456789, 2458850.3]), 2458849.623456789, "2458849.62346"),
        (np.array([1234.5678, 80000.123]), 1234.5678, "1234.6"),
        (np.array([1e-17, 3e-17]), 1e-17, "1e-17"),
        (np.array([1e12, 3e12]), 1e12, "1e+12"),
        (np.array([0.012346, 0.02]), 0.012346, "0.01235"),
        (np.array([0.1, 0.3], np.float32), np.float32(0.3), "0.3"),
        (np.array([np.nan, 1.5]), np.nan, ""),
        (np.array([np.nan, np.nan]), np.nan, ""),
        (np.array([0.0, 0.0]), 0.0, "0.0"),
        (np.array([np.inf, 1.25]), np.inf, "inf"),
        (np.array([2**62 + 1]), 2**62 + 1, "4611686018427387905"),
        (np.array([True, False]), True, "yes"),
        (np.array(["a\nb"]), "a\nb", "a b"),
        (np.array([None, "b"], object), None, ""),
        (np.zeros((2, 3)), np.zeros(3), "3 values"),
    ],
)
def test_value_is_written(values: np.ndarray[Any, Any], value: object, text: str) -> None:
    assert make_writer(values)(value) == text


@pytest.mark.parametrize("form", ["%.1f", ".1f", "{:.1f}"])
def test_the_tables_own_format_wins(form: str) -> None:
    assert make_writer(np.array([1.2345]), form)(1.2345) == "1.2"


def test_a_format_that_fails_is_passed_over() -> None:
    assert make_writer(np.array([1.25]), "%q")(1.25) == "1.25"


def test_an_empty_column_has_a_writer() -> None:
    assert make_writer(np.array([], float))(1.0) == "1.0"


def test_numbers_are_aligned_as_numbers() -> None:
    assert is_number(np.array([1.0])) and is_number(np.array([1]))
    assert not is_number(np.array(["1"])) and not is_number(np.zeros((1, 2)))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (np.array([20260314.13373, 20260315.5]), "20260314.13373"),
        (np.array([1773457953.25, np.nan]), "1773457953.25"),
        (np.array([2026.19876543, 2026.5]), "2026.19876543"),
        (np.array([58849.123456789, 58850.3]), "58849.12346"),
        (np.array(["Tue Mar 17 03:12:33 2026"]), "Tue Mar 17 03:12:33 2026"),
    ],
)
def test_time_of_unknown_kind_keeps_all_digits(values: Any, text: str) -> None:
    assert time_writer(values)(values[0]) == text


def test_array_is_written_by_its_shape() -> None:
    assert make_writer(np.zeros((5, 2, 3)))(np.zeros((2, 3))) == "2 x 3 values"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([999_999_999.0], "999999999"),
        ([1e9], "1e+09"),
        ([0.00101, 0.00102], "0.00101"),
        ([0.00099, 0.00098], "0.00099"),
        ([0.0999999, 0.09], "0.10000"),
        ([0.1000009, 0.11], "0.100"),
        ([999.12345, 1.0], "999.123"),
        ([1000.12345, 1000.0], "1000.1"),
        ([15000.123456, 15001.0], "15000.12346"),
        ([14999.123456, 14998.0], "14999.1"),
        ([20000.123456, 10001.0], "20000.12346"),
        ([20000.123456, 9999.0], "20000.1"),
        ([20000.125, 10000.0625], "20000.1"),
        ([1000.0, 999.12345, 1001.0], "1000.0"),
        ([1.5 + 5e-15], "1.5"),
        ([1.5 + 5e-14], "1.500"),
    ],
)
def test_decimals_change_at_their_limits(values: list[float], text: str) -> None:
    assert make_writer(np.array(values))(values[0]) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (14999.123456, "14999.123456"),
        (15000.123456, "15000.12346"),
        (3000000.123456, "3000000.123456"),
        (2999999.123456, "2999999.12346"),
    ],
)
def test_time_is_in_days_within_their_range(value: float, text: str) -> None:
    assert time_writer(np.array([value, np.nan]))(value) == text


def test_missing_time_is_empty() -> None:
    assert time_writer(np.array([20260314.5, np.nan]))(np.nan) == ""
    assert time_writer(np.array([np.nan]))(np.nan) == ""


def test_format_of_a_missing_value_is_empty() -> None:
    assert make_writer(np.array([1.0, np.nan]), "%.1f")(np.nan) == ""
    assert make_writer(np.array([7]), "%04d")(7) == "0007"


def test_single_precision_has_no_digits_of_its_own() -> None:
    values = np.array([1234.5678, 0.5], np.float32)
    assert make_writer(values)(values[0]) == "1234.57"
    # Six digits: a relative error of 1e-5.
    for value, text in [(123.4, "123.4"), (1.50001, "1.5"), (1.50005, "1.500")]:
        assert make_writer(np.array([value], np.float32))(np.float32(value)) == text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([0.1234567, 0.1], "0.123"),
        ([0.1234567, 0.1, 0.05], "0.123"),
        ([0.0934567, 0.09], "0.09346"),
    ],
)
def test_small_numbers_have_more_decimals(values: list[float], text: str) -> None:
    assert make_writer(np.array(values))(values[0]) == text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([15000.0, 15000.1234567], "15000.12346"),
        ([14999.0, 15000.1234567], "15000.1234567"),
        ([3e6, 2.9e6 + 0.1234567], "2900000.12346"),
        ([3e6 + 1, 2.9e6 + 0.1234567], "2900000.1234567"),
    ],
)
def test_all_times_of_a_column_are_days_or_none(values: list[float], text: str) -> None:
    assert time_writer(np.array(values))(values[1]) == text


@pytest.mark.parametrize("limits", [[15000.0, 16000.123456], [2999999.123456, 3e6]])
def test_range_of_days_includes_its_ends(limits: list[float]) -> None:
    assert {len(time_writer(np.array(limits))(time).split(".")[1]) for time in limits} == {5}


@pytest.mark.parametrize(
    ("values", "form", "text"), [([True], "%d", "yes"), (["a"], "%5s", "a"), ([3], "%q", "3")]
)
def test_format_is_for_numbers(values: list[object], form: str, text: str) -> None:
    assert make_writer(np.array(values), form)(values[0]) == text
