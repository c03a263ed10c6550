"""The light curve below the panels: what it shows, and of whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtWidgets import QMainWindow

from tests.helpers.light_curves import fluxes, magnitudes
from vetter.core.light_curve import LightCurve, axis_text, epoch_text
from vetter.gui.light_curve.axes import Axes
from vetter.gui.light_curve.dock import NONE_CAME, LightCurveDock
from vetter.gui.light_curve.legend import LightCurveLegend
from vetter.gui.light_curve.marks import band_styles
from vetter.gui.light_curve.plot import LightCurvePlot


@pytest.fixture
def plot(qtbot: Any) -> LightCurvePlot:
    made = LightCurvePlot()
    qtbot.addWidget(made)
    made.resize(600, 200)
    made.show()
    return made


@pytest.fixture
def dock(qtbot: Any) -> Iterator[LightCurveDock]:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    yield LightCurveDock(window)
    window.close()


def up(plot: LightCurvePlot, index: int) -> float:
    place = plot.place_of(index)
    assert place is not None
    return -place.y()


def test_brighter_magnitudes_stand_higher(plot: LightCurvePlot) -> None:
    curve = magnitudes()
    plot.show_curve(curve)
    assert up(plot, int(np.argmin(curve.value))) > up(plot, int(np.argmax(curve.value)))


def test_a_flux_is_shown_against_none() -> None:
    epochs = [(60500.0, 5000.0, 300.0, False, "i", "detection", False)]
    one = LightCurve.of(epochs, "difference flux", "nJy", 0)
    axes = Axes.fitting(one, QRectF(0, 0, 400, 200))
    assert axes.y[0] < 0.0 and axes.y[1] > 5300.0
    assert 0.0 in [value for _, value, _ in axes.ticks("y", 34.0)]
    assert Axes.fitting(magnitudes(), QRectF(0, 0, 400, 200)).y[0] > 10.0


@pytest.mark.parametrize("odd", [np.inf, 1.79e308, 1e35])
def test_curve_with_extreme_numbers_has_ticks(odd: float) -> None:
    epochs = [
        (60500.0, 5000.0, odd, False, "i", "detection", False),
        (60501.0, -odd, 300.0, False, "i", "forced", False),
        (odd, 4000.0, 300.0, False, "i", "forced", False),
        (60502.0, 6000.0, 300.0, False, "i", "detection", False),
    ]
    curve = LightCurve.of(epochs, "difference flux", "nJy", 3)
    assert curve.value.tolist() == [5000.0, 6000.0] and curve.current == 1
    assert np.isnan(curve.error[0]) and curve.error[1] == 300.0
    axes = Axes.fitting(curve, QRectF(0, 0, 400, 200))
    assert axes.y[1] == pytest.approx(6300.0, rel=0.2)
    assert 0.0 in [value for _, value, _ in axes.ticks("y", 34.0)]


def test_larger_fluxes_stand_higher(plot: LightCurvePlot) -> None:
    curve = fluxes()
    plot.show_curve(curve)
    assert up(plot, 17) > up(plot, 0)


def test_all_epochs_are_seen_at_first(plot: LightCurvePlot) -> None:
    curve = magnitudes()
    plot.show_curve(curve)
    for index in range(len(curve)):
        place = plot.place_of(index)
        assert place is not None and plot.rect().contains(place.toPoint())


def test_the_epoch_under_the_pointer_is_told(qtbot: Any, plot: LightCurvePlot) -> None:
    plot.show_curve(magnitudes())
    told: list[int] = []
    plot.pointed.connect(told.append)
    place = plot.place_of(40)
    assert place is not None
    qtbot.mouseMove(plot, (place + QPointF(3, 2)).toPoint())
    qtbot.mouseMove(plot, plot.rect().bottomLeft())
    assert told == [40, -1]


def test_the_wheel_keeps_what_is_under_the_pointer(qtbot: Any, plot: LightCurvePlot) -> None:
    plot.show_curve(magnitudes())
    place = plot.place_of(20)
    assert place is not None and plot._axes is not None
    plot._axes = plot._axes.zoomed(4.0, place)
    after, other = plot.place_of(20), plot.place_of(0)
    assert after is not None and other is not None
    assert (after - place).manhattanLength() < 1e-6
    assert not plot.rect().contains(other.toPoint())
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton)
    back = plot.place_of(0)
    assert back is not None and plot.rect().contains(back.toPoint())


@pytest.mark.parametrize("count", [0, 1])
def test_few_epochs_are_no_trouble(plot: LightCurvePlot, count: int) -> None:
    epochs = [(58000.0, 19.0, float("nan"), False, "", "detection", False)][:count]
    plot.show_curve(LightCurve.of(epochs, "magnitude", "mag", 0))
    plot.grab()
    assert (plot.place_of(0) is not None) == bool(count)


def test_blank_it_shows_nothing(plot: LightCurvePlot) -> None:
    plot.show_curve(magnitudes())
    shown = plot.grab().toImage()
    plot.blank()
    empty = plot.grab().toImage()
    assert shown != empty
    assert plot.nearest(QPointF(300, 100)) == -1


def test_filters_differ_in_shape_as_well_as_in_tone() -> None:
    styles = band_styles(list("ugrizy"))
    assert len({style.symbol for style in styles.values()}) == 6
    assert len({style.dark for style in styles.values()}) == 6
    assert [styles[band].ticks for band in "ugrizy"] == list(range(6))


def test_filters_with_one_letter_in_common_are_told_apart() -> None:
    styles = band_styles(["ztf_r", "sdss_r", "", "clear"])
    assert len({(style.symbol, style.dark) for style in styles.values()}) == 4


def test_the_key_names_only_what_is_there(qtbot: Any) -> None:
    key = LightCurveLegend()
    qtbot.addWidget(key)
    key.show_curve(fluxes())
    assert key.accessibleDescription() == "u, g, r, i, z, y, forced, negative"
    key.show_curve(magnitudes())
    assert key.accessibleDescription() == "g, r, forced, negative, limit g, limit r"


def test_the_dock_is_hidden_until_a_light_curve_comes(dock: LightCurveDock) -> None:
    dock.show_curve(None)
    assert not dock.isVisible()
    dock.show_curve(magnitudes())
    assert dock.isVisible()


def test_a_candidate_without_one_is_said_to_have_none(dock: LightCurveDock) -> None:
    dock.show_curve(magnitudes())
    dock.show_curve(None)
    assert dock.isVisible() and dock.words == NONE_CAME


def test_put_away_it_stays_away(dock: LightCurveDock) -> None:
    dock.show_curve(magnitudes())
    assert dock.toggle() and not dock.isVisible()
    dock.show_curve(magnitudes(2))
    assert not dock.isVisible()
    assert dock.toggle() and dock.isVisible()


def test_there_is_nothing_to_show_where_no_light_curve_came(dock: LightCurveDock) -> None:
    assert not dock.toggle()
    assert not dock.isVisible()
    dock.show_curve(magnitudes())
    assert dock.isVisible()


def test_between_candidates_nothing_of_the_earlier_one_is_left(dock: LightCurveDock) -> None:
    dock.show_curve(magnitudes())
    assert dock.words
    dock.blank()
    assert dock.words == ""


def test_the_readout_tells_the_own_epoch_until_another_is_pointed_at(
    dock: LightCurveDock,
) -> None:
    dock.show_curve(magnitudes())
    assert dock.words == epoch_text(magnitudes(), 40)


def test_an_epoch_in_words() -> None:
    epochs = [
        (58850.0, 19.214, 0.081, False, "r", "detection", False),
        (58840.25, 20.4, float("nan"), True, "g", "limit", False),
        (58845.0, 18.0, float("nan"), False, "g", "forced", True),
    ]
    curve = LightCurve.of(epochs, "magnitude", "mag", 0)
    assert [epoch_text(curve, index) for index in range(3)] == [
        "2019-12-23 06:00:00 (MJD 58840.25000), 9.75 d before, g, > 20.40 mag (limit)",
        "2019-12-28 00:00:00 (MJD 58845.00000), 5.00 d before, g, 18.00 mag, forced, negative",
        "2020-01-02 00:00:00 (MJD 58850.00000), this epoch, r, 19.21 ± 0.08 mag",
    ]
    assert axis_text(curve) == "mag" and axis_text(fluxes()) == "difference flux, nJy"
