"""The light curve below the panels: what it shows, and of whom."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
import pytest
from PyQt6 import sip
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QImage, QWheelEvent
from PyQt6.QtWidgets import QApplication, QMainWindow, QMessageBox

from tests.helpers.light_curves import fluxes, magnitudes
from tests.helpers.turns import until_handled, until_timer
from vetter.core.candidates.light_curve import LightCurve, axis_text, epoch_text
from vetter.gui.light_curve.dock import NONE_CAME, REST_MS, LightCurveDock
from vetter.gui.light_curve.export import CurvePicture, CurveTable
from vetter.gui.light_curve.legend import LightCurveLegend
from vetter.gui.light_curve.marks import band_styles
from vetter.gui.light_curve.plot import LightCurvePlot, spans_of
from vetter.gui.widgets.theme import DARK, LIGHT, Tones, palette_of

SPIN_BOX_MS = 300
"""pyqtgraph's number fields tell each other of changes so much later, if they still stand."""


@pytest.fixture
def plot(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> LightCurvePlot:
    # Else pyqtgraph drops movements within 10 ms.
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", 0)
    made = LightCurvePlot()
    qtbot.addWidget(made)
    made.resize(600, 200)
    with qtbot.waitExposed(made):
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


def test_flux_axis_includes_zero() -> None:
    epochs = [(60500.0, 5000.0, 300.0, False, "i", "detection", False)]
    one = LightCurve.of(epochs, "difference flux", "nJy", 0)
    low, high = spans_of(one)[1]
    assert low < 0.0 and high > 5300.0
    assert spans_of(magnitudes())[1][0] > 10.0


@pytest.mark.parametrize("odd", [np.inf, 1.79e308, 1e35])
def test_span_of_extreme_numbers_holds_only_known(odd: float) -> None:
    epochs = [
        (60500.0, 5000.0, odd, False, "i", "detection", False),
        (60501.0, -odd, 300.0, False, "i", "forced", False),
        (odd, 4000.0, 300.0, False, "i", "forced", False),
        (60502.0, 6000.0, 300.0, False, "i", "detection", False),
    ]
    curve = LightCurve.of(epochs, "difference flux", "nJy", 3)
    assert curve.value.tolist() == [5000.0, 6000.0] and curve.current == 1
    assert np.isnan(curve.error[0]) and curve.error[1] == 300.0
    low, high = spans_of(curve)[1]
    assert low < 0.0 and high == pytest.approx(6300.0, rel=0.2)


def test_plot_of_largest_known_flux_paints(plot: LightCurvePlot) -> None:
    epochs = [(60500.0 + n, 4e29 * n, 4e29, False, "i", "detection", False) for n in range(3)]
    plot.show_curve(LightCurve.of(epochs, "difference flux", "nJy", 2))
    assert up(plot, 2) > up(plot, 0)
    plot.grab()


def test_markup_in_unit_is_plain_text(plot: LightCurvePlot) -> None:
    epochs = [(60500.0, 5000.0, 300.0, False, "i", "detection", False)]
    plot.show_curve(LightCurve.of(epochs, "difference flux", "<b>nJy</b>", 0))
    assert plot._names["left"].item.toPlainText() == "difference flux, <b>nJy</b>"


def test_ticks_between_days_have_their_decimals(plot: LightCurvePlot) -> None:
    plot.show_curve(magnitudes())
    plot.setRange(xRange=(58750.0, 58750.3), padding=0)
    axis = plot.getAxis("bottom")
    assert axis.tickStrings([58750.05, 58750.1], 1.0, 0.05) == ["58750.05", "58750.10"]
    assert axis.tickStrings([-0.0, -20000.0], 1.0, 10000.0) == ["0", "\N{MINUS SIGN}20000"]


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
    qtbot.mouseMove(plot.viewport(), (place + QPointF(3, 2)).toPoint())
    qtbot.mouseMove(plot.viewport(), plot.rect().bottomLeft())
    assert told == [40, -1]


def turn_wheel(plot: LightCurvePlot, place: QPointF, notches: int = 8) -> None:
    viewport = plot.viewport()
    turn = QWheelEvent(
        place,
        QPointF(viewport.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, turn)


@pytest.fixture
def zoomed(plot: LightCurvePlot) -> LightCurvePlot:
    """A plot zoomed on epoch 20: epoch 0 is outside."""
    plot.show_curve(magnitudes())
    place = plot.place_of(20)
    assert place is not None
    turn_wheel(plot, place)
    return plot


def is_inside(plot: LightCurvePlot, index: int) -> bool:
    place = plot.place_of(index)
    return place is not None and plot.rect().contains(place.toPoint())


def test_wheel_keeps_epoch_under_pointer(plot: LightCurvePlot) -> None:
    plot.show_curve(magnitudes())
    plot.grab()
    before = plot.place_of(20)
    assert before is not None
    turn_wheel(plot, before, notches=2)
    after, edge = plot.place_of(20), plot.place_of(0)
    # pyqtgraph zooms about whole pixels.
    assert after is not None and (after - before).manhattanLength() < 2
    assert edge is not None and not plot.rect().contains(edge.toPoint())


@pytest.mark.parametrize("notches", [400, -400])
def test_wheel_turned_far_keeps_finite_range(plot: LightCurvePlot, notches: int) -> None:
    plot.show_curve(magnitudes())
    fitted = plot.getViewBox().viewRange()
    for _ in range(abs(notches) // 4):
        turn_wheel(plot, QPointF(300, 100), 4 if notches > 0 else -4)
    ranges = plot.getViewBox().viewRange()
    shares = [
        (high - low) / (last - first)
        for (low, high), (first, last) in zip(ranges, fitted, strict=True)
    ]
    assert all(1e-6 < share < 12 for share in shares)
    assert (max(shares) < 1e-3) == (notches > 0) == (min(shares) < 1)
    plot.grab()


def test_single_click_leaves_the_zoom(qtbot: Any, zoomed: LightCurvePlot) -> None:
    qtbot.mouseClick(zoomed.viewport(), Qt.MouseButton.LeftButton)
    assert not is_inside(zoomed, 0)


def test_double_click_shows_all_epochs(qtbot: Any, zoomed: LightCurvePlot) -> None:
    viewport = zoomed.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton)
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton)
    assert is_inside(zoomed, 0)


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
def test_plot_follows_theme(plot: LightCurvePlot, tones: Tones) -> None:
    plot.setPalette(palette_of(LIGHT if tones is DARK else DARK))
    plot.show_curve(magnitudes())
    plot.setPalette(palette_of(tones))
    picture = plot.grab().toImage()
    assert picture.pixelColor(picture.width() - 2, 2).name() == tones.base
    colours = {picture.pixelColor(x, y).name() for x in range(70, 600) for y in range(180)}
    style = band_styles(["g", "r"])["g"]
    assert style.tone(tones is DARK).name() in colours
    assert style.tone(tones is not DARK).name() not in colours


def test_next_light_curve_is_fitted_again(zoomed: LightCurvePlot) -> None:
    for curve in (fluxes(), magnitudes()):
        zoomed.show_curve(curve)
        assert all(is_inside(zoomed, index) for index in range(len(curve)))


def test_menu_shows_all_epochs(zoomed: LightCurvePlot) -> None:
    zoomed.getViewBox().menu.viewAll.trigger()
    assert is_inside(zoomed, 0)


def test_dragging_moves_epochs(qtbot: Any, plot: LightCurvePlot) -> None:
    plot.show_curve(magnitudes())
    plot.grab()
    before = plot.place_of(20)
    assert before is not None
    viewport, start = plot.viewport(), QPoint(300, 100)
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for across in (10, 20, 30):
        qtbot.mouseMove(viewport, start + QPoint(across, 0))
        until_handled(qtbot)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(30, 0))
    after = plot.place_of(20)
    assert after is not None and after.x() - before.x() == pytest.approx(30, abs=2)


