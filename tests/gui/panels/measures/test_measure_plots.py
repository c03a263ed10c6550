"""Plots of the measures as a picture, and what they span."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt

from tests.gui.conftest import CheckLook
from vetter.core.cutout.cutout import Cutout
from vetter.core.psf.measures.cutout_measures import CutoutMeasures, measure_cutout
from vetter.gui.panels.measures.plots import (
    SHORT_TITLES,
    TITLES,
    Line,
    MeasureAxis,
    MeasurePlot,
    MeasurePlots,
)


@pytest.fixture
def plots(qtbot: Any) -> MeasurePlots:
    plots = MeasurePlots()
    qtbot.addWidget(plots)
    for number, _ in enumerate(TITLES):
        assert not plots.is_complete and len(plots.plots) == number
        plots.build_next()
    assert plots.is_complete
    return plots


def measures() -> CutoutMeasures:
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:41, :41] - 20.0
    star = 900 * np.exp(-4 * np.log(2) * (x**2 + y**2) / 4.0**2)
    # Errors that are seen.
    noise = rng.normal(0, 150, (2, 41, 41))
    planes = {"image": 100 + star + noise[0], "diff": 0.4 * star + noise[1]}
    return measure_cutout(Cutout(planes), 4.0, 30.0)


def test_measures_of_image_and_diff(check_look: CheckLook, plots: MeasurePlots) -> None:
    plots.resize(760, 170)
    plots.show_measures(measures())
    check_look(plots, "measures")


def test_nothing_measured_leaves_the_plots_empty(plots: MeasurePlots) -> None:
    plots.show_measures(measures())
    plots.show_measures(CutoutMeasures(reason="not measured"))
    assert [span(plot)[1::2] for plot in plots.plots] == [(-1.0, 1.0)] * len(TITLES)


def span(plot: MeasurePlot) -> tuple[float, float, float, float]:
    """The values at the plot's edges: left, lowest, right, highest."""
    box = next(item for item in plot.scene().items() if type(item).__name__ == "ViewBox")
    (left, right), (low, high) = box.viewRange()
    return left, low, right, high


NAN = np.nan


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        # Zero is always seen, with a margin of 8% beyond the values.
        ([2.0, 10.0], -0.8, 10.8),
        ([-4.0, -10.0], -10.8, 0.8),
        ([-5.0, 5.0], -5.8, 5.8),
        ([NAN, 10.0], -0.8, 10.8),
        ([NAN, NAN], -1.0, 1.0),
        ([0.0, 0.0], -1.0, 1.0),
    ],
)
def test_plot_spans_its_values_and_zero(
    qtbot: Any, values: list[float], low: float, high: float
) -> None:
    plot = MeasurePlot("cut, px")
    qtbot.addWidget(plot)
    plot.resize(240, 150)
    plot.show_lines({"image": Line(np.array([1.0, 6.0]), np.array(values))})
    # The first and last points are seen whole.
    assert span(plot) == pytest.approx((0.85, low, 6.15, high))
    assert plot.accessibleName() == "cut, px"
    assert plot.minimumSizeHint().width() < plot.sizeHint().width()


def test_plot_spans_points_and_model_but_no_large_error(qtbot: Any) -> None:
    plot = MeasurePlot("cut, px")
    qtbot.addWidget(plot)
    values, err = np.array([10.0, -2.0]), np.array([1.0, 300.0])
    plot.show_lines({"image": Line(np.array([0.0, 1.0]), values, err)})
    assert span(plot)[1::2] == pytest.approx((-2.0 - 0.08 * 12, 10.0 + 0.08 * 12))
    model = np.array([20.0, NAN])
    plot.show_lines({"image": Line(np.array([0.0, 1.0]), values, err, model)})
    assert span(plot)[1::2] == pytest.approx((-2.0 - 0.08 * 22, 20.0 + 0.08 * 22))


@pytest.mark.parametrize("whole", TITLES)
def test_title_is_shorter_in_a_narrower_plot(qtbot: Any, whole: str) -> None:
    plot = MeasurePlot(whole)
    qtbot.addWidget(plot)
    metrics = plot.fontMetrics()
    titles = []
    for letters in (len(whole) + 2, 13, 6):
        plot.resize(letters * metrics.averageCharWidth() + 8, 150)
        titles.append(plot.title)
        assert metrics.horizontalAdvance(plot.title) <= plot.width() - 8
    short = SHORT_TITLES.get(whole, whole)
    assert titles == [
        whole,
        short,
        metrics.elidedText(short, Qt.TextElideMode.ElideRight, 6 * metrics.averageCharWidth()),
    ]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.0, 50000.0], ["0", "50000"]),
        ([0.0, 50000.0, 250000.0], ["0", "5e4", "2.5e5"]),
        ([-2e12, 0.0], ["-2e12", "0"]),
        ([], []),
    ],
)
def test_numbers_of_the_axis_are_short(qtbot: Any, values: list[float], texts: list[str]) -> None:
    assert MeasureAxis("left").tickStrings(values, 1.0, 50000.0) == texts


def test_point_of_the_lines_stay_in_place(qtbot: Any) -> None:
    plot = MeasurePlot("cut, px")
    qtbot.addWidget(plot)
    plot.resize(240, 150)
    for scale in (1.0, 1e5):
        plot.show_lines({"image": Line(np.array([0.0, 1.0]), scale * np.array([0.0, 1.0]))})
        box = next(item for item in plot.scene().items() if type(item).__name__ == "ViewBox")
        # The axis is as wide whatever its numbers.
        assert box.mapToScene(QPointF(0, 0)).x() == pytest.approx(46, abs=1)
