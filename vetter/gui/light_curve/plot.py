"""Plot of a light curve on pyqtgraph: zoom, pan, values under the pointer, and export."""

from __future__ import annotations

from html import escape

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PyQt6 import sip
from PyQt6.QtCore import QEvent, QPointF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QWidget

from vetter.core.candidates.light_curve import LightCurve, axis_text, time_axis_text
from vetter.gui.light_curve.marks import (
    PICTURE_SIZE,
    SYMBOL_SIZE,
    BandStyle,
    brush,
    minus_path,
    pen,
    styles_of,
)
from vetter.gui.widgets.theme import DARK, LIGHT, Tones
from vetter.gui.widgets.verdict_style import is_dark

Span = tuple[float, float]

POINTER_REACH = 14.0
"""Screen pixels within which the pointer is at an epoch."""
MARGIN = 0.08
MIN_MARGIN_DAYS, MIN_MARGIN_VALUE = 0.5, 0.1
MAX_ERROR_MAG = 1.5
"""Magnitudes; a longer error bar does not widen the axis."""
MIN_DAYS = 1e-3
"""Shortest visible range of time."""
MAX_BEYOND = 5.0
"""Distance to which the user can pan or zoom out, as a multiple of the fitted range."""
VALUE_AXIS_WIDTH = 66
"""Screen pixels; fixed, so that the frame stays in place from candidate to candidate."""


