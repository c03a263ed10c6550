"""Plots of a fit's figures against brightness: the field's stars behind the candidates."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF
from PyQt6.QtWidgets import QWidget

from vetter.core.judgement.star_calibration import MIN_STARS, StarCalibration, StarLimits
from vetter.gui.field_view.canvas import FieldCanvas
from vetter.gui.field_view.point_layer import Piece
from vetter.gui.field_view.points import Points

Array = npt.NDArray[np.float64]

_LIMIT_POINTS = 60
_STEPS = (1.0, 2.0, 5.0)
_MIN_TICK_GAP = 26.0
"""Screen pixels between two ticks of an axis, below which the ticks at 2 and 5 are left out."""


class Figure(NamedTuple):
    """A figure of the fit that the stars calibrate.

    Attributes
    ----------
    title : str
        Text at the axis.
    of_candidates, of_stars : callable
        Return the figure of all candidates, and of all stars.
    limit : callable
        Returns the figure above which a candidate is kept, given the stars' limits and the S/N of
        the settings.
    unit : float
        Value below which the axis is linear; above, it is logarithmic.
    """

    title: str
    of_candidates: Callable[[Points], Array]
    of_stars: Callable[[StarCalibration], Array]
    limit: Callable[[StarLimits, float], float]
    unit: float


CHI2 = Figure(
    "chi2/df",
    lambda points: points.chi2,
    lambda stars: stars.chi2_ratio,
    lambda limits, _snr: limits.chi2_ratio,
    1.0,
)
SNR = Figure(
    "S/N of the answer",
    lambda points: np.abs(points.snr),
    lambda stars: np.abs(stars.snr),
    lambda limits, snr: snr * limits.snr_scatter,
    2.0,
)


class Axis(NamedTuple):
    """Axis from 0 up to a largest value: linear below its unit, logarithmic above."""

    unit: float
    end: float

    @classmethod
    def over(cls, values: Array, unit: float) -> Axis:
        """Return the axis that holds these values; NaN and infinities do not count."""
        known = values[np.isfinite(values)]
        return cls(unit, max(float(known.max(initial=unit)), unit) * 1.1)

    def place(self, values: Array) -> Array:
        """Return the places of values on the axis, 0 to 1; negative values are placed at 0."""
        return np.arcsinh(np.maximum(values, 0.0) / self.unit) / math.asinh(self.end / self.unit)

    def ticks(self, length: float) -> list[float]:
        """Return 0 and round values up to the end, for an axis of some screen pixels."""
        first, last = math.floor(math.log10(self.unit)), math.ceil(math.log10(self.end))
        for every in (0, *range(1, last - first + 1)):
            # 0: three values a decade; else only every so many decades.
            steps = _STEPS[: 1 if every else 3]
            powers = range(first, last + 1, max(every, 1))
            values = np.array([step * 10.0**power for power in powers for step in steps])
            at = self.place(values) * length
            shown = (at > _MIN_TICK_GAP) & (values < self.end)
            if shown.any() and (np.diff(at[shown]) > _MIN_TICK_GAP).all():
                return [0.0, *values[shown].tolist()]
        return [0.0]


class StarPlot(FieldCanvas):
    """Plot of a figure against brightness: one sees why a candidate is ordinary.

    Stars are small crosses; a dashed line is the limit that they set, above which a candidate is
    kept. Candidates without a template's star lie at the left edge.

    Parameters
    ----------
    figure : Figure

    Attributes
    ----------
    max_snr : float
        Surviving S/N from which on a candidate is kept, as in the settings.
    """

    margins = (46.0, 22.0, 10.0, 24.0)

    def __init__(self, figure: Figure, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.max_snr = 5.0
        self._figure = figure
        self._measured: tuple[Points, tuple[Axis, Axis], Array] | None = None
        self.setAccessibleName(f"{figure.title} of candidates and stars against brightness")

    @property
    def extent(self) -> tuple[float, float, float, float]:
        return -0.03, 1.0, -0.03, 1.0

    def where(self) -> Array:
        return self._measure()[1]

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """Axes of the brightness and of the figure, which hold all candidates and stars."""
        return self._measure()[0]

    def paint_ground(self, painter: QPainter) -> None:
        tones, frame = self.tones, self.frame
        painter.fillRect(frame, QColor(tones.base))
        for axis in (0, 1):
            for value in self.axes[axis].ticks(frame.width() if axis == 0 else frame.height()):
                self._paint_tick(painter, axis, value)
        painter.setPen(QPen(QColor(tones.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame)

    @property
    def points_frame(self) -> QRectF:
        return self.frame.adjusted(-6, -6, 6, 6)

    def point_pieces(self) -> Iterator[Piece]:
        stars = self.points.calibration
        if stars is not None:
            figures = self._figure.of_stars(stars)
            yield from self.star_pieces(_place(self.axes, stars.brightness, figures))
            if stars.is_usable:
                yield partial(self._paint_limit, self._limit_line(stars))
        yield from self.mark_pieces()

    def paint_over(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        frame, tones = self.frame, self.tones
        painter.setPen(QColor(tones.dim))
        right, left = int(Qt.AlignmentFlag.AlignRight), int(Qt.AlignmentFlag.AlignLeft)
        below = QRectF(frame.left(), frame.bottom() + 4, frame.width(), 18)
        painter.drawText(below, right, "star flux")
        above = QRectF(frame.left(), frame.top() - 19, frame.width(), 18)
        painter.drawText(above, left, self._figure.title)
        painter.drawText(above, right, self.caption)

    @property
    def caption(self) -> str:
        """Legend of the limit, or why there is no limit."""
        stars = self.points.calibration
        if stars is None:
            return "no calibration"
        if not stars.is_usable:
            return f"{stars.count} stars: fewer than {MIN_STARS}"
        return "- - limit of the stars"

    def _measure(self) -> tuple[tuple[Axis, Axis], Array]:
        """Return the axes and the places of all candidates, (n, 2).

        Computed once for new points, since a mouse move asks for all places.
        """
        points = self.points
        if self._measured is None or self._measured[0] is not points:
            stars, values = points.calibration, self._figure.of_candidates(points)
            fluxes, unit = points.brightness, 1.0
            if stars is not None:
                values = np.concatenate([values, self._figure.of_stars(stars)])
                fluxes = np.concatenate([fluxes, stars.brightness])
            known = fluxes[np.isfinite(fluxes) & (fluxes > 0)]
            if len(known):
                unit = float(np.percentile(known, 10))
            axes = Axis.over(fluxes, unit), Axis.over(values, self._figure.unit)
            places = _place(axes, points.brightness, self._figure.of_candidates(points))
            self._measured = points, axes, places
        return self._measured[1:]

    def _limit_line(self, stars: StarCalibration) -> Array:
        places = np.linspace(0.0, 1.0, _LIMIT_POINTS)
        axis = self.axes[0]
        fluxes = axis.unit * np.sinh(places * math.asinh(axis.end / axis.unit))
        limits = [self._figure.limit(stars.limits_at(flux), self.max_snr) for flux in fluxes]
        return _place(self.axes, fluxes, np.array(limits))

    def _paint_limit(self, places: Array, painter: QPainter) -> None:
        painter.setPen(QPen(QColor(self.tones.dim), 1.2, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in self.to_screen(places)]))

    def _paint_tick(self, painter: QPainter, axis: int, value: float) -> None:
        tones, frame = self.tones, self.frame
        place = np.zeros((1, 2))
        place[0, axis] = self.axes[axis].place(np.array([value]))[0]
        x, y = self.to_screen(place)[0]
        painter.setPen(QPen(QColor(tones.line), 1))
        text = _tick_text(value)
        if axis == 0 and frame.left() <= x <= frame.right():
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
            painter.setPen(QColor(tones.dim))
            if x < frame.right() - 75:
                room = QRectF(x - 30, frame.bottom() + 4, 60, 18)
                painter.drawText(room, int(Qt.AlignmentFlag.AlignHCenter), text)
        elif axis == 1 and frame.top() <= y <= frame.bottom():
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
            painter.setPen(QColor(tones.dim))
            room = QRectF(0, y - 9, frame.left() - 5, 18)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight), text)


def _place(axes: tuple[Axis, Axis], fluxes: Array, values: Array) -> Array:
    """Return places (n, 2) in the plane, each coordinate between 0 and 1."""
    return np.column_stack([axes[0].place(fluxes), axes[1].place(values)])


def _tick_text(value: float) -> str:
    """Return a round value in short: ``0``, ``0.5``, ``200``, ``5e4``."""
    if value < 1e4:
        return f"{value:g}"
    power = math.floor(math.log10(value) + 1e-9)
    return f"{value / 10.0**power:.0f}e{power}"
