"""Hatch of bad pixels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vetter.core.display.hatch import hatch_strokes


@given(arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_strokes_go_once_through_each_bad_pixel(bad: np.ndarray) -> None:
    crossed = np.zeros(bad.shape, int)
    for x0, y0, x1, y1 in hatch_strokes(bad).tolist():
        assert x1 - x0 == y1 - y0 > 0
        for step in range(x1 - x0):
            crossed[y0 + step, x0 + step] += 1
    assert (crossed == bad).all()


def test_a_bad_block_has_one_stroke_for_each_diagonal() -> None:
    assert len(hatch_strokes(np.ones((5, 8), bool))) == 5 + 8 - 1


def test_good_pixels_have_no_strokes() -> None:
    assert hatch_strokes(np.zeros((4, 6), bool)).shape == (0, 4)