def test_table_export_has_columns_by_filter_and_kind(plot: LightCurvePlot, tmp_path: Path) -> None:
    curve = magnitudes()
    plot.show_curve(curve)
    CurveTable(plot.getPlotItem()).export(str(tmp_path / "curve.csv"))
    lines = (tmp_path / "curve.csv").read_text().splitlines()
    columns = {name: n for n, name in enumerate(lines[0].split(","))}
    assert {f"{b} {kind}_y" for b in "gr" for kind in ("detection", "forced", "limit")} <= set(
        columns
    )
    values = [line.split(",")[columns["r limit_y"]] for line in lines[1:]]
    limits = curve.value[curve.limit & (curve.band == "r")]
    assert [float(value) for value in values if value] == pytest.approx(limits.tolist())


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


def test_table_of_whole_scene_is_that_of_plot(plot: LightCurvePlot, tmp_path: Path) -> None:
    plot.show_curve(magnitudes())
    for number, item in enumerate((plot.scene(), plot.getViewBox(), plot.getPlotItem())):
        CurveTable(item).export(str(tmp_path / f"{number}.csv"))
    tables = {(tmp_path / f"{number}.csv").read_text() for number in range(3)}
    assert len(tables) == 1 and "r limit_y" in tables.pop()


def test_picture_export_writes_picture_as_shown(plot: LightCurvePlot, tmp_path: Path) -> None:
    plot.show_curve(magnitudes())
    assert CurvePicture(plot.getPlotItem()).export(str(tmp_path / "curve.png"))
    picture = QImage(str(tmp_path / "curve.png"))
    shown = plot.grab().toImage()
    assert abs(picture.width() - shown.width()) < 4
    tones = {picture.pixelColor(x, y).name() for x in range(0, 500, 2) for y in range(0, 180, 2)}
    styles = band_styles(["g", "r"])
    assert {styles[band].light for band in "gr"} <= tones or (
        {styles[band].dark for band in "gr"} <= tones
    )