class LightCurvePlot(pg.PlotWidget):
    """Epochs of one candidate; the wheel zooms, dragging pans, a double click shows all.

    A click with the right button opens pyqtgraph's menu, which exports pictures and tables.
    The plot never has the keyboard: letters are keys of commands.
    """

    pointed = pyqtSignal(int)
    """Index of the epoch under the pointer; -1 for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._box = _EpochBox()
        axes = {name: _NumberAxis(name) for name in ("left", "bottom")}
        super().__init__(parent, viewBox=self._box, axisItems=axes)
        self._curve: LightCurve | None = None
        self._pointed = -1
        self._ring = pg.ScatterPlotItem(size=2 * SYMBOL_SIZE, brush=None)
        self._ring.setZValue(2)
        # In the box, not in the plot: what is exported as a table is only the epochs.
        self._box.addItem(self._ring, ignoreBounds=True)
        self._box.reset_wanted.connect(self.fit_view)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("light curve")
        item = self.getPlotItem()
        item.hideButtons()
        # Its "Plot Options" would draw lines through the epochs, or their logarithms.
        item.setMenuEnabled(False, enableViewBoxMenu=True)
        item.showGrid(x=True, y=True, alpha=1.0)
        for axis in axes.values():
            # showGrid() has drawn the grid above the epochs.
            axis.setZValue(self._box.zValue() - 1)
        axes["left"].setWidth(VALUE_AXIS_WIDTH)
        # In the frame's corners: labels beside the axes would take an eighth of its height.
        self._names = {
            "left": pg.LabelItem(justify="left"),
            "bottom": pg.LabelItem(justify="right"),
        }
        for name, corner, offset in (("left", (0, 0), (4, 0)), ("bottom", (1, 1), (-4, 0))):
            self._names[name].setParentItem(self._box)
            self._names[name].anchor(corner, corner, offset)
        scene = self.scene()
        scene.sigMouseMoved.connect(self._on_mouse_moved)
        export = scene.contextMenu[0]
        export.triggered.disconnect(scene.showExportDialog)
        export.triggered.connect(self._on_export)
        self._set_tones()

    def sizeHint(self) -> QSize:
        return QSize(400, 170)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 100)

    def blank(self) -> None:
        """Show no epoch."""
        self._point_at(-1)
        self._curve = None
        self.getPlotItem().clear()

    def show_curve(self, curve: LightCurve) -> None:
        """Show all epochs of a light curve."""
        self.blank()
        if not len(curve):
            return
        self._curve = curve
        self.fit_view()
        self._draw(curve)

    def fit_view(self) -> None:
        """Show all epochs, with a margin."""
        if self._curve is not None:
            x, y = spans_of(self._curve)
            days, step = (MAX_BEYOND * (last - first) for first, last in (x, y))
            # Without limits some turns of the wheel lose the epochs, or leave the range of numbers.
            self._box.setLimits(
                xMin=x[0] - days,
                xMax=x[1] + days,
                yMin=y[0] - step,
                yMax=y[1] + step,
                minXRange=MIN_DAYS,
                minYRange=step * MIN_DAYS / days,
            )
            self._box.invertY(self._curve.quantity == "magnitude")
            self._box.setRange(xRange=x, yRange=y, padding=0)

    def place_of(self, index: int) -> QPointF | None:
        """Return the position of an epoch in the widget; None if nothing is shown."""
        curve = self._curve
        if curve is None:
            return None
        place = QPointF(float(curve.time[index]), float(curve.value[index]))
        return self.viewportTransform().map(self._box.mapViewToScene(place))

    def nearest(self, position: QPointF) -> int:
        """Return the index of the epoch at a position in the widget; -1 if none is near."""
        curve = self._curve
        if curve is None:
            return -1
        at = self._box.mapSceneToView(position)
        days, step = self._box.viewPixelSize()
        away = np.hypot((curve.time - at.x()) / days, (curve.value - at.y()) / step)
        index = int(np.argmin(away))
        return index if away[index] <= POINTER_REACH else -1

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        # Qt also sends it from the base class's constructor.
        if event is not None and event.type() == QEvent.Type.PaletteChange and self.plotItem:
            self._set_tones()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        super().mousePressEvent(event)
        _accept(event)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        super().mouseReleaseEvent(event)
        _accept(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        super().mouseDoubleClickEvent(event)
        _accept(event)

    def leaveEvent(self, event: QEvent | None) -> None:
        super().leaveEvent(event)
        self._point_at(-1)

    def close_export(self) -> None:
        """Delete pyqtgraph's export dialog, a window of its own that would outlive the plot."""
        scene = self.scene()
        dialog, scene.exportDialog = scene.exportDialog, None
        if dialog is None:
            return
        file_dialog = getattr(dialog.currentExporter, "fileDialog", None)
        if file_dialog is not None:
            file_dialog.close()
        dialog.close()
        scene.removeItem(dialog.selectBox)
        # Now: event filters of its fields raise if the garbage collector deletes the dialog.
        sip.delete(dialog)

    def _on_export(self) -> None:
        # Here: it imports pyqtgraph's parameter trees, which take 100 ms.
        from vetter.gui.light_curve.export import offer_formats

        offer_formats()
        self.scene().showExportDialog()

    def _on_mouse_moved(self, position: QPointF) -> None:
        self._point_at(self.nearest(position))

    def _point_at(self, index: int) -> None:
        if index == self._pointed:
            return
        self._pointed = index
        curve = self._curve
        if curve is None or index < 0:
            self._ring.clear()
        else:
            self._ring.setData(curve.time[[index]], curve.value[[index]])
        self.pointed.emit(index)

    @property
    def _tones(self) -> Tones:
        return DARK if is_dark(self.palette()) else LIGHT

    def _set_tones(self) -> None:
        tones = self._tones
        self.setBackground(tones.base)
        self._ring.setPen(pen(tones.text, 1.5))
        for name in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(name)
            axis.setPen(tones.line)
            axis.setTextPen(tones.dim)
        if self._curve is not None:
            self.getPlotItem().clear()
            self._draw(self._curve)

    def _draw(self, curve: LightCurve) -> None:
        tones = self._tones
        for name, text in (("left", axis_text(curve)), ("bottom", time_axis_text(curve))):
            # A ground, for lines would cross the text out.
            html = f"<span style='background-color: {tones.base}'>{escape(text)}</span>"
            self._names[name].setText(html, color=tones.dim)
        if curve.quantity != "magnitude":
            self.addItem(pg.InfiniteLine(0.0, angle=0, pen=pen(tones.dim, 1.0)), ignoreBounds=True)
        if curve.current >= 0:
            line = pg.mkPen(tones.accent, width=1.5, style=Qt.PenStyle.DashLine)
            time = float(curve.time[curve.current])
            self.addItem(pg.InfiniteLine(time, angle=90, pen=line), ignoreBounds=True)
        for band, style in styles_of(curve).items():
            here = curve.band == band
            self._draw_bars(curve, here & ~curve.limit & np.isfinite(curve.error), style, tones)
            for kind in ("limit", "forced", "detection"):
                chosen = here & (curve.limit if kind == "limit" else ~curve.limit)
                if kind != "limit":
                    chosen &= (curve.kind == "forced") == (kind == "forced")
                self._draw_marks(curve, chosen, f"{band} {kind}".strip(), style, tones)

    def _draw_bars(
        self, curve: LightCurve, shown: npt.NDArray[np.bool_], style: BandStyle, tones: Tones
    ) -> None:
        if shown.any():
            bars = pg.ErrorBarItem(
                x=curve.time[shown],
                y=curve.value[shown],
                height=2 * curve.error[shown],
                pen=pen(style.tone(tones is DARK).name(), 1.0),
            )
            self.addItem(bars, ignoreBounds=True)

    def _draw_marks(
        self,
        curve: LightCurve,
        shown: npt.NDArray[np.bool_],
        name: str,
        style: BandStyle,
        tones: Tones,
    ) -> None:
        """Draw the epochs of one filter and kind; only detections are filled."""
        if not shown.any():
            return
        tone, is_limit = style.tone(tones is DARK).name(), name.endswith("limit")
        is_open = not name.endswith("detection")
        symbol, size = style.mark(is_limit)
        x, y = curve.time[shown], curve.value[shown]
        # Open marks hide the error bar behind them, or they would look crossed out.
        ground = brush(tones.base if is_open else tone)
        marks = pg.ScatterPlotItem(
            x, y, name=name, symbol=symbol, size=size, pen=pen(tone), brush=ground
        )
        marks.setZValue(1)
        self.addItem(marks, ignoreBounds=True)
        negative = curve.negative[shown]
        if negative.any() and not is_limit:
            sign = pen(tone if is_open else tones.base, 1.8)
            signs = pg.ScatterPlotItem(
                x[negative], y[negative], symbol=minus_path(), size=PICTURE_SIZE, pen=sign
            )
            signs.setZValue(1)
            signs.setParentItem(marks)


