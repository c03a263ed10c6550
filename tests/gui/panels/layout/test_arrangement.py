"""Arrangement of the panels: squares that cover the room."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetter.gui.panels.layout.arrangement import Arrangement, Kind, Room, Tile, arrange_panels

TITLE, GAP = 20, 6
UNITS = st.integers(260, 2500)


def room(width: float, height: float, pixels: int = 0, ratio: float = 1.0) -> Room:
    return Room(width, height, TITLE, GAP, pixels, ratio)


def squares(arrangement: Arrangement) -> list[Tile]:
    extra = [] if arrangement.surround is None else [arrangement.surround]
    return [*arrangement.tiles, *extra]


@given(UNITS, UNITS, st.integers(1, 9), st.sampled_from([0, 27, 41, 63, 81]), st.booleans())
def test_panels_stay_in_the_room_and_apart(
    width: int, height: int, count: int, pixels: int, surround: bool
) -> None:
    made = arrange_panels(count, room(width, height, pixels), with_surround=surround)
    assert len(made.tiles) == count
    for tile in squares(made):
        assert tile.left >= 0 and tile.left + tile.side <= width + 1e-6
        assert tile.top >= 0 and tile.top + tile.side + TITLE <= height + 1e-6
    for one, other in combinations(squares(made), 2):
        across = max(one.left, other.left) - min(one.left + one.side, other.left + other.side)
        down = max(one.top, other.top) - min(one.top + one.side, other.top + other.side) - TITLE
        assert max(across, down) >= GAP - 1e-6


@pytest.mark.parametrize(
    ("count", "width", "height", "pixels", "surround"),
    [
        pytest.param(3, 1150, 700, 41, False, id="three_planes_1600x900"),
        pytest.param(4, 1150, 700, 41, False, id="three_planes_and_fit_1600x900"),
        pytest.param(3, 2110, 1230, 41, False, id="three_planes_2560x1440"),
        pytest.param(4, 2110, 1230, 41, False, id="three_planes_and_fit_2560x1440"),
        pytest.param(3, 1150, 700, 63, False, id="stamps_of_63_1600x900"),
        pytest.param(4, 1150, 700, 63, False, id="stamps_of_63_and_fit_1600x900"),
        pytest.param(3, 640, 430, 63, False, id="stamps_of_63_1088x620"),
        pytest.param(4, 640, 430, 63, False, id="stamps_of_63_and_fit_1088x620"),
        pytest.param(4, 1584, 432, 63, False, id="stamps_of_63_and_fit_list_below_1600x900"),
        pytest.param(4, 704, 208, 63, False, id="stamps_of_63_fit_and_light_curve_1088x620"),
        pytest.param(1, 1150, 700, 41, True, id="one_plane_1600x900"),
        pytest.param(6, 1150, 700, 41, False, id="six_planes_1600x900"),
        pytest.param(7, 1150, 700, 41, False, id="seven_planes_1600x900"),
    ],
)
def test_pixels_cover_three_quarters_of_the_room(
    count: int, width: int, height: int, pixels: int, surround: bool
) -> None:
    made = arrange_panels(count, room(width, height, pixels), with_surround=surround)
    assert made.area >= 0.75 * width * height


@given(UNITS, UNITS, st.integers(2, 9))
def test_no_panel_is_much_smaller_than_with_equal_sizes(
    width: int, height: int, count: int
) -> None:
    made = arrange_panels(count, room(width, height))
    equal = max(
        min((width - GAP * (c - 1)) / c, (height - GAP * (r - 1)) / r - TITLE)
        for r in range(1, count + 1)
        for c in range(1, count + 1)
        if r * c >= count
    )
    assert min(tile.side for tile in made.tiles) >= 0.6 * (equal - 1)


def test_small_changes_of_the_room_keep_the_arrangement() -> None:
    kinds = {arrange_panels(4, room(width, 700)).kind for width in range(700, 1600, 10)}
    assert len(kinds) > 1
    turns = {True: 0, False: 0}
    for keeps in turns:
        before: Kind | None = None
        # A splitter that trembles by 20 units, on its way over all widths.
        for width in range(700, 1600, 5):
            for wide in (width, width + 20):
                now = arrange_panels(4, room(wide, 700), before if keeps else None).kind
                turns[keeps] += before is not None and now != before
                before = now
    assert turns[True] == len(kinds) - 1 < turns[False]


def test_panels_are_centred_from_left_to_right() -> None:
    made = arrange_panels(1, room(1000, 420))
    assert made.tiles[0].side == 400
    assert made.tiles[0].left == 300


def test_a_large_panel_takes_all_the_height() -> None:
    made = arrange_panels(6, room(1150, 700), large=3)
    sides = [tile.side for tile in made.tiles]
    assert sides[3] == 680
    assert sides[3] > 2 * max(side for index, side in enumerate(sides) if index != 3)


def test_the_others_keep_their_order_beside_a_large_panel() -> None:
    made = arrange_panels(4, room(1150, 700), large=2)
    others = [made.tiles[index] for index in (0, 1, 3)]
    assert others == sorted(others, key=lambda tile: (tile.top, tile.left))


def test_the_surround_fills_the_room_beside_one_panel() -> None:
    made = arrange_panels(1, room(1150, 700), with_surround=True)
    assert made.surround is not None and made.surround.side >= 450


def test_a_room_without_a_rest_has_no_surround() -> None:
    assert arrange_panels(2, room(812, 420), with_surround=True).surround is None


def test_panels_of_large_pixels_end_at_the_last() -> None:
    assert arrange_panels(1, room(550, 700, pixels=41)).tiles[0].side == 41 * 13


def test_smaller_pixels_leave_the_panels_their_room() -> None:
    assert arrange_panels(1, room(320, 500, pixels=41)).tiles[0].side == 320


def test_pixels_are_counted_in_those_of_the_device() -> None:
    made = arrange_panels(1, room(260, 500, pixels=41, ratio=2.0))
    assert made.tiles[0].side == 41 * 12 / 2
