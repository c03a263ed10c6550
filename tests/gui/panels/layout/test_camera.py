"""The camera: which screen pixel shows which cutout pixel."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vetter.gui.panels.layout.camera import (
    Area,
    Subject,
    View,
    drag_view,
    pixel_scale_on_screen,
    place,
    zoom_view,
)

AREA = Area(0, 20, 300, 280)
SQUARE = Subject(41, 41, 20.3, 19.8)


def test_a_cutout_that_fits_fills_the_panel_and_sits_in_the_middle() -> None:
    at = place(AREA, SQUARE, View())
    assert at.scale == pytest.approx(280 / 41)
    assert (at.left, at.top) == (10, 20)


def test_large_pixels_are_whole_screen_pixels() -> None:
    at = place(AREA, Subject(21, 21, 10, 10), View())
    assert at.scale == 13
    assert (at.left, at.top) == (14, 24)


def test_pixel_centres_are_at_whole_numbers_and_y_goes_up() -> None:
    at = place(AREA, Subject(21, 21, 10, 10), View())
    assert at.to_screen(-0.5, -0.5) == (at.left, at.top + 21 * 13)
    assert at.to_screen(0, 20) == (at.left + 6.5, at.top + 6.5)


def test_small_pixels_are_not_rounded_down_to_a_third_of_the_panel() -> None:
    assert pixel_scale_on_screen(AREA, Subject(201, 201, 100, 100), View()) == pytest.approx(
        280 / 201
    )


def test_a_dense_screen_counts_its_own_pixels() -> None:
    area = Area(0, 20, 300, 280, ratio=2.0)
    assert pixel_scale_on_screen(area, SQUARE, View()) == 6.5


@given(
    st.floats(0.6, 8), st.floats(5, 295), st.floats(25, 295), st.floats(1, 2), st.integers(5, 99)
)
def test_zooming_keeps_what_is_under_the_pointer(
    factor: float, across: float, down: float, ratio: float, nx: int
) -> None:
    area = Area(0, 20, 300, 280, ratio)
    subject = Subject(nx, 41, nx / 3, 12.2)
    view = zoom_view(View(), 2.0, area, subject)
    before = place(area, subject, view).to_pixel(across, down)
    after_view = zoom_view(view, factor, area, subject, (across, down))
    after = place(area, subject, after_view)
    if after_view.fitted:
        return
    # The picture sits on the device's grid: half a device pixel either way, before and after.
    room = 1.01 / ratio / min(after.scale, place(area, subject, view).scale)
    assert after.to_pixel(across, down) == pytest.approx(before, abs=room)


def test_zooming_out_as_far_as_it_fits_centres_the_cutout() -> None:
    view = zoom_view(zoom_view(View(), 4.0, AREA, SQUARE, (30, 40)), 0.25, AREA, SQUARE, (200, 200))
    assert view.fitted and view.zoom == pytest.approx(1)


def test_zoom_has_an_end_on_both_sides() -> None:
    closest = zoom_view(View(), 1e9, AREA, SQUARE)
    assert pixel_scale_on_screen(AREA, SQUARE, closest) == 160
    assert zoom_view(View(), 1e-9, AREA, SQUARE).zoom == 0.25


def test_what_is_dragged_follows_the_mouse() -> None:
    view = zoom_view(View(), 3.0, AREA, SQUARE)
    before = place(AREA, SQUARE, view)
    after = place(AREA, SQUARE, drag_view(view, 40, -25, AREA, SQUARE))
    assert (after.left - before.left, after.top - before.top) == (40, -25)


def test_a_cutout_cannot_be_dragged_out_of_sight() -> None:
    view = drag_view(View(2.0, fitted=False), 1e6, 1e6, AREA, SQUARE)
    x, y = SQUARE.middle(view)
    assert -0.5 <= x <= 40.5 and -0.5 <= y <= 40.5


def test_the_view_is_kept_about_the_candidates_pixel() -> None:
    view = zoom_view(View(), 4.0, AREA, SQUARE)
    other = Subject(63, 48, 50.4, 11.6)
    middle, other_middle = SQUARE.middle(view), other.middle(view)
    assert middle[0] - 20 == pytest.approx(other_middle[0] - 50)
    assert middle[1] - 20 == pytest.approx(other_middle[1] - 12)


@given(st.floats(-5, 45), st.floats(-5, 45), st.floats(0.25, 20))
def test_the_screen_and_the_cutout_agree_both_ways(x: float, y: float, zoom: float) -> None:
    at = place(AREA, SQUARE, View(zoom))
    assert at.to_pixel(*at.to_screen(x, y)) == pytest.approx((x, y), abs=1e-9)


@given(st.floats(-45, 45), st.floats(0.6, 8), st.floats(5, 295), st.floats(25, 295))
def test_tilted_view_keeps_what_is_under_the_pointer(
    tilt: float, factor: float, across: float, down: float
) -> None:
    subject = Subject(41, 41, 20.3, 19.8, tilt)
    view = zoom_view(View(), 3.0, AREA, subject)
    before = place(AREA, subject, view).to_pixel(across, down)
    zoomed = zoom_view(view, factor, AREA, subject, (across, down))
    assume(not zoomed.fitted)
    after = place(AREA, subject, zoomed)
    # The picture's corner is on the device's pixel grid.
    assert after.to_screen(*before) == pytest.approx((across, down), abs=1)


def test_tilted_view_follows_the_drag() -> None:
    subject = Subject(41, 41, 20.3, 19.8, 30.0)
    view = zoom_view(View(), 3.0, AREA, subject)
    before = place(AREA, subject, view).to_pixel(100, 120)
    after = place(AREA, subject, drag_view(view, 20, -15, AREA, subject))
    assert after.to_screen(*before) == pytest.approx((120, 105), abs=1.5)


@given(st.floats(-45, 45), st.floats(-1, 42), st.floats(-1, 42))
def test_tilted_pixel_and_point_are_inverse(tilt: float, x: float, y: float) -> None:
    at = place(AREA, Subject(41, 41, 20.3, 19.8, tilt), View())
    assert at.to_pixel(*at.to_screen(x, y)) == pytest.approx((x, y), abs=1e-9)


def test_tilt_turns_counter_clockwise_and_keeps_the_scale() -> None:
    upright = place(AREA, SQUARE, View())
    tilted = place(AREA, SQUARE._replace(tilt=40.0), View())
    assert tilted.scale == upright.scale
    right = tilted.to_screen(30, 20)
    # What was to the right of the centre is higher now.
    assert right[1] < upright.to_screen(30, 20)[1]
    left, top, width, height = tilted.extent()
    assert (left, top) < (upright.left, upright.top)
    assert width == height == pytest.approx(41 * tilted.scale * 1.40883, rel=1e-4)