@pytest.mark.parametrize("exporter", [CurvePicture, CurveTable])
def test_export_to_missing_folder_shows_why(
    exporter: Any, plot: LightCurvePlot, tmp_path: Path
) -> None:
    plot.show_curve(magnitudes())
    exporter(plot.getPlotItem()).export(str(tmp_path / "missing" / "curve.csv"))
    boxes = [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox)]
    assert ["cannot be written" in box.text() for box in boxes] == [True]
    boxes[0].close()


def rest(qtbot: Any) -> None:
    """Wait as long as a user who looks at the candidate."""
    until_timer(qtbot, REST_MS)
    until_handled(qtbot)


def test_the_dock_is_hidden_until_a_light_curve_comes(qtbot: Any, dock: LightCurveDock) -> None:
    dock.show_curve(None)
    rest(qtbot)
    assert not dock.isVisible()
    dock.show_curve(magnitudes())
    qtbot.waitUntil(dock.isVisible)


def test_dock_waits_until_user_rests(qtbot: Any, dock: LightCurveDock) -> None:
    for seed in range(3):
        dock.blank()
        dock.show_curve(magnitudes(seed))
        QApplication.processEvents()
        assert not dock.isVisible()
    qtbot.waitUntil(lambda: dock.readout_text == epoch_text(magnitudes(2), 40))


def test_dock_left_before_rest_draws_nothing(qtbot: Any, dock: LightCurveDock) -> None:
    dock.show_curve(magnitudes())
    dock.blank()
    rest(qtbot)
    assert not dock.isVisible() and dock.readout_text == ""


def test_a_candidate_without_one_is_said_to_have_none(qtbot: Any, dock: LightCurveDock) -> None:
    dock.show_curve(magnitudes())
    qtbot.waitUntil(dock.isVisible)
    dock.show_curve(None)
    qtbot.waitUntil(lambda: dock.readout_text == NONE_CAME)
    assert dock.isVisible()


