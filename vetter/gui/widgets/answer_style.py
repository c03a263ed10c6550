"""Style of the fit's answers: a shape, a letter and a colour for each, the same everywhere.

Shapes are outlines, so that no answer looks like a verdict, whose badges are filled.
"""

from __future__ import annotations

from functools import lru_cache

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
)

from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.judgement.answer import ANSWERS, NOT_FITTED, Answer

_COLOURS: dict[bool, dict[int, str]] = {
    True: {
        NOT_FITTED: "#6e7378",
        Answer.EXPLAINED.code: "#5eaae9",
        Answer.VARIABLE.code: "#eb9dd3",
        Answer.ORDINARY.code: "#57cfb0",
        Answer.NOTHING.code: "#9298a2",
        Answer.KEPT.code: "#e6e4df",
        Answer.NOT_JUDGED.code: "#c79a3c",
    },
    False: {
        NOT_FITTED: "#828f9f",
        Answer.EXPLAINED.code: "#1f6fb5",
        Answer.VARIABLE.code: "#922775",
        Answer.ORDINARY.code: "#005b4b",
        Answer.NOTHING.code: "#6a6e73",
        Answer.KEPT.code: "#26282b",
        Answer.NOT_JUDGED.code: "#8c6508",
    },
}
"""Colours on dark and on light, by `Answer.code`; shape and letter differ too.

Two of them are at least 13 apart in CIELAB with normal sight, protanopia, deuteranopia and
tritanopia, as simulated by Machado et al. (2009).
"""

_CORNERS = {
    Answer.VARIABLE.code: ((0.0, -0.5), (0.5, 0.0), (0.0, 0.5), (-0.5, 0.0)),
    Answer.ORDINARY.code: ((-0.5, -0.4), (0.5, -0.4), (0.0, 0.5)),
    # A square, not a ring, which reads as OK beside the letter K.
    Answer.KEPT.code: ((-0.44, -0.44), (0.44, -0.44), (0.44, 0.44), (-0.44, 0.44)),
    Answer.NOT_JUDGED.code: ((0.0, -0.5), (0.5, 0.4), (-0.5, 0.4)),
}
"""Corners of the polygons, in units of the size; y points down."""


def answer_code_of(columns: ReviewColumns, row: int) -> int:
    """Return the answer's code of a row; `NOT_FITTED` where nothing can be fitted."""
    fits = columns.fits
    return int(fits.codes[row]) if fits is not None and row in fits else NOT_FITTED


def answer_word(code: int) -> str:
    """Return the word of an answer's code; ``not fitted`` without a fit."""
    return "not fitted" if code == NOT_FITTED else Answer.from_code(code).value


def answer_colour(code: int, dark: bool) -> QColor:
    """Return the colour of an answer's code."""
    return QColor(_COLOURS[dark][code])


def answer_path(code: int, size: float) -> QPainterPath:
    """Return the outline of an answer's shape about (0, 0).

    A cross for explained, a diamond for variable, a triangle that points down for ordinary, the
    sign of the empty set for nothing, a square for kept, a triangle that points up for not
    judged, a dot without a fit.
    """
    path, half = QPainterPath(), size / 2
    if code == Answer.EXPLAINED.code:
        for sign in (1, -1):
            path.moveTo(-half, -sign * half)
            path.lineTo(half, sign * half)
    elif code == Answer.NOTHING.code:
        path.addEllipse(QPointF(0, 0), 0.8 * half, 0.8 * half)
        path.moveTo(-half, half)
        path.lineTo(half, -half)
    elif code in _CORNERS:
        corners = [QPointF(x * size, y * size) for x, y in _CORNERS[code]]
        path.addPolygon(QPolygonF([*corners, corners[0]]))
    else:
        path.addEllipse(QPointF(0, 0), 0.8, 0.8)
    return path


def answer_letter(code: int) -> str:
    """Return the letter of an answer's code; empty without a fit."""
    return "" if code == NOT_FITTED else Answer.from_code(code).letter


@lru_cache(maxsize=128)
def answer_badge(code: int, size: int, dark: bool, ratio: float = 1.0, tone: str = "") -> QPixmap:
    """Return an answer's shape with its letter beside it.

    Parameters
    ----------
    code : int
        `Answer.code`, not `NOT_FITTED`.
    size : int
        Height in device-independent pixels.
    ratio : float
        Device pixels per device-independent pixel.
    tone : str
        Name of another colour, as on a highlight; empty for the answer's own.
    """
    font = _letter_font(size)
    width = round(0.85 * size + 1 + QFontMetricsF(font).horizontalAdvance(answer_letter(code)))
    pixmap = QPixmap(round(width * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tone) if tone else answer_colour(code, dark), 1.6))
    painter.drawPath(answer_path(code, 0.62 * size).translated(0.38 * size, 0.5 * size))
    painter.setFont(font)
    left = 0.85 * size
    room = QRectF(left, 0, width - left, size)
    painter.drawText(
        room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, answer_letter(code)
    )
    painter.end()
    return pixmap


@lru_cache(maxsize=32)
def answer_chip(code: int, size: int, dark: bool, ratio: float = 1.0) -> QPixmap:
    """Return an answer's badge with its word in capitals, in a frame of the answer's colour.

    Parameters
    ----------
    code : int
        `Answer.code`, not `NOT_FITTED`.
    size : int
        Height in device-independent pixels.
    ratio : float
        Device pixels per device-independent pixel.
    """
    mark = answer_badge(code, size - 4, dark, ratio)
    font, word = _letter_font(size), answer_word(code).upper()
    left = 5 + mark.deviceIndependentSize().width() + 4
    width = round(left + QFontMetricsF(font).horizontalAdvance(word) + 6)
    pixmap = QPixmap(round(width * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(answer_colour(code, dark), 1.2))
    painter.drawRoundedRect(QRectF(0.6, 0.6, width - 1.2, size - 1.2), 3, 3)
    painter.drawPixmap(QPointF(5, 2), mark)
    painter.setFont(font)
    room = QRectF(left, 0, width - left, size)
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, word)
    painter.end()
    return pixmap


@lru_cache(maxsize=8)
def badge_width(size: int) -> int:
    """Return the width of the widest badge of this height, device-independent pixels."""
    metrics = QFontMetricsF(_letter_font(size))
    letters = (metrics.horizontalAdvance(answer.letter) for answer in ANSWERS)
    return round(0.85 * size + 1 + max(letters))


def _letter_font(size: int) -> QFont:
    font = QFont()
    font.setBold(True)
    font.setPixelSize(max(7, round(0.8 * size)))
    return font
