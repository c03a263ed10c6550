"""Style of the verdicts: a word, a letter in a shape of its own, and a colour."""

from __future__ import annotations

from functools import lru_cache

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QBrush, QColor, QFont, QPainter, QPalette, QPen, QPixmap, QPolygonF

from vetter.core.decisions.triage.later import DUE_CODE

WORDS = ("undecided", "accepted", "rejected", "maybe", "later", "due again")
"""Words of the verdict codes, and of `DUE_CODE`."""
LETTERS = ("", "A", "R", "M", "L", "L")

# Distinct for the colour-blind too (after Okabe and Ito); the shape differs as well.
_COLOURS = {
    True: ("#84888d", "#1fa97c", "#e0662f", "#5b9fd8", "#7a6ee8", "#9a90ff"),
    False: ("#72767b", "#00805c", "#c4480c", "#2470ad", "#53349c", "#53349c"),
}


def is_dark(palette: QPalette) -> bool:
    """Return whether a palette belongs to a dark theme."""
    return palette.window().color().lightness() < 128


def colour(code: int, dark: bool) -> QColor:
    """Return the colour of a verdict code (0 none, 1 accept, 2 reject, 3 maybe, 4 later, 5 due)."""
    return QColor(_COLOURS[dark][code])


@lru_cache(maxsize=64)
def badge(code: int, size: int, dark: bool, ratio: float = 1.0) -> QPixmap:
    """Return a verdict's mark: A in a disc, R in a square, M in a diamond, L in a triangle.

    None is a small ring; the triangle of a candidate that is due again is empty.

    Parameters
    ----------
    code : int
        Verdict code.
    size : int
        Side in device-independent pixels.
    ratio : float
        Device pixels per device-independent pixel.
    """
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_badge(painter, code, float(size), colour(code, dark))
    painter.end()
    return pixmap


def _paint_badge(painter: QPainter, code: int, size: float, tone: QColor) -> None:
    middle = size / 2
    if code == 0:
        painter.setPen(QPen(tone, 1.2))
        painter.drawEllipse(QPointF(middle, middle), size / 6, size / 6)
        return
    is_due = code == DUE_CODE
    painter.setPen(QPen(tone, 1.2) if is_due else Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(Qt.BrushStyle.NoBrush) if is_due else QBrush(tone))
    if code == 1:
        painter.drawEllipse(QRectF(0.5, 0.5, size - 1, size - 1))
    elif code == 2:
        painter.drawRoundedRect(QRectF(1, 1, size - 2, size - 2), 2, 2)
    else:
        diamond = ((middle, 0), (size, middle), (middle, size), (0, middle))
        triangle = ((middle, 0), (size, size - 0.5), (0, size - 0.5))
        corners = diamond if code == 3 else triangle
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))
    font = QFont(painter.font())
    font.setBold(True)
    font.setPixelSize(max(6, round(size * {3: 0.56, 4: 0.5, 5: 0.5}.get(code, 0.66))))
    painter.setFont(font)
    painter.setPen(tone if is_due else QColor("#ffffff"))
    # The middle of a triangle lies a sixth below that of its box.
    top = size / 5 if code >= 4 else 0.0
    painter.drawText(QRectF(0, top, size, size), Qt.AlignmentFlag.AlignCenter, LETTERS[code])
