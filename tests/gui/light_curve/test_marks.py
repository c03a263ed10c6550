"""Marks of a light curve: tones, symbols, triangles with ticks, and the legend's samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PyQt6.QtGui import QColor

from tests.helpers.light_curves import magnitudes
from tests.helpers.snapshots import pixels, snapshot_font
from vetter.core.candidates.light_curve import LightCurve
from vetter.gui.light_curve.legend import LightCurveLegend
from vetter.gui.light_curve.marks import (
    PICTURE_SIZE,
    SYMBOL_SIZE,
    band_styles,
    brush,
    limit_path,
    minus_path,
    pen,
    styles_of,
)
from vetter.gui.widgets.theme import DARK, LIGHT, palette_of


def test_filters_are_in_the_order_of_wavelength_with_unknown_ones_last() -> None:
    styles = band_styles(["white", "ztf_i", "G", "lsstu", "", "K", "ztf_i"])
    assert list(styles) == ["lsstu", "G", "ztf_i", "K", "", "white"]
    assert [style.ticks for style in styles.values()] == list(range(6))


@pytest.mark.parametrize(("band", "same_as"), [("ztf_g", "g"), ("R", "r"), ("sdss_u", "u")])
def test_last_letter_tells_the_filter(band: str, same_as: str) -> None:
    assert band_styles([band])[band][:3] == band_styles([same_as])[same_as][:3]


def test_second_filter_of_a_letter_has_a_style_of_its_own() -> None:
    styles = band_styles(["a_g", "b_g", "u", "r"])
    alone = band_styles(["g"])["g"]
    assert styles["a_g"][:3] == alone[:3] and styles["b_g"][:3] != alone[:3]
    # No two of nine filters look alike; more than there are styles are shown too.
    many = band_styles([f"{number}_g" for number in range(9)])
    assert len({style[:3] for style in many.values()}) == 9
    assert len(band_styles([f"{number}_g" for number in range(12)])) == 12


def test_tone_is_that_of_the_ground() -> None:
    style = band_styles(["g"])["g"]
    assert style.tone(True).name() == style.dark != style.tone(False).name() == style.light
    # Lighter on dark.
    assert style.tone(True).lightness() > style.tone(False).lightness()


@pytest.mark.parametrize("band", list("ugrizyjhk"))
def test_epochs_are_symbols_and_limits_triangles(band: str) -> None:
    style = band_styles([band])[band]
    symbol, size = style.mark()
    # Pointed symbols are larger, for about the same area.
    assert symbol == style.symbol and SYMBOL_SIZE <= size <= 1.4 * SYMBOL_SIZE
    assert (size == SYMBOL_SIZE) == (symbol in ("o", "s"))
    path, unit = style.mark(limit=True)
    assert path == limit_path(0) and unit == PICTURE_SIZE


@pytest.mark.parametrize("ticks", [0, 1, 10])
def test_triangle_points_down_from_below_its_ticks(ticks: int) -> None:
    path = limit_path(ticks)
    assert path.elementCount() == 4 + 2 * ticks
    points = [
        (PICTURE_SIZE * path.elementAt(n).x, PICTURE_SIZE * path.elementAt(n).y)
        for n in range(path.elementCount())
    ]
    (left, top), (right, other), (tip, bottom) = points[:3]
    assert left == pytest.approx(-SYMBOL_SIZE / 2) and right == pytest.approx(SYMBOL_SIZE / 2)
    # Y points down: the tip is below the edge, and at the middle.
    assert tip == 0 and top == other < 0 < bottom
    above = [y for _, y in points[4::2]]
    assert above == sorted(above, reverse=True) and all(y < top - 1 for y in above)
    # All of it is in pyqtgraph's picture, of whose side half is above the middle.
    box = path.boundingRect()
    assert -0.5 < box.top() and box.bottom() < 0.5


def test_minus_lies_in_the_symbol() -> None:
    box = minus_path().boundingRect()
    width = PICTURE_SIZE * box.width()
    assert box.center().x() == pytest.approx(0) and box.center().y() == pytest.approx(0)
    assert box.height() == 0 and 0.5 * SYMBOL_SIZE < width < SYMBOL_SIZE


def test_pens_and_brushes_are_kept_by_tone(qapp: Any) -> None:
    assert pen("#112233") is pen("#112233") and pen("#112233").color() == QColor("#112233")
    assert pen("#112233", 2.0).widthF() == 2.0 and pen("#112233").widthF() == pytest.approx(1.2)
    assert brush("#112233") is brush("#112233") and brush("#112233").color() == QColor("#112233")


def curve(*epochs: tuple[str, str, bool, bool]) -> LightCurve:
    """Epochs of filter, kind, whether it is a limit, and whether it is negative."""
    rows = [
        (58700.0 + n, 18.0, 0.1, limit, band, kind, negative)
        for n, (band, kind, limit, negative) in enumerate(epochs)
    ]
    return LightCurve.of(rows, "magnitude", "mag", 0)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (None, ""),
        (curve(("r", "detection", False, False)), "r"),
        (curve(("", "detection", False, False)), "filter not known"),
        (curve(("", "limit", True, False)), "filter not known, limit"),
        (curve(("r", "forced", False, False)), "r, forced"),
        (curve(("r", "detection", False, True)), "r, negative"),
        # A limit has no sign.
        (curve(("r", "limit", True, True)), "r, limit r"),
        (
            curve(("r", "detection", False, False), ("g", "limit", True, False)),
            "g, r, limit g",
        ),
    ],
)
def test_legend_names_what_is_shown(qtbot: Any, shown: LightCurve | None, words: str) -> None:
    legend = LightCurveLegend()
    qtbot.addWidget(legend)
    legend.show_curve(curve(("z", "forced", False, True)))
    legend.show_curve(shown)
    assert legend.accessibleDescription() == words
    assert (legend.sizeHint().width() > 0) == (shown is not None)


@pytest.mark.parametrize("tones", [DARK, LIGHT])
def test_legend_has_a_mark_in_its_tone_before_each_word(qtbot: Any, tones: Any) -> None:
    legend = LightCurveLegend()
    qtbot.addWidget(legend)
    legend.setFont(snapshot_font())
    legend.setPalette(palette_of(tones))
    legend.show_curve(magnitudes())
    legend.resize(legend.sizeHint())
    shown = pixels(legend.grab().toImage()).astype(int)
    styles = styles_of(magnitudes())
    places = []
    for band in "gr":
        tone = styles[band].tone(tones is DARK)
        near = np.abs(shown - (tone.red(), tone.green(), tone.blue())).max(axis=2) < 30
        columns = np.flatnonzero(near.any(axis=0))
        # Once for its epochs, filled, and once for its limits, open.
        first = columns[columns < columns[0] + 20]
        last = columns[columns > columns[-1] - 20]
        assert near[:, first].sum() > 1.5 * near[:, last].sum() > 8
        places += [(int(first[0]), int(first[-1])), (int(last[0]), int(last[-1]))]
    advance = legend.fontMetrics().horizontalAdvance
    words = [advance(word) for word in ("g", "r", "forced", "negative", "limit g")]
    # From the first mark to the second: a word, and what is around each.
    step = places[2][0] - places[0][0] - words[0]
    assert places[1][0] - places[0][0] == pytest.approx(4 * step + sum(words[:4]), abs=6)
    assert places[3][0] - places[1][0] == pytest.approx(step + words[4], abs=6)
    inked = np.flatnonzero((shown != shown[0, 0]).any(axis=(0, 2)))
    assert 0 <= inked[0] <= 6 and legend.width() - 16 <= inked[-1] < legend.width()
