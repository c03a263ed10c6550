"""Numbers of the pixels around the pixel cursor, and the cursor itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen

from vetter.gui.panels.layout.camera import Placement
from vetter.gui.panels.tools.overlays import turn_painter

REACH = 2
"""Number of pixels that are shown on each side of the cursor."""
_PLATE = QColor(20, 21, 22, 225)
_NUMBER = QColor("#f0f0f0")
_CURSOR = QColor("#ffe066")
_HALO = QColor(0, 0, 0, 200)


def neighbourhood(plane: npt.NDArray[Any], x: int, y: int) -> npt.NDArray[np.float64]:
    """Return the pixels around one pixel, first row lowest; NaN outside of the plane.

    Returns
    -------
    ndarray, shape (2 REACH + 1, 2 REACH + 1)
        A mask has 1 where it is bad.
    """
    framed = np.pad(plane.astype(np.float64), REACH, constant_values=np.nan)
    return framed[y : y + 2 * REACH + 1, x : x + 2 * REACH + 1]


def number_texts(window: npt.NDArray[np.float64]) -> tuple[tuple[str, ...], ...]:
    """Return the texts of a window's pixels, uppermost row first; an empty text for NaN."""
    return tuple(
        tuple("" if np.isnan(value) else f"{value:.4g}" for value in line) for line in window[::-1]
    )


def draw_cursor(painter: QPainter, at: Placement, cursor: tuple[float, float]) -> None:
    """Draw a square around the pixel of the cursor."""
    left, top = at._replace(tilt=0.0).to_screen(cursor[0] - 0.5, cursor[1] + 0.5)
    square = QRectF(left, top, at.scale, at.scale)
    painter.save()
    turn_painter(painter, at)
    for colour, width in ((_HALO, 3), (_CURSOR, 1)):
        painter.setPen(QPen(colour, width))
        painter.drawRect(square)
    painter.restore()


def draw_numbers(
    painter: QPainter, texts: Sequence[Sequence[str]], over: QRectF, at_left: bool
) -> None:
    """Write the numbers on a plate in an upper corner of a panel; that of the cursor is marked."""
    metrics = painter.fontMetrics()
    width = max(metrics.horizontalAdvance(text) for line in texts for text in line) + 8
    height = metrics.height() + 2
    left = over.left() + 4 if at_left else over.right() - 4 - width * len(texts[0])
    plate = QRectF(left, over.top() + 4, width * len(texts[0]), height * len(texts))
    painter.fillRect(plate, _PLATE)
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            cell = QRectF(left + column * width, plate.top() + row * height, width, height)
            own = row == column == REACH
            painter.setPen(_CURSOR if own else _NUMBER)
            painter.drawText(cell.adjusted(0, 0, -4, 0), int(Qt.AlignmentFlag.AlignRight), text)
            if own:
                painter.drawRect(cell)
