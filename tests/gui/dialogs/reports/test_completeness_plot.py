from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PyQt6.QtGui import QImage

from vetter.core.fakes.report.scores import Bin, share_of
from vetter.gui.dialogs.reports.completeness_plot import CompletenessPlot
from vetter.gui.widgets.theme import DARK, LIGHT, Tones, palette_of

BINS = [
    Bin(5.0, 10.0, share_of(1, 4)),
    Bin(10.0, 20.0, share_of(0, 0)),
    Bin(20, 40, share_of(3, 3)),
]


@pytest.fixture
def plot(qtbot: Any) -> Iterator[CompletenessPlot]:
    plot = CompletenessPlot("S/N", True)
    qtbot.addWidget(plot)
    plot.resize(320, 180)
    plot.show_bins(BINS)
    yield plot
    plot.close()


def test_plot_without_bins_is_hidden(plot: CompletenessPlot) -> None:
    assert plot.isVisible()
    plot.show_bins([])
    assert not plot.isVisible()


def test_words_have_every_bin_with_trials(plot: CompletenessPlot) -> None:
    name = plot.accessibleName()
    assert name.startswith("found by S/N: 5 to 10: 25% (")
    assert "20 to 40: 100% (" in name
    assert "10 to 20" not in name


def test_equal_ratios_are_equally_wide_in_log(plot: CompletenessPlot) -> None:
    x = [plot.place_of(value, 0).x() for value in (5.0, 10.0, 20.0, 40.0)]
    steps = [after - before for before, after in zip(x, x[1:], strict=False)]
    assert steps == pytest.approx([steps[0]] * 3)


def test_equal_steps_are_equally_wide_in_magnitudes(qtbot: Any) -> None:
    plot = CompletenessPlot("mag", False)
    qtbot.addWidget(plot)
    plot.show_bins([Bin(17.0, 18.0, share_of(3, 3)), Bin(18.0, 21.0, share_of(1, 4))])
    x = [plot.place_of(value, 0).x() for value in (17.0, 18.0, 21.0)]
    assert 0 <= x[0] < x[2] <= plot.width()
    assert x[1] - x[0] == pytest.approx((x[2] - x[0]) / 4)


def test_larger_share_is_higher(plot: CompletenessPlot) -> None:
    assert plot.place_of(7, 1.0).y() < plot.place_of(7, 0.25).y() < plot.place_of(7, 0.0).y()


@pytest.mark.parametrize("tones", [DARK, LIGHT], ids=["dark", "light"])
def test_dot_of_a_share_has_the_tone_of_text(plot: CompletenessPlot, tones: Tones) -> None:
    plot.setPalette(palette_of(tones))
    picture = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    middle = (plot.place_of(5, 0.25) + plot.place_of(10, 0.25)) / 2
    ratio = picture.width() / plot.width()
    dot = picture.pixelColor(round(middle.x() * ratio), round(middle.y() * ratio))
    text = plot.palette().text().color()
    assert abs(dot.lightness() - text.lightness()) < 40
