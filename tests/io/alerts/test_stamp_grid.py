from __future__ import annotations

import math

import numpy as np
import pytest

from vetter.io.alerts.cutout import half_up, place_on_grid, stamp_grid
from vetter.io.alerts.packets.producers import RUBIN, TURBO, ZTF

NAMES = ("image", "template", "diff")
NOWHERE = dict.fromkeys(NAMES)


def shapes(*of: tuple[int, int]) -> dict[str, tuple[int, int]]:
    return dict(zip(NAMES, of * (3 if len(of) == 1 else 1), strict=True))


@pytest.mark.parametrize(
    ("shape", "position", "offset"),
    [
        ((63, 53), (20.4, 1500.0), (10, 0)),
        ((63, 53), (3050.0, 1500.0), (0, 0)),
        ((48, 63), (1500.0, 15.0), (0, 15)),
        ((48, 63), (1500.0, 3060.0), (0, 0)),
        ((40, 50), (17.0, 7.0), (13, 23)),
        ((40, 50), (3060.0, 7.0), (0, 23)),
    ],
)
def test_a_stamp_that_an_edge_cuts_is_filled_up_on_that_side(
    shape: tuple[int, int], position: tuple[float, float], offset: tuple[int, int]
) -> None:
    grid = stamp_grid(shapes(shape), NOWHERE, ZTF, position)
    assert grid.shape == (63, 63)
    assert grid.middle == (31, 31)
    assert set(grid.offsets.values()) == {offset}
    assert "edge" in grid.note


def test_only_the_stamp_that_is_cut_is_filled_up() -> None:
    grid = stamp_grid(shapes((63, 53), (63, 63), (63, 53)), NOWHERE, ZTF, (20.0, 1500.0))
    assert grid.offsets == {"image": (10, 0), "template": (0, 0), "diff": (10, 0)}


def test_without_a_position_the_place_on_a_cut_stamp_is_not_known() -> None:
    grid = stamp_grid(shapes((63, 53)), NOWHERE, TURBO, (math.nan, math.nan))
    assert grid.shape == (63, 53) and grid.middle is None
    assert "not known" in grid.note


def test_stamps_of_other_sizes_are_placed_by_their_corners() -> None:
    corners = {"image": (100, 200), "template": (98, 199), "diff": (100, 200)}
    grid = stamp_grid(shapes((30, 30), (34, 34), (30, 30)), corners, RUBIN, (114.0, 214.0))
    assert grid.shape == (34, 34)
    assert grid.offsets == {"image": (2, 1), "template": (0, 0), "diff": (2, 1)}


def test_corners_that_are_far_apart_are_not_believed() -> None:
    corners = {"image": (100, 200), "template": (10**8, 0), "diff": (100, 200)}
    grid = stamp_grid(shapes((30, 30)), corners, RUBIN, (114.0, 214.0))
    assert grid.shape == (30, 30) and list(grid.offsets) == ["image"]


def test_stamps_that_cannot_be_placed_are_left_out() -> None:
    grid = stamp_grid(shapes((30, 30), (31, 31), (30, 30)), NOWHERE, RUBIN, (math.nan, math.nan))
    assert sorted(grid.offsets) == ["diff", "image"]


def test_what_a_stamp_does_not_reach_is_nan_and_bad() -> None:
    image = place_on_grid(np.ones((2, 3), np.float32), (1, 0), (3, 4))
    assert np.isnan(image[:, 0]).all() and np.isnan(image[2]).all()
    assert image[0, 1:].tolist() == [1, 1, 1]
    assert place_on_grid(np.zeros((2, 3), bool), (1, 0), (3, 4))[2].all()


def test_halves_are_rounded_upwards() -> None:
    assert [half_up(x) for x in (0.5, 1.5, 2.49, -0.5)] == [1, 2, 2, 0]
