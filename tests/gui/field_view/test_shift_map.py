"""The map of shifts alone: the range that it shows, and its key."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.core.judgement.answer import Answer
from vetter.core.judgement.star_calibration import StarCalibration
from vetter.gui.field_view.points import Points
from vetter.gui.field_view.shift_map import FieldMap
from vetter.gui.field_view.shift_plot import ShiftPlot
from vetter.review.cutouts.field_picture import FieldPicture


def points(shifts: Any, places: Any = None, bound: Any = None, stars: Any = ()) -> Points:
    shifts = np.asarray(shifts, float).reshape(-1, 2)
    count = len(shifts)
    star = np.asarray(stars, float).reshape(-1, 2)
    calibration = StarCalibration(
        x=np.zeros(len(star)),
        y=np.zeros(len(star)),
        dx=star[:, 0],
        dy=star[:, 1],
        **{name: np.ones(len(star)) for name in ("scale", "brightness", "chi2_ratio", "snr")},
    )
    return Points(
        rows=np.arange(count),
        places=np.zeros((count, 2)) if places is None else np.asarray(places, float),
        shifts=shifts,
        scales=np.ones(count),
        states=np.full(count, Answer.KEPT.code, np.uint8),
        bound=np.zeros(count, bool) if bound is None else np.asarray(bound),
        decided=np.zeros(count, bool),
        calibration=calibration if len(star) else None,
    )


@pytest.fixture
def make(qtbot: Any) -> Any:
    def make(shape: tuple[int, int] | None = None, shown: Points | None = None) -> FieldMap:
        field = FieldMap(shape)
        qtbot.addWidget(field)
        field.resize(420, 420)
        if shown is not None:
            field.points = shown
        return field

    return make


def test_whole_image_is_shown(make: Any) -> None:
    # Pixels go half a pixel beyond their centres; rows are y.
    assert make((300, 400)).extent == (-0.5, 399.5, -0.5, 299.5)


@pytest.mark.parametrize(
    ("places", "extent"),
    [
        ([], (0.0, 1.0, 0.0, 1.0)),
        ([[np.nan, 5.0]], (0.0, 1.0, 0.0, 1.0)),
        # 3 % of the longer side on all sides.
        ([[10.0, 20.0], [110.0, 60.0]], (7.0, 113.0, 17.0, 63.0)),
        ([[10.0, 20.0], [50.0, 220.0], [np.nan, 900.0]], (4.0, 56.0, 14.0, 226.0)),
        # A single place is shown with its surroundings of a pixel.
        ([[10.0, 20.0]], (9.97, 10.03, 19.97, 20.03)),
    ],
)
def test_without_an_image_the_range_of_the_candidates_is_shown(
    make: Any, places: Any, extent: tuple[float, ...]
) -> None:
    places = np.asarray(places, float).reshape(-1, 2)
    field = make(None, points(np.zeros((len(places), 2)), places))
    assert field.extent == pytest.approx(extent)


@pytest.mark.parametrize(
    ("shown", "key"),
    [
        # Ten of 3-4-5, a round number below 5 of a unit.
        (points([[0.3, 0.4]] * 10), 0.5),
        (points([[0.3, 0.4]] * 95 + [[30.0, 40.0]] * 5), 0.5),
        # A shift on its bound, or without a fit, says nothing of the others.
        (points([[0.3, 0.4], [9.0, 9.0], [np.nan, np.nan]], bound=[False, True, False]), 0.5),
        # Stars count as candidates do.
        (points([[0.003, 0.004]], stars=[[0.3, 0.4]] * 50), 0.5),
        (points([], stars=[[np.nan, np.nan]]), 0.1),
        (points([[0.0, 0.0]]), 0.01),
        (points([]), 0.1),
        # Of many a part gives the same.
        (points([[0.3, 0.4]] * 20_000), 0.5),
    ],
)
def test_key_is_a_round_number_of_the_larger_shifts(make: Any, shown: Points, key: float) -> None:
    field = make((400, 400), shown)
    list(field.point_pieces())
    assert field.key == pytest.approx(key)
    # The key's arrow is a thirteenth of the map's side, at every zoom.
    assert field.factor * field.key == pytest.approx(
        min(field.frame.width(), field.frame.height()) / 13
    )


def picture(**sky: float | None) -> FieldPicture:
    grey = np.zeros((4, 4), np.uint32)
    return FieldPicture(grey, grey, (400.0, 400.0), sky.get("north"), sky.get("east"))


@pytest.mark.parametrize(
    ("sky", "compass"),
    [
        (None, None),
        ({}, None),
        ({"north": 90.0}, None),
        ({"east": 180.0}, None),
        ({"north": 90.0, "east": 180.0}, (90.0, 180.0)),
    ],
)
def test_compass_needs_both_directions(make: Any, sky: Any, compass: Any) -> None:
    field = make((400, 400))
    field.set_picture(None if sky is None else picture(**sky))
    assert field.compass == compass
    # Another image has its own.
    field.set_shape((300, 300))
    assert field.compass is None and field.extent == (-0.5, 299.5, -0.5, 299.5)


@pytest.mark.parametrize("bound", [1.0, 2.5])
def test_plot_of_shifts_reaches_beyond_the_bound(qtbot: Any, bound: float) -> None:
    plot = ShiftPlot()
    qtbot.addWidget(plot)
    plot.bound = bound
    reach = 1.07 * bound
    assert plot.extent == pytest.approx((-reach, reach, -reach, reach))
    plot.points = points([[0.3, 0.4], [np.nan, 0.0]])
    assert plot.where() == pytest.approx(plot.points.shifts, nan_ok=True)
