"""What fits have to show, within its share of memory."""

from __future__ import annotations

import numpy as np

from vetter.review.cutouts.cutout_cache import FitPanels
from vetter.review.cutouts.rendered_cutout import FitPanel

SIZE = 800


def residual() -> FitPanel:
    return FitPanel(np.zeros((10, 10)))


def test_the_oldest_go_when_residuals_take_too_much():
    panels = FitPanels(3 * SIZE)
    for row in range(5):
        panels.put(row, residual())
    assert list(panels.by_row) == [2, 3, 4]


def test_words_take_no_memory_but_go_in_their_turn():
    panels = FitPanels(2 * SIZE)
    panels.put(0, FitPanel(None, "no good pixels"))
    panels.put(1, residual())
    panels.put(2, residual())
    assert list(panels.by_row) == [0, 1, 2]
    panels.put(3, residual())
    assert list(panels.by_row) == [2, 3]


def test_a_second_fit_of_a_row_takes_the_memory_of_the_first():
    panels = FitPanels(2 * SIZE)
    for row in (0, 1, 1, 1, 0):
        panels.put(row, residual())
    assert list(panels.by_row) == [1, 0]


def test_one_that_is_taken_back_leaves_its_memory_to_others():
    panels = FitPanels(2 * SIZE)
    for row in (0, 1):
        panels.put(row, residual())
    panels.put(0, None)
    panels.put(2, residual())
    assert list(panels.by_row) == [1, 2]


def test_once_cleared_there_is_room_again():
    panels = FitPanels(SIZE)
    panels.put(0, residual())
    panels.clear()
    panels.put(1, residual())
    assert list(panels.by_row) == [1]


def test_a_residual_that_is_too_large_alone_is_not_kept():
    panels = FitPanels(SIZE - 1)
    panels.put(0, residual())
    assert not panels.by_row
