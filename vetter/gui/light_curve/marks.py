"""The marks of a light curve: a shape and a tone for each filter, triangles for limits.

Filters are told apart by tone and shape, never by a tone alone.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from vetter.core.light_curve import LightCurve
from vetter.gui.widgets.theme import DARK, Tones

SIZE = 8.0
MARK_SIDE = 25
"""Of the pictures of marks; odd, so that a mark has a middle pixel."""

_KNOWN = {
    "u": ("#7f9df2", "#3a57b5", "star"),
    "g": ("#5fbf7a", "#1d7d3c", "circle"),
    "r": ("#ef7f70", "#b5382a", "square"),
    "i": ("#d9b04a", "#8a6400", "diamond"),
    "z": ("#b795e8", "#7041ad", "pentagon"),
    "y": ("#c59a78", "#7d4d28", "hexagon"),
    "j": ("#62c3cf", "#10727e", "square"),
    "h": ("#e38fc0", "#a03475", "circle"),
    "k": ("#b9bec4", "#50555b", "diamond"),
}
_ORDER = tuple(_KNOWN)


def styles_of(curve: LightCurve) -> dict[str, BandStyle]:
    """A style for each filter of a light curve, in the order of wavelength."""
    return band_styles([str(band) for band in np.unique(curve.band)])


@lru_cache(maxsize=32)
def symbol_path(symbol: str) -> QPainterPath:
    """The outline of a filter's symbol about (0, 0), in pixels."""
    path, half = QPainterPath(), SIZE / 2
    if symbol == "circle":
        path.addEllipse(QPointF(0, 0), half, half)
    elif symbol == "square":
        path.addRect(QRectF(-0.9 * half, -0.9 * half, 1.8 * half, 1.8 * half))
    elif symbol == "diamond":
        path.addPolygon(_polygon(4, 1.2 * half))
    elif symbol == "pentagon":
        path.addPolygon(_polygon(5, 1.15 * half))
    elif symbol == "hexagon":
        path.addPolygon(_polygon(6, 1.15 * half))
    else:
        path.addPolygon(_polygon(10, 1.35 * half, 0.5))
    return path


@lru_cache(maxsize=32)
def limit_path(ticks: int) -> QPainterPath:
    """A triangle that points down, with so many lines above it: they tell the filter."""
    path, half = QPainterPath(), SIZE / 2
    corners = ((-half, -0.3 * half), (half, -0.3 * half), (0.0, 1.2 * half), (-half, -0.3 * half))
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
    for tick in range(ticks):
        y = -0.3 * half - 2.4 * (tick + 1)
        path.moveTo(-half, y)
        path.lineTo(half, y)
    return path


@lru_cache(maxsize=1)
def minus_path() -> QPainterPath:
    """The sign of a negative difference, inside its symbol."""
    path = QPainterPath()
    path.moveTo(-0.32 * SIZE, 0.0)
    path.lineTo(0.32 * SIZE, 0.0)
    return path


@lru_cache(maxsize=256)
def mark_of(
    style: BandStyle, limit: bool, is_open: bool, negative: bool, tones: Tones, ratio: float
) -> QPixmap:
    """A mark as a picture, its middle in the middle: drawing one takes 2 us, its outline 40.

    Parameters
    ----------
    style : BandStyle
        Of its filter.
    limit : bool
        A triangle.
    is_open : bool
        Only its outline.
    negative : bool
        With a minus sign inside.
    tones : Tones
        Of the theme.
    ratio : float
        Device pixels to each pixel of the screen.
    """
    side = round(MARK_SIDE * ratio)
    picture = QPixmap(side, side)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    tone, ground = style.tone(tones is DARK), QColor(tones.base)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(MARK_SIDE / 2, MARK_SIDE / 2)
    painter.setPen(QPen(tone, 1.2))
    # Open marks hide the error bar behind them, or they would look crossed out.
    painter.setBrush(ground if is_open else tone)
    painter.drawPath(limit_path(style.ticks) if limit else symbol_path(style.symbol))
    if negative:
        painter.setPen(QPen(tone if is_open else ground, 1.8))
        painter.drawPath(minus_path())
    painter.end()
    return picture


def _polygon(corners: int, radius: float, inner: float = 1.0) -> QPolygonF:
    """A regular polygon with a corner on top; of a star every second one lies farther in."""
    points = []
    for number in range(corners + 1):
        reach = radius * (inner if number % 2 else 1.0)
        angle = 2 * math.pi * number / corners
        points.append(QPointF(reach * math.sin(angle), -reach * math.cos(angle)))
    return QPolygonF(points)


class BandStyle(NamedTuple):
    """Tones for a dark and a light ground, a symbol, and a number of ticks.

    The ticks tell upper limits apart, which are triangles all.
    """

    dark: str
    light: str
    symbol: str
    ticks: int

    def tone(self, dark: bool) -> QColor:
        """The tone on a ground."""
        return QColor(self.dark if dark else self.light)


def band_styles(bands: list[str]) -> dict[str, BandStyle]:
    """A style for each of these filters.

    A filter is known by its last letter (``ztf_g``, ``g``, ``lsstg``); the ticks are numbered in
    the order of wavelength of those that are here.
    """
    ordered = sorted(set(bands), key=_wavelength)
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


def _wavelength(band: str) -> tuple[int, str]:
    letter = band[-1:].lower()
    return (_ORDER.index(letter) if letter in _KNOWN else len(_ORDER)), band
