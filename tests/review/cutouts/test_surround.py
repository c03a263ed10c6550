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
    assert surround.picture.shape == (165, 165)
    left, lower, right, upper = surround.footprint
    assert (right - left, upper - lower) == pytest.approx((41 / 165, 41 / 165), abs=0.01)


def test_the_footprint_is_around_the_candidate() -> None:
    left, lower, right, upper = made(field()).footprint
    assert ((left + right) / 2, (lower + upper) / 2) == pytest.approx((0.5, 0.5), abs=0.004)


def test_other_candidates_are_at_their_pixels() -> None:
    surround = made(field())
    assert surround.rows.tolist() == [1]
    assert surround.points[0] == pytest.approx(brightest(surround), abs=0.004)


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
    assert surround.points[0] == pytest.approx(brightest(surround), abs=0.004)


def test_large_surroundings_are_averaged() -> None:
    surround = made(field(size=2000, places=[[1000, 1000], [1030, 1060]]), radius=200)
    assert max(surround.picture.shape) <= SHOWN_SIDE
    assert surround.wider == pytest.approx(MAX_SIDE / 401)


def test_averages_leave_out_unknown_pixels() -> None:
    pixels = np.arange(12.0).reshape(3, 4)
    pixels[0, 0] = np.nan
    means = average_blocks(pixels, 2)
    assert means == pytest.approx(np.array([[10 / 3, 4.5], [8.5, 10.5]]))


def test_stamps_have_no_surroundings() -> None:
    assert not has_surroundings(FieldInMemory())
    assert has_surroundings(field())


def test_an_unreadable_image_has_no_surroundings() -> None:
    source = FieldInMemory(fails=(0,))
    assert render_surround(source, 0, 20, DisplayStyle()) is None
