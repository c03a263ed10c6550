"""Plots of measures on pyqtgraph: radial profile, curve of growth and cut of image and diff."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PyQt6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPen
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from vetter.core.psf.measures.cutout_measures import CutoutMeasures
from vetter.core.psf.measures.plane_measures import PlaneMeasures
from vetter.gui.widgets.theme import DARK, LIGHT, Tones
from vetter.gui.widgets.verdict_style import is_dark

Array = npt.NDArray[Any]

AXIS_WIDTH = 46
"""Screen pixels; fixed, so that the frame stays in place from candidate to candidate."""
LARGE = 1e5
"""Numbers from which on an axis has no room for all digits."""
SYMBOLS = {"image": "o", "diff": "t1"}
TITLES = ("radial profile, px", "curve of growth, px", "cut, px")
SHORT_TITLES = {TITLES[0]: "profile, px", TITLES[1]: "growth, px"}
"""Titles where the whole ones do not fit."""
MARGIN = 0.08
"""Part of the values' range that is free above and below them."""
TITLE_MARGIN = 4
"""Screen pixels on both sides of a title."""
SIDE_MARGIN = 0.03
"""Part of the axis that is free on both sides, so that the first and last marks are whole."""


class Line(NamedTuple):
    """Values of one plane along an axis, with errors of points or none."""

    x: Array
    y: Array
    err: Array | None = None
    model: Array | None = None


class MeasureAxis(pg.AxisItem):
    """Axis of fixed width, which has room for all its numbers: large ones are short, as 2.5e5."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return the text of each number; pyqtgraph leaves out those that are too long."""
        if max(map(abs, values), default=0.0) < LARGE:
            return list(super().tickStrings(values, scale, spacing))
        return [f"{value:.3g}".replace("e+0", "e").replace("e+", "e") for value in values]


class MeasurePlot(pg.GraphicsView):
    """Lines of image and diff over one axis; a solid line is the image, a dashed one the diff.

    The plot never has the keyboard: letters are keys of commands. It neither zooms nor pans.

    Parameters
    ----------
    name : str
        Title above the plot, shorter where it does not fit.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._shown: tuple[dict[str, Line], float | None] = ({}, None)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        # Not a PlotItem, whose menus take 60 ms of the first plot.
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self._box.disableAutoRange()
        self._axes = {side: MeasureAxis(side) for side in ("left", "bottom")}
        self._axes["left"].setWidth(AXIS_WIDTH)
        layout = pg.GraphicsLayout()
        layout.setContentsMargins(0, self.fontMetrics().height() + 2, 2, 0)
        layout.setSpacing(0)
        layout.addItem(self._axes["left"], 0, 0)
        layout.addItem(self._box, 0, 1)
        layout.addItem(self._axes["bottom"], 1, 1)
        for axis in self._axes.values():
            axis.linkToView(self._box)
            axis.enableAutoSIPrefix(False)
        self.setCentralItem(layout)
        self._set_tones()

    @property
    def title(self) -> str:
        """Title as it is shown: whole, short, or cut with an ellipsis."""
        metrics, room = self.fontMetrics(), self.width() - 2 * TITLE_MARGIN
        whole = self._name
        fits = metrics.horizontalAdvance(whole) <= room
        shown = whole if fits else SHORT_TITLES.get(whole, whole)
        return metrics.elidedText(shown, Qt.TextElideMode.ElideRight, room)

    def sizeHint(self) -> QSize:
        return QSize(240, 150)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 60)

    def drawForeground(self, painter: QPainter | None, _rect: QRectF) -> None:
        assert painter is not None
        painter.save()
        # Above the plot rather than in it, where it would lie on points and on the axis.
        painter.resetTransform()
        painter.setFont(self.font())
        painter.setPen(QColor(self._tones.dim))
        room = QRect(0, 1, self.width() - TITLE_MARGIN, self.fontMetrics().height())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight, self.title)
        painter.restore()

    def show_lines(self, lines: dict[str, Line], mark: float | None = None) -> None:
        """Show lines by plane; ``mark`` is a place on the axis, as the aperture's radius."""
        self._shown = lines, mark
        self._draw()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        # Qt also sends it from the base class's constructor.
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            if hasattr(self, "_box"):
                self._set_tones()
                self._draw()

    @property
    def _tones(self) -> Tones:
        return DARK if is_dark(self.palette()) else LIGHT

    def _set_tones(self) -> None:
        tones = self._tones
        self.setBackground(tones.base)
        for axis in self._axes.values():
            axis.setPen(tones.line)
            axis.setTextPen(tones.dim)

    def _draw(self) -> None:
        lines, mark = self._shown
        tones = self._tones
        self._box.clear()
        dash = pg.mkPen(tones.line, width=1)
        self._box.addItem(pg.InfiniteLine(0.0, angle=0, pen=dash), ignoreBounds=True)
        if mark is not None:
            line = pg.mkPen(tones.dim, width=1, style=Qt.PenStyle.DotLine)
            self._box.addItem(pg.InfiniteLine(mark, angle=90, pen=line), ignoreBounds=True)
        for name, line in lines.items():
            self._draw_line(name, line, tones)
        low, high = _span(lines)
        x = np.concatenate([line.x for line in lines.values()]) if lines else np.zeros(1)
        left, right = float(x.min()), float(x.max())
        side = SIDE_MARGIN * (right - left)
        self._box.setRange(xRange=(left - side, right + side), yRange=(low, high), padding=0)

    def _draw_line(self, name: str, line: Line, tones: Tones) -> None:
        pen = line_pen(name, tones)
        is_points = line.model is not None or line.err is not None
        known = np.isfinite(line.y)
        if line.err is not None:
            heights = 2 * np.nan_to_num(line.err)[known]
            bars = pg.ErrorBarItem(
                x=line.x[known], y=line.y[known], height=heights, pen=pg.mkPen(pen.color(), width=1)
            )
            self._box.addItem(bars, ignoreBounds=True)
        if is_points:
            marks = pg.ScatterPlotItem(
                line.x[known],
                line.y[known],
                symbol=SYMBOLS.get(name, "s"),
                size=6,
                pen=pg.mkPen(pen.color(), width=1),
                brush=pg.mkBrush(tones.base if name == "diff" else pen.color()),
            )
            self._box.addItem(marks, ignoreBounds=True)
        values = line.y if line.model is None else line.model
        curve = pg.PlotCurveItem(line.x, values, pen=pen, connect="finite")
        self._box.addItem(curve, ignoreBounds=True)


