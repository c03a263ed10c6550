"""Numbers of header cards."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vetter.core.cutout.crop import card_number


@pytest.mark.parametrize("value", [3, 3.0, "3", " 3.0 ", np.float32(3), np.int16(3)])
def test_card_number_of_number_is_float(value: object) -> None:
    assert card_number(value) == 3.0


@pytest.mark.parametrize(
    "value", [None, True, False, "", "text", "nan", math.nan, -math.inf, 1 + 2j, 10**400, [3.0]]
)
def test_card_number_of_other_value_is_none(value: object) -> None:
    assert card_number(value) is None