def test_put_away_it_stays_away(qtbot: Any, dock: LightCurveDock) -> None:
    dock.show_curve(magnitudes())
    qtbot.waitUntil(dock.isVisible)
    assert dock.toggle() and not dock.isVisible()
    dock.show_curve(magnitudes(2))
    rest(qtbot)
    assert not dock.isVisible()
    assert dock.toggle() and dock.isVisible()
    assert dock.readout_text == epoch_text(magnitudes(2), 40)


def test_there_is_nothing_to_show_where_no_light_curve_came(
    qtbot: Any, dock: LightCurveDock
) -> None:
    assert not dock.toggle()
    assert not dock.isVisible()
    dock.show_curve(magnitudes())
    qtbot.waitUntil(dock.isVisible)


def test_between_candidates_nothing_of_the_earlier_one_is_left(
    qtbot: Any, dock: LightCurveDock
) -> None:
    dock.show_curve(magnitudes())
    qtbot.waitUntil(lambda: bool(dock.readout_text))
    shown = dock.grab().toImage()
    dock.blank()
    assert dock.readout_text == ""
    assert not dock.findChild(LightCurvePlot).isVisible()
    assert dock.grab().toImage() != shown


def test_zoom_stays_while_candidate_stays(qtbot: Any, dock: LightCurveDock) -> None:
    curve = magnitudes()
    dock.show_curve(curve)
    qtbot.waitUntil(lambda: bool(dock.readout_text))
    plot = dock.findChild(LightCurvePlot)
    place = plot.place_of(20)
    turn_wheel(plot, place)
    dock.show_curve(curve)
    rest(qtbot)
    assert not is_inside(plot, 0)


@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
def test_export_can_be_opened_again(qtbot: Any, dock: LightCurveDock) -> None:
    for _ in range(3):
        dock.show_curve(magnitudes())
        qtbot.waitUntil(lambda: bool(dock.readout_text))
        scene = dock.findChild(LightCurvePlot).scene()
        scene.contextMenuItem = scene.items()[0]
        scene.contextMenu[0].trigger()
        assert scene.exportDialog.isVisible()
        dock.toggle()
        dock.toggle()
    assert scene.exportDialog is None
    until_timer(qtbot, SPIN_BOX_MS)
    gc.collect()
    QApplication.processEvents()


@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
def test_export_dialog_closes_with_dock(qtbot: Any, dock: LightCurveDock) -> None:
    dock.show_curve(magnitudes())
    qtbot.waitUntil(lambda: bool(dock.readout_text))
    scene = dock.findChild(LightCurvePlot).scene()
    scene.contextMenuItem = scene.items()[0]
    scene.contextMenu[0].trigger()
    dialog: Any = scene.exportDialog
    assert dialog.isVisible()
    formats = dialog.ui.formatList
    names = [formats.item(n).text() for n in range(formats.count())]
    assert names == [CurvePicture.Name, CurveTable.Name]
    dialog.ui.exportBtn.click()
    dock.toggle()
    assert sip.isdeleted(dialog) and not dialog.currentExporter.fileDialog.isVisible()
    until_timer(qtbot, SPIN_BOX_MS)


def test_the_readout_tells_the_own_epoch_until_another_is_pointed_at(
    qtbot: Any, dock: LightCurveDock
) -> None:
    dock.show_curve(magnitudes())
    qtbot.waitUntil(lambda: dock.readout_text == epoch_text(magnitudes(), 40))
    dock.findChild(LightCurvePlot).pointed.emit(3)
    assert dock.readout_text == epoch_text(magnitudes(), 3)


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


def test_a_single_epoch_does_not_open_the_dock(qtbot: Any, dock: LightCurveDock) -> None:
    curve = LightCurve.of(
        [(58750.0, 18.4, 0.25, False, "r", "detection", False)], "magnitude", "mag", 0
    )
    dock.show_curve(curve)
    dock._rest.timeout.emit()
    assert not dock.isVisible()
    assert dock.toggle() and dock.isVisible()
