"""Plots of measures on pyqtgraph: radial profile, curve of growth and cut of image and diff."""

from __future__ import annotations

from html import escape
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PyQt6.QtCore import QEvent, QSize, Qt
from PyQt6.QtGui import QPen
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from vetter.core.psf.measures.cutout_measures import CutoutMeasures
from vetter.core.psf.measures.plane_measures import PlaneMeasures
from vetter.gui.widgets.theme import DARK, LIGHT, Tones
from vetter.gui.widgets.verdict_style import is_dark

Array = npt.NDArray[Any]

AXIS_WIDTH = 46
"""Screen pixels; fixed, so that the frame stays in place from candidate to candidate."""
SYMBOLS = {"image": "o", "diff": "t1"}
TITLES = ("radial profile, px", "curve of growth, px", "cut, px")
MARGIN = 0.08


class Line(NamedTuple):
    """Values of one plane along an axis, with errors of points or none."""

    x: Array
    y: Array
    err: Array | None = None
    model: Array | None = None


class MeasurePlot(pg.GraphicsView):
    """Lines of image and diff over one axis; a solid line is the image, a dashed one the diff.

    The plot never has the keyboard: letters are keys of commands. It neither zooms nor pans.

    Parameters
    ----------
    name : str
        Title, in the upper right corner, or in the lower right with ``low``.
    """

    def __init__(self, name: str, parent: QWidget | None = None, low: bool = False) -> None:
        super().__init__(parent)
        self._name = name
        self._shown: tuple[dict[str, Line], float | None] = ({}, None)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        # Not a PlotItem, whose menus take 60 ms of the first plot.
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self._box.disableAutoRange()
        self._axes = {side: pg.AxisItem(side) for side in ("left", "bottom")}
        self._axes["left"].setWidth(AXIS_WIDTH)
        layout = pg.GraphicsLayout()
        layout.setContentsMargins(0, 2, 2, 0)
        layout.setSpacing(0)
        layout.addItem(self._axes["left"], 0, 0)
        layout.addItem(self._box, 0, 1)
        layout.addItem(self._axes["bottom"], 1, 1)
        for axis in self._axes.values():
            axis.linkToView(self._box)
            axis.enableAutoSIPrefix(False)
        self.setCentralItem(layout)
        self._title = pg.LabelItem(justify="right")
        self._title.setParentItem(self._box)
        corner = (1, 1) if low else (1, 0)
        self._title.anchor(corner, corner, (-4, 0))
        self._set_tones()

    def sizeHint(self) -> QSize:
        return QSize(240, 150)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 90)

    def show_lines(self, lines: dict[str, Line], mark: float | None = None) -> None:
        """Show lines by plane; ``mark`` is a place on the axis, as the aperture's radius."""
        self._shown = lines, mark
        self._draw()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        # Qt also sends it from the base class's constructor.
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            if hasattr(self, "_title"):
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
        html = f"<span style='background-color: {tones.base}'>{escape(self._name)}</span>"
        self._title.setText(html, color=tones.dim)

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
        self._box.setRange(xRange=(float(x.min()), float(x.max())), yRange=(low, high), padding=0)

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
        title = TITLES[len(self.plots)]
        # A curve of growth ends in the upper right corner.
        plot = MeasurePlot(title, self, low=title == TITLES[1])
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
    """Return the lowest and highest value to show, zero included, with a margin."""
    low = high = 0.0
    for line in lines.values():
        known = line.y[np.isfinite(line.y)]
        if known.size:
            low, high = min(low, float(known.min())), max(high, float(known.max()))
    margin = MARGIN * (high - low) or 1.0
    return low - margin, high + margin
