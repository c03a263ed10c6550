"""What is drawn over the pixels: reticle, compass and scale bar, seen on dark and on light."""

from __future__ import annotations

import math

from PyQt6.QtCore import QLineF, QPointF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen

_HALO = QColor(0, 0, 0, 150)
_RETICLE = QColor("#9df29a")
_MARK = QColor("#f0f0f0")


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


_RETICLE_PENS = (_pen(_HALO, 3), _pen(_RETICLE, 1))
_MARK_PENS = (_pen(_HALO, 3), _pen(_MARK, 1))


def draw_reticle(painter: QPainter, x: float, y: float, scale: float) -> None:
    """Four strokes towards the candidate, which stays free.

    Parameters
    ----------
    x, y : float
        The candidate on the screen, not rounded.
    scale : float
        Screen units to one pixel of the cutout; the gap grows with it, within reason.
    """
    gap = min(max(3.5 * scale, 9.0), 40.0)
    end = gap + min(max(2.0 * scale, 9.0), 18.0)
    # The middle of the screen pixel that holds the point: strokes one pixel wide stay sharp.
    x, y = math.floor(x) + 0.5, math.floor(y) + 0.5
    strokes = [
        QLineF(x - end, y, x - gap, y),
        QLineF(x + gap, y, x + end, y),
        QLineF(x, y - end, x, y - gap),
        QLineF(x, y + gap, x, y + end),
    ]
    _stroke(painter, strokes, _RETICLE_PENS)


def draw_compass(painter: QPainter, x: float, y: float, north: float, east: float) -> None:
    """Arrows to north and east from a corner of the picture.

    Parameters
    ----------
    x, y : float
        The corner of the two arrows on the screen.
    north, east : float
        Degrees from +x (right) towards +y (up).
    """
    length = 22.0
    for angle, letter in ((north, "N"), (east, "E")):
        right, up = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        tip_x, tip_y = x + length * right, y - length * up
        strokes = [QLineF(x, y, tip_x, tip_y)]
        for turn in (150, -150):
            barb = math.radians(angle + turn)
            strokes.append(
                QLineF(tip_x, tip_y, tip_x + 5 * math.cos(barb), tip_y - 5 * math.sin(barb))
            )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        _stroke(painter, strokes, _MARK_PENS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        _letters(painter, x + (length + 9) * right, y - (length + 9) * up, letter)


def compass_room(north: float, east: float) -> tuple[float, float]:
    """How far the compass reaches to the left and below its corner, with its letters."""
    reach = 38.0
    angles = [math.radians(north), math.radians(east)]
    left = max(0.0, *(-math.cos(angle) for angle in angles))
    below = max(0.0, *(-math.sin(angle) for angle in angles))
    return 8 + reach * left, 8 + reach * below


def draw_scale_bar(painter: QPainter, right: float, y: float, length: float, label: str) -> None:
    """A bar that ends at `right`, `length` screen units long, its label above it."""
    left, y = math.floor(right - length) + 0.5, math.floor(y) + 0.5
    strokes = [
        QLineF(left, y, right, y),
        QLineF(left, y - 3, left, y + 3),
        QLineF(right, y - 3, right, y + 3),
    ]
    _stroke(painter, strokes, _MARK_PENS)
    _letters(painter, (left + right) / 2, y - 10, label)


def _stroke(painter: QPainter, strokes: list[QLineF], pens: tuple[QPen, QPen]) -> None:
    for pen in pens:
        painter.setPen(pen)
        painter.drawLines(*strokes)


def _letters(painter: QPainter, x: float, y: float, text: str) -> None:
    """Text centred on a point, with a shadow all round."""
    metrics = painter.fontMetrics()
    left = math.floor(x - metrics.horizontalAdvance(text) / 2)
    base = math.floor(y + (metrics.ascent() - metrics.descent()) / 2)
    painter.setPen(_HALO)
    for across, down in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        painter.drawText(QPointF(left + across, base + down), text)
    painter.setPen(_MARK)
    painter.drawText(QPointF(left, base), text)