class _EpochBox(pg.ViewBox):
    """View box whose "View All" and double click ask for the spans of the epochs.

    pyqtgraph's own would fit the error bars, however long they are.
    """

    reset_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__(enableMenu=True)
        self.disableAutoRange()

    def autoRange(self, *_arguments: object, **_options: object) -> None:
        self.reset_wanted.emit()

    def mouseClickEvent(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        if event.double() and event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.reset_wanted.emit()
        else:
            super().mouseClickEvent(event)


class _NumberAxis(pg.AxisItem):
    """Axis whose numbers have as many decimals as their spacing; pyqtgraph cuts off an MJD's."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        # 58,750 d is an MJD, not 58.75 kd.
        self.enableAutoSIPrefix(False)
        # A line at each number, none between.
        self.setStyle(maxTickLevel=0)

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        decimals = max(0, int(np.ceil(-np.log10(spacing * scale) - 1e-9)))
        return [number_text(value * scale, decimals) for value in values]


def _accept(event: QMouseEvent | None) -> None:
    """Keep a mouse event from the dock behind the plot; pyqtgraph acts on it and passes it on."""
    if event is not None:
        event.accept()


def number_text(value: float, decimals: int) -> str:
    """Return a number with a true minus sign, and zero without one."""
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def spans_of(curve: LightCurve) -> tuple[Span, Span]:
    """Return the first and last time and value to show, with a margin.

    A flux axis includes zero: a difference flux is compared with zero.
    """
    error = np.nan_to_num(curve.error)
    is_magnitude = curve.quantity == "magnitude"
    if is_magnitude:
        error = np.minimum(error, MAX_ERROR_MAG)
    low, high = curve.value - error, curve.value + error
    if not is_magnitude:
        low, high = np.minimum(low, 0.0), np.maximum(high, 0.0)
    return _span(curve.time, curve.time, MIN_MARGIN_DAYS), _span(low, high, MIN_MARGIN_VALUE)


def _span(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], least: float) -> Span:
    first, last = float(low.min()), float(high.max())
    margin = max(MARGIN * (last - first), least)
    return first - margin, last + margin
