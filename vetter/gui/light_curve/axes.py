"""Where the epochs of a light curve lie on the screen; zoomed and moved by the mouse."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QPointF, QRectF

from vetter.core.light_curve import LightCurve
from vetter.core.number_text import round_number

Array = npt.NDArray[np.float64]
Span = tuple[float, float]

MARGIN = 0.05
LEAST_DAYS, LEAST_MAG = 0.5, 0.1
LARGEST_ERROR = 1.5
"""Magnitudes; a longer bar does not widen the axis."""


@dataclass(frozen=True)
class Axes:
    """Time to the right and the values upwards, magnitudes with the bright ones on top.

    ``x`` and ``y`` are what is seen, lowest first; ``frame`` is the part of the widget that shows
    it.
    """

    x: Span
    y: Span
    frame: QRectF
    inverted: bool

    @classmethod
    def fitting(cls, curve: LightCurve, frame: QRectF) -> Axes:
        """Such that all epochs are seen, with a margin; of a flux also no flux at all."""
        error = np.nan_to_num(curve.error)
        inverted = curve.quantity == "magnitude"
        if inverted:
            error = np.minimum(error, LARGEST_ERROR)
        x = _span(curve.time, curve.time, LEAST_DAYS)
        low, high = curve.value - error, curve.value + error
        if not inverted:
            # A difference is read against none: its sign, and how far from it the error reaches.
            low, high = np.minimum(low, 0.0), np.maximum(high, 0.0)
        y = _span(low, high, LEAST_MAG)
        return cls(x, y, frame, inverted)

    def to_screen(self, time: Array, value: Array) -> Array:
        """Places in the widget, shape (n, 2)."""
        x = (time - self.x[0]) / (self.x[1] - self.x[0])
        y = (value - self.y[0]) / (self.y[1] - self.y[0])
        across = self.frame.left() + x * self.frame.width()
        down = self.frame.top() + (y if self.inverted else 1 - y) * self.frame.height()
        return np.column_stack([across, down])

    def zoomed(self, factor: float, at: QPointF) -> Axes:
        """Closer by a factor; what is at a place of the widget stays there."""
        frame = self.frame
        across = (at.x() - frame.left()) / frame.width()
        down = (at.y() - frame.top()) / frame.height()
        up = down if self.inverted else 1 - down
        return replace(self, x=_zoomed(self.x, factor, across), y=_zoomed(self.y, factor, up))

    def moved(self, by: QPointF) -> Axes:
        """With all epochs that many pixels farther."""
        days = by.x() / self.frame.width() * (self.x[1] - self.x[0])
        step = by.y() / self.frame.height() * (self.y[1] - self.y[0])
        step = step if self.inverted else -step
        return replace(
            self,
            x=(self.x[0] - days, self.x[1] - days),
            y=(self.y[0] - step, self.y[1] - step),
        )

    def ticks(self, axis: str, apart: float) -> list[tuple[float, float, str]]:
        """Round values along an axis ('x' or 'y'), at most so many pixels apart.

        Their places on the screen, the values and their texts.
        """
        low, high = self.x if axis == "x" else self.y
        length = self.frame.width() if axis == "x" else self.frame.height()
        step = round_number((high - low) * apart / max(length, 1.0)) or 1.0
        decimals = max(0, -int(np.floor(np.log10(step) + 1e-9)))
        numbers = range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)
        first = self.frame.left() if axis == "x" else self.frame.top()
        down = axis == "y" and not self.inverted
        ticks = []
        for value in (number * step for number in numbers):
            part = (value - low) / (high - low)
            place = first + (1 - part if down else part) * length
            ticks.append((place, value, _written(value, decimals)))
        return ticks


def _span(low: Array, high: Array, least: float) -> Span:
    first, last = float(low.min()), float(high.max())
    room = max(MARGIN * (last - first), least)
    return first - room, last + room


def _zoomed(span: Span, factor: float, part: float) -> Span:
    still = span[0] + part * (span[1] - span[0])
    return still - (still - span[0]) / factor, still + (span[1] - still) / factor


def _written(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    # Minus zero is zero.
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")
