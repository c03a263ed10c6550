"""Marks of a light curve: a symbol and a tone for each filter, open triangles for upper limits.

Filters differ in tone and in symbol, never in tone alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PyQt6.QtGui import QBrush, QColor, QPainterPath, QPen, QTransform

from vetter.core.candidates.light_curve import LightCurve

SYMBOL_SIZE = 9.0
"""Screen pixels from side to side of a filter's symbol."""
PICTURE_SIZE = 53.0
"""Screen pixels from side to side of the picture that pyqtgraph makes of a path, whose middle is
the epoch: the ten ticks of an eleventh filter fit in."""

_KNOWN = {
    "u": ("#7f9df2", "#3a57b5", "star"),
    "g": ("#5fbf7a", "#1d7d3c", "o"),
    "r": ("#ef7f70", "#b5382a", "s"),
    "i": ("#d9b04a", "#8a6400", "d"),
    "z": ("#b795e8", "#7041ad", "p"),
    "y": ("#c59a78", "#7d4d28", "h"),
    "j": ("#62c3cf", "#10727e", "s"),
    "h": ("#e38fc0", "#a03475", "o"),
    "k": ("#b9bec4", "#50555b", "d"),
}
_ORDER = tuple(_KNOWN)
_LARGER = {"d": 1.25, "star": 1.35, "p": 1.1, "h": 1.1}
"""Factors that give the symbols about the same area."""


class BandStyle(NamedTuple):
    """Tones for a dark and a light ground, a symbol of pyqtgraph, and a number of ticks.

    The ticks distinguish the upper limits of filters, which are all triangles.
    """

    dark: str
    light: str
    symbol: str
    ticks: int

    def tone(self, dark: bool) -> QColor:
        """Return the tone on a dark or a light ground."""
        return QColor(self.dark if dark else self.light)

    def mark(self, limit: bool = False) -> tuple[str | QPainterPath, float]:
        """Return the symbol that pyqtgraph draws for an epoch, and its size in screen pixels."""
        if limit:
            return limit_path(self.ticks), PICTURE_SIZE
        return self.symbol, SYMBOL_SIZE * _LARGER.get(self.symbol, 1.0)


def styles_of(curve: LightCurve) -> dict[str, BandStyle]:
    """Return a style for each filter of a light curve, in the order of wavelength."""
    return band_styles([str(band) for band in np.unique(curve.band)])


def band_styles(bands: list[str]) -> dict[str, BandStyle]:
    """Return a style for each of these filters.

    The last letter identifies a filter (``ztf_g``, ``g``, ``lsstg``); the ticks are numbered in
    the order of wavelength of the given filters.
    """
    ordered = sorted(set(bands), key=_wavelength_order)
    styles, taken = {}, set[str]()
    for number, band in enumerate(ordered):
        letter = band[-1:].lower()
        known = _KNOWN.get(letter)
        if known is None or letter in taken:
            free = [other for other in _ORDER if other not in taken] or list(_ORDER)
            letter = free[0]
            known = _KNOWN[letter]
        taken.add(letter)
        styles[band] = BandStyle(*known, number)
    return styles


@lru_cache(maxsize=32)
def limit_path(ticks: int) -> QPainterPath:
    """Return a triangle that points down, below the ticks of a filter.

    The unit of the path is `PICTURE_SIZE`, by which pyqtgraph scales it.
    """
    path, half = QPainterPath(), SYMBOL_SIZE / 2
    path.moveTo(-half, -0.3 * half)
    path.lineTo(half, -0.3 * half)
    path.lineTo(0.0, 1.2 * half)
    path.closeSubpath()
    for tick in range(ticks):
        y = -0.3 * half - 2.4 * (tick + 1)
        path.moveTo(-half, y)
        path.lineTo(half, y)
    return _scale_to_unit(path)


@lru_cache(maxsize=1)
def minus_path() -> QPainterPath:
    """Return the sign of a negative difference, which is drawn inside its symbol."""
    path = QPainterPath()
    path.moveTo(-0.32 * SYMBOL_SIZE, 0.0)
    path.lineTo(0.32 * SYMBOL_SIZE, 0.0)
    return _scale_to_unit(path)


@lru_cache(maxsize=64)
def pen(tone: str, width: float = 1.2) -> QPen:
    """Return a pen; the same object each time, as pyqtgraph keeps pictures of symbols by pen."""
    return pg.mkPen(tone, width=width)


@lru_cache(maxsize=64)
def brush(tone: str) -> QBrush:
    """Return a brush; the same object each time, like `pen`."""
    return pg.mkBrush(tone)


def _scale_to_unit(path: QPainterPath) -> QPainterPath:
    return QTransform.fromScale(1 / PICTURE_SIZE, 1 / PICTURE_SIZE).map(path)


def _wavelength_order(band: str) -> tuple[int, str]:
    letter = band[-1:].lower()
    return (_ORDER.index(letter) if letter in _KNOWN else len(_ORDER)), band
