from __future__ import annotations

import math

import pytest

from vetter.core.number_text import round_down


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(0.73, 0.5), (0.5, 0.5), (0.034, 0.02), (1.9, 1.0), (0.0, 0.0), (math.nan, 0.0)],
)
def test_round_numbers(value: float, rounded: float) -> None:
    assert round_down(value) == pytest.approx(rounded)
