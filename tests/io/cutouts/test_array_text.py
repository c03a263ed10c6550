"""Arrays as text: exact both ways, and nothing is run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vetter.io.cutouts.metadata_values import format_array, parse_array

ARRAYS = {
    "floats": np.array([1.5, -0.0, np.nan, np.inf, -np.inf, 1e-320, 1 / 3]),
    "half": np.array([1.1, 2.2], np.float16),
    "single": np.array([[1.1, 2.2], [np.nan, 4.4]], np.float32),
    "unsigned": np.array([0, 2**64 - 1], np.uint64),
    "byte": np.array([-128, 127], np.int8),
    "booleans": np.array([[True], [False]]),
    "text": np.array(["é\n'\"", "b]"]),
    "bytes": np.array([b"\x00\xff", b"a"]),
    "times": np.array(["2020-01-01T00:00:00.000000001", "NaT"], "M8[ns]"),
    "durations": np.array([5, -7], "m8[s]"),
    "no dimension": np.array(3.5),
    "empty": np.array([], np.int32),
    "deep": np.zeros((1, 2, 1, 2, 1)),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_exact_both_ways(name: str) -> None:
    array = ARRAYS[name]
    text = format_array(array)
    again = parse_array(text)
    assert again.dtype == array.dtype
    assert again.shape == array.shape
    np.testing.assert_array_equal(again, array)
    assert text.isascii()


@pytest.mark.parametrize("name", ARRAYS)
def test_the_evaluation_in_stdpipe_gives_the_same(name: str) -> None:
    # Its load_cutout knows `array` and `np`, and nothing called nan or inf.
    text = format_array(ARRAYS[name])
    evaluated = eval(text, {"np": np, "array": np.array})
    assert evaluated.dtype == ARRAYS[name].dtype
    np.testing.assert_array_equal(evaluated, ARRAYS[name])


@given(hnp.arrays(st.sampled_from(["f8", "f4", "i8", "u2", "?"]), hnp.array_shapes(max_dims=3)))
def test_any_array(array: Any) -> None:
    again = parse_array(format_array(array))
    assert again.tobytes() == array.tobytes() or np.array_equal(again, array, equal_nan=True)
    assert again.dtype == array.dtype


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("array([1, 2])", np.array([1, 2])),
        ("array([1., nan, -inf], dtype=float32)", np.array([1, np.nan, -np.inf], "f4")),
        ("array([[1, 2],\n       [3, 4]])", np.array([[1, 2], [3, 4]])),
        ("array(['a', 'b'], dtype='<U1')", np.array(["a", "b"])),
        ("array([ True, False])", np.array([True, False])),
        ("array(5)", np.array(5)),
        ("array([1, None], dtype=object)", np.array([1, None], object)),
        ("array([1e-05, 2.e+10])", np.array([1e-5, 2e10])),
    ],
)
def test_what_numpy_writes(text: str, wanted: Any) -> None:
    found = parse_array(text)
    assert found.dtype == wanted.dtype
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    "text",
    [
        "array(__import__('os').system('true'))",
        "array([1, 2]) or print()",
        "array([exit()])",
        "array([1 for _ in range(9)])",
        "array([0., ..., 9.])",
        "array([1, 2",
        "array([1 2])",
        "array([1,, 2])",
        "array([[1, 2], [3]])",
        "array(1, 2)",
        "array()",
        "array([1], dtype=nonsense)",
        "array(['a'], dtype='<U900000000')",
        "array([1], dtype='V900000000')",
        "array([1], dtype=[('a', 'f8')])",
        "array([" + "9" * 5000 + "])",
        "array(" + "[" * 100000 + "]" * 100000 + ")",
        "array([300], dtype='uint8')",
        "array(['\\N{oops}'])",
        "list([1])",
    ],
    ids=lambda text: text[:30],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_array(text)
