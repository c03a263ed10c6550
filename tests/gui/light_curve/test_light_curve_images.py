"""The light curve as a picture: axes, filters, error bars, limits, the current epoch."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gui.conftest import CheckLook
from tests.helpers.light_curves import fluxes
from vetter.core.candidates.light_curve import LightCurve
from vetter.gui.light_curve.legend import LightCurveLegend
from vetter.gui.light_curve.marks import band_styles
from vetter.gui.light_curve.plot import LightCurvePlot

# Long error bars, a limit, a negative detection, the current epoch at the end.
MAGNITUDES = LightCurve.of(
    [
        (58700.0 + 7 * n, 18.5 + 0.2 * n, 0.3, False, "gr"[n % 2], "detection", n == 3)
        for n in range(6)
    ]
    + [(58745.0, 19.6, float("nan"), True, "g", "limit", False)]
    + [(58750.0, 18.4, 0.25, False, "r", "detection", False)],
    "magnitude",
    "mag",
    7,
)


@pytest.mark.parametrize(
    ("name", "curve"), [("magnitudes", MAGNITUDES), ("fluxes", fluxes())], ids=["mag", "flux"]
)
def test_light_curve(qtbot: Any, check_look: CheckLook, name: str, curve: LightCurve) -> None:
    plot = LightCurvePlot()
    qtbot.addWidget(plot)
    plot.resize(520, 190)
    plot.show_curve(curve)
    check_look(plot, f"light_curve_{name}")


def test_legend_of_the_light_curve(qtbot: Any, check_look: CheckLook) -> None:
    legend = LightCurveLegend()
    qtbot.addWidget(legend)
    legend.show_curve(MAGNITUDES)
    legend.resize(legend.sizeHint())
    check_look(legend, "light_curve_legend")


def test_symbols_and_limits_of_all_filters(qtbot: Any, check_look: CheckLook) -> None:
    bands = [*"ugrizyjhk", "clear", "white"]
    curve = LightCurve.of(
        [
            (
                58700.0 + n,
                8.0 if is_limit else 18.0,
                0.01,
                is_limit,
                band,
                "detection",
                not is_limit and n % 2,
            )
            for n, band in enumerate(bands)
            for is_limit in (False, True)
        ],
        "flux",
        "uJy",
        0,
    )
    legend, plot = LightCurveLegend(), LightCurvePlot()
    for widget in (legend, plot):
        qtbot.addWidget(widget)
        widget.show_curve(curve)
    legend.resize(legend.sizeHint())
    plot.resize(640, 190)
    check_look(legend, "light_curve_filters")
    check_look(plot, "light_curve_symbols")


def test_filters_are_numbered_by_wavelength() -> None:
    styles = band_styles(["white", "lsst_i", "g", "ztf_R", "g"])
    assert {name: style.ticks for name, style in styles.items()} == {
        "g": 0,
        "ztf_R": 1,
        "lsst_i": 2,
        "white": 3,
    }
    # What has no letter of its own has the first free one.
    assert styles["white"].symbol == band_styles(["u"])["u"].symbol
    same = band_styles(["g", "ztf_g", "ps_g"])
    assert len({style.symbol + style.dark for style in same.values()}) == 3
