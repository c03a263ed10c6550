"""Surroundings of a candidate: pixels, footprint, other candidates, north."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.fake_field import FieldInMemory
from tests.helpers.field_files import tan_wcs
from vetter.core.display.style import DisplayStyle, Interval
from vetter.review.cutouts.surround import (
    MAX_SIDE,
    SHOWN_SIDE,
    Surround,
    average_blocks,
    has_surroundings,
    render_surround,
)

PLACES = [[200.0, 200.0], [230.0, 260.0], [10.0, 390.0]]


def field(wcs: object = None, size: int = 400, places: object = PLACES) -> FieldInMemory:
    image = np.random.default_rng(3).normal(0, 1, (size, size))
    image[260, 230] = 1e4
    source = FieldInMemory({"image": image}, places=places)
    source.shape, source.wcs = image.shape, wcs
    return source


def made(source: FieldInMemory, row: int = 0, radius: float = 20) -> Surround:
    looks = DisplayStyle().with_("sky", interval=Interval("minmax"))
    surround = render_surround(source, row, radius, looks)
    assert surround is not None
    return surround


def brightest(surround: Surround) -> tuple[float, float]:
    """Return the place of the brightest pixel's centre, in fractions of the picture."""
    grey = surround.picture & 0xFF
    row, column = np.unravel_index(np.argmax(grey), grey.shape)
    return (column + 0.5) / grey.shape[1], (row + 0.5) / grey.shape[0]


def test_surroundings_are_four_times_as_wide() -> None:
    surround = made(field())
    assert surround.picture.shape == (165, 165) and surround.wider == 4.0
    # The cutout is of pixels 180 to 220, the picture of pixels 118 to 282.
    assert surround.footprint == pytest.approx((62 / 165, 62 / 165, 103 / 165, 103 / 165))


def test_other_candidates_are_at_their_pixels() -> None:
    surround = made(field())
    assert surround.row == 0 and surround.rows.tolist() == [1]
    assert surround.points[0] == pytest.approx((112.5 / 165, 142.5 / 165))
    assert surround.points[0] == pytest.approx(brightest(surround), abs=1e-6)


def test_nearest_candidates_are_marked_up_to_the_edges_of_the_picture() -> None:
    places = [[200, 200], [117.5, 200], [117.4, 200], [282.5, 200], [200, 282.6], [200, 282.5]]
    surround = made(field(places=[*places, [np.nan, 200], [201, 200]]))
    assert surround.rows.tolist() == [7, 1, 3, 5]
    assert surround.points[1:, 0] == pytest.approx([0, 1, 82.5 / 165])


def test_most_are_the_nearest() -> None:
    away = np.arange(150)[::-1] * 0.5
    places = np.column_stack([200 + away, np.full(150, 200.0)]).tolist()
    surround = made(field(places=places), row=149)
    assert surround.rows.tolist() == list(range(148, 48, -1))


def test_candidates_of_other_images_are_not_marked() -> None:
    source = field(places=[[200, 200], [210, 200], [220, 200]])
    source.on_field = lambda rows, *numbers: (rows == 2) & (numbers == (0,))
    assert made(source).rows.tolist() == [2]


def test_image_without_a_wcs_is_not_turned() -> None:
    surround = made(field())
    assert surround.north is None and surround.east is None


@pytest.mark.parametrize("angle", [0, 90, 180, 270, 40])
def test_north_is_nearest_to_up(angle: float) -> None:
    wcs = tan_wcs()
    turn = np.radians(angle)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    wcs.wcs.cd = matrix @ np.diag([-1e-4, 1e-4])
    wcs.wcs.crpix = [200, 200]
    wcs.wcs.set()
    surround = made(field(wcs))
    assert surround.north is not None and abs(surround.north - 90) <= 45.5
    assert surround.east is not None and 0 <= surround.east < 360
    assert (surround.east - surround.north) % 360 == pytest.approx(90, abs=0.1)
    assert surround.points[0] == pytest.approx(brightest(surround), abs=0.004)


def test_large_surroundings_are_averaged() -> None:
    surround = made(field(size=2000, places=[[1000, 1000], [1030, 1060]]), radius=200)
    assert surround.picture.shape == (301, 301) and max(surround.picture.shape) <= SHOWN_SIDE
    assert surround.wider == pytest.approx(MAX_SIDE / 401)
    # Blocks of four pixels, the last of which is of one.
    assert surround.footprint == pytest.approx((400 / 1204, 400 / 1204, 801 / 1204, 801 / 1204))
    assert surround.points[0] == pytest.approx((630.5 / 1204, 660.5 / 1204))


@pytest.mark.parametrize(("radius", "shown"), [(299.0, True), (299.5, False), (400.0, False)])
def test_surroundings_that_are_not_twice_as_wide_are_not_shown(radius: float, shown: bool) -> None:
    source = field(size=700, places=[[350, 350]])
    surround = render_surround(source, 0, radius, DisplayStyle())
    assert (surround is not None) is shown
    assert surround is None or surround.wider == pytest.approx(MAX_SIDE / 599)


def test_source_without_an_image_has_none() -> None:
    source = field()
    source.plane_names = ("diff",)
    assert render_surround(source, 0, 20, DisplayStyle()) is None


def test_averages_leave_out_unknown_pixels() -> None:
    pixels = np.arange(12.0).reshape(3, 4)
    pixels[0, 0] = np.nan
    means = average_blocks(pixels, 2)
    assert means == pytest.approx(np.array([[10 / 3, 4.5], [8.5, 10.5]]))
    assert np.isnan(average_blocks(np.full((2, 2), np.nan), 2)).tolist() == [[True]]


def test_stamps_have_no_surroundings() -> None:
    assert not has_surroundings(FieldInMemory())
    assert has_surroundings(field())


def test_an_unreadable_image_has_no_surroundings() -> None:
    source = FieldInMemory(fails=(0,))
    assert render_surround(source, 0, 20, DisplayStyle()) is None


def test_directions_are_those_of_the_candidates_place() -> None:
    wcs = tan_wcs()
    # The pole is ten columns and twenty rows from the candidate, at (200, 230).
    wcs.wcs.crval, wcs.wcs.crpix = [0, 90], [211, 251]
    wcs.wcs.cd = np.diag([-1e-4, 1e-4])
    wcs.wcs.set()
    north = made(field(wcs, places=[[200.0, 230.0]])).north
    assert north == pytest.approx(np.degrees(np.arctan2(20, 10)), abs=0.5)