class MeasurePlots(QWidget):
    """Row of the three plots, built one after another: a plot takes a frame's time.

    Attributes
    ----------
    plots : list of MeasurePlot
        Radial profile, curve of growth and cut; fewer until all are built.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plots: list[MeasurePlot] = []
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)

    @property
    def is_complete(self) -> bool:
        """Whether all plots are built."""
        return len(self.plots) == len(TITLES)

    def build_next(self) -> None:
        """Build the next plot."""
        plot = MeasurePlot(TITLES[len(self.plots)], self)
        self.plots.append(plot)
        self._layout.addWidget(plot, 1)

    def show_measures(self, measures: CutoutMeasures) -> None:
        """Show the measures of all planes in the plots; empty plots without any."""
        profile, growth, cut = self.plots
        planes = measures.planes
        profile.show_lines({name: _profile_line(plane) for name, plane in planes.items()})
        growth.show_lines(
            {
                name: Line(plane.growth_radius, plane.growth, plane.growth_err)
                for name, plane in planes.items()
            },
            measures.aperture if planes else None,
        )
        cut.show_lines({name: Line(plane.along, plane.cut) for name, plane in planes.items()})


def line_pen(name: str, tones: Tones) -> QPen:
    """Return the pen of a plane: solid for the image, dashed for the diff."""
    if name == "diff":
        return pg.mkPen(tones.link, width=1.5, style=Qt.PenStyle.DashLine)
    return pg.mkPen(tones.text, width=1.5)


def _profile_line(plane: PlaneMeasures) -> Line:
    model = None if plane.star is None else plane.star.value(plane.radius)
    if model is not None and plane.star is not None:
        # The profile is above the plane's sky, the fit above its own.
        model = model + plane.star.sky - plane.sky
    return Line(plane.radius, plane.profile, plane.profile_err, model)


def _span(lines: dict[str, Line]) -> tuple[float, float]:
    """Return the lowest and highest value to show, zero included, with a margin.

    Points and their model are to be seen; an error bar may end outside, since a single large one
    would flatten the lines.
    """
    low = high = 0.0
    for line in lines.values():
        drawn = line.y if line.model is None else np.concatenate([line.y, line.model])
        known = drawn[np.isfinite(drawn)]
        if known.size:
            low, high = min(low, float(known.min())), max(high, float(known.max()))
    margin = MARGIN * (high - low) or 1.0
    return low - margin, high + margin
