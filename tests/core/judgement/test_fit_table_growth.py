"""Arrays that become longer."""

from __future__ import annotations

import numpy as np

from vetter.core.judgement.fit_table import lengthen_array


def test_rows_are_kept_and_new_ones_filled() -> None:
    longer = lengthen_array(np.array([[1.0, 2.0]]), 3, np.nan)
    assert longer.shape == (3, 2)
    assert longer[0].tolist() == [1.0, 2.0] and np.isnan(longer[1:]).all()


def test_the_memory_is_the_same_while_there_is_room() -> None:
    first = lengthen_array(np.zeros(10), 20, -1)
    second = lengthen_array(first, 30, -1)
    second[5] = 7
    assert first[5] == 7 and second[-1] == -1
    assert not np.shares_memory(second, lengthen_array(second, 31, -1))
