"""Plots of figures against brightness: places of stars, candidates and the limit."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtGui import QColor

from tests.helpers.snapshots import check_snapshot, pixels, snapshot_font
from vetter.core.judgement.answer import ANSWERS
from vetter.core.judgement.star_calibration import StarCalibration
from vetter.gui.field_view.points import Points
from vetter.gui.field_view.star_plot import CHI2, SNR, Axis, StarPlot, _place, _tick_text
from vetter.gui.widgets.theme import DARK, LIGHT, palette_of


def calibration(count: int = 60) -> StarCalibration:
    """Stars whose figures grow with their brightness."""
    rng = np.random.default_rng(3)
    flux = np.geomspace(200, 2e5, count)
    return StarCalibration(
        x=rng.uniform(0, 900, count),
        y=rng.uniform(0, 900, count),
        brightness=flux,
        dx=np.zeros(count),
        dy=np.zeros(count),
        scale=np.ones(count),
        chi2_ratio=1.0 + flux / 4e4 * rng.uniform(0.3, 1.7, count),
        snr=rng.normal(size=count) * (1 + flux / 3e4),
    )


def candidates(**columns) -> dict:
    count = len(next(iter(columns.values())))
    return {
        "rows": np.arange(count),
        "scales": np.ones(count),
        "states": np.array([ANSWERS[k % 6].code for k in range(count)], np.uint8),
        "decided": np.zeros(count, bool),
        "bound": np.zeros(count, bool),
        **columns,
    }


@pytest.fixture
def plot(qtbot, request) -> StarPlot:
    plot = StarPlot(getattr(request, "param", SNR))
    qtbot.addWidget(plot)
    plot.resize(320, 340)
    return plot


def show(plot: StarPlot, stars: StarCalibration | None, flux, value, **more) -> None:
    flux, value = np.asarray(flux, float), np.asarray(value, float)
    columns = candidates(brightness=flux, chi2=value, snr=value, **more)
    plot.points = Points(**columns, calibration=stars)
    plot.repaint_points()


@pytest.mark.parametrize("plot", [CHI2, SNR], indirect=True)
def test_brighter_is_to_the_right_and_larger_is_above(plot):
    show(plot, calibration(), [500, 5e4, 5e4], [1.5, 1.5, 9.0])
    (x1, y1), (x2, y2), (x3, y3) = plot.to_screen(plot.where())
    assert x1 < x2 == x3 and y1 == y2 > y3


@pytest.mark.parametrize("flux", [0.0, -3e4])
def test_candidate_without_star_is_at_the_left_edge(plot, flux):
    show(plot, calibration(), [flux, 500.0], [3.0, 3.0])
    first, second = plot.to_screen(plot.where())
    assert first[0] < second[0]
    assert plot.frame.left() < first[0] < plot.frame.left() + 20


def test_candidate_of_unknown_brightness_has_no_place(plot):
    show(plot, calibration(), [np.nan, 500.0], [3.0, 3.0])
    assert np.isnan(plot.where()[0]).any() and np.isfinite(plot.where()[1]).all()


def test_all_candidates_and_stars_are_in_the_frame(plot):
    show(plot, calibration(), [1.0, 1e7], [0.0, -4e3])
    stars = calibration()
    places = np.concatenate([plot.where(), _place(plot.axes, stars.brightness, np.abs(stars.snr))])
    frame = plot.frame
    for x, y in plot.to_screen(places):
        assert frame.contains(float(x), float(y))


@pytest.mark.parametrize("plot", [CHI2, SNR], indirect=True)
def test_limit_separates_kept_from_ordinary(plot):
    stars = calibration()
    flux = 3e4
    limit = plot._figure.limit(stars.limits_at(flux), 5.0)
    show(plot, stars, [flux, flux], [0.8 * limit, 1.25 * limit])
    line = plot.to_screen(plot._limit_line(stars))
    at = plot.to_screen(plot.where())
    y = np.interp(at[0, 0], line[:, 0], line[:, 1])
    assert at[1, 1] < y < at[0, 1]


def test_limit_follows_the_settings(plot):
    stars = calibration()
    show(plot, stars, [100.0], [60.0])
    before = plot._limit_line(stars)[:, 1]
    plot.max_snr = 10.0
    assert (plot._limit_line(stars)[:, 1] > before).all()


@pytest.mark.parametrize(
    ("stars", "caption"),
    [
        (None, "no calibration"),
        (calibration(9), "9 stars: fewer than 10"),
        (calibration(60), "- - limit of the stars"),
    ],
)
def test_caption_names_limit_or_its_absence(plot, stars, caption):
    show(plot, stars, [500.0], [3.0])
    assert plot.caption == caption


def test_plot_without_candidates_and_stars_is_painted(plot):
    plot.points = Points()
    assert not plot.grab().toImage().isNull()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_invalid_figures_do_not_stretch_the_axis(plot, value):
    show(plot, calibration(), [500.0, 500.0], [value, 3.0])
    ends = [axis.end for axis in plot.axes]
    assert np.isfinite(ends).all() and ends[1] < 100


@pytest.mark.parametrize("length", [60, 250, 900])
@pytest.mark.parametrize("end", [1.5, 30.0, 4e3, 8e6])
@pytest.mark.parametrize("unit", [0.004, 1.0, 1e3])
def test_ticks_are_round_and_apart(length, end, unit):
    axis = Axis.over(np.array([end]), unit)
    ticks = axis.ticks(length)
    assert ticks[0] == 0.0 and (len(ticks) >= 2 or length < 100)
    assert np.diff(axis.place(np.array(ticks)) * length).min(initial=99.0) > 20
    assert all(axis.place(np.array([tick]))[0] < 1 for tick in ticks)


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.5, "0.5"), (200.0, "200"), (5e4, "5e4"), (1e10, "1e10")]
)
def test_tick_text(value, text):
    assert _tick_text(value) == text


def test_current_candidate_is_ringed(plot):
    show(plot, calibration(), [500.0, 5e4], [3.0, 9.0])
    before = pixels(plot.grab().toImage()).astype(int)
    plot.set_current(1)
    after = pixels(plot.grab().toImage()).astype(int)
    x, y = plot.to_screen(plot.where())[1]
    changed = np.argwhere((before != after).any(axis=2))
    assert len(changed) > 20
    assert np.hypot(changed[:, 1] - x, changed[:, 0] - y).max() < 14


@pytest.mark.parametrize("tones", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("plot", [CHI2, SNR], indirect=True, ids=["chi2", "snr"])
def test_stars_behind_candidates_of_every_answer(plot, tones, request):
    plot.setPalette(palette_of(tones))
    plot.setFont(snapshot_font())
    rng = np.random.default_rng(5)
    flux = np.concatenate([10.0 ** rng.uniform(2, 5.3, 34), [0.0, -50.0]])
    value = np.concatenate([10.0 ** rng.uniform(-0.5, 1.4, 34), [0.9, 12.0]])
    show(plot, calibration(), flux, value)
    plot.set_current(8)
    name = request.node.callspec.id
    assert plot.palette().window().color() == QColor(tones.window)
    check_snapshot(plot.grab().toImage(), f"star_plot_{name}")
