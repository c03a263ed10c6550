"""Marks and arrows by the thousand, painted from arrays without an item or a call for each."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from vetter.core.judgement.answer import ANSWERS
from vetter.gui.widgets.answer_style import answer_colour, answer_path

Array = npt.NDArray[np.float64]

STAR, CHOSEN = len(ANSWERS) + 1, len(ANSWERS) + 2
"""Shapes in addition to those of the answers and of a candidate without a fit."""
SIZES = (5.0, 6.5, 8.0, 10.0, 12.5)
"""Sizes of marks in screen pixels, for scales of the fit from a half to twice the flux."""
_LOG2_SCALE_EDGES = np.log2([0.66, 0.9, 1.11, 1.5])
_MIN_COVER = 8
MAX_ARROWS_WITH_HEADS = 3000
"""Number of arrows above which heads are left out: they would hide one another."""

_STAR_COLOURS = {True: "#5f7d62", False: "#7fa083"}


def colour(shape: int, dark: bool) -> QColor:
    """Return the tone of an answer's code, or of the stars."""
    return QColor(_STAR_COLOURS[dark]) if shape == STAR else answer_colour(shape, dark)


def size_classes(scales: Array) -> npt.NDArray[np.intp]:
    """Return the index into `SIZES` for each scale; the middle one if the scale is not finite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.log2(scales)
    return np.digitize(np.where(np.isfinite(steps), steps, 0.0), _LOG2_SCALE_EDGES)


def mark_path(shape: int, size: float) -> QPainterPath:
    """Return the outline of a mark about (0, 0)."""
    if shape not in (STAR, CHOSEN):
        return answer_path(shape, size)
    path, half = QPainterPath(), size / 2
    if shape == CHOSEN:
        path.addRect(QRectF(-half, -half, size, size))
        return path
    for across, down in ((half, 0.0), (0.0, half)):
        path.moveTo(-across, -down)
        path.lineTo(across, down)
    return path


@lru_cache(maxsize=128)
def _stamp(shape: int, size: float, ratio: float) -> npt.NDArray[np.uint8]:
    """Return how much of each device pixel a mark covers, 0 to 255; a square of odd side."""
    side = 2 * (int(size * ratio / 2) + 2) + 1
    image = QImage(side, side, QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(side / 2, side / 2)
    painter.scale(ratio, ratio)
    painter.setPen(QPen(QColor("white"), 1.4))
    painter.drawPath(mark_path(shape, size))
    painter.end()
    memory = image.constBits()
    assert memory is not None
    rows = np.frombuffer(memory.asstring(image.sizeInBytes()), np.uint8)
    return np.ascontiguousarray(rows.reshape(side, image.bytesPerLine())[:, :side])


class MarkLayer:
    """Image of marks as large as a widget.

    Parameters
    ----------
    width, height : int
        In device-independent pixels.
    ratio : float
        Device pixels per device-independent pixel.
    """

    def __init__(self, width: int, height: int, ratio: float) -> None:
        self._ratio = ratio
        shape = max(1, round(height * ratio)), max(1, round(width * ratio))
        self._pixels = np.zeros(shape, np.uint32)

    def add(
        self, places: Array, shape: int, size: float, tone: QColor, strength: float = 1.0
    ) -> None:
        """Add a mark at each screen position (n, 2), except at NaN and outside the image.

        In each pixel the mark that covers the pixel most is shown.
        """
        stamp = _stamp(shape, size, self._ratio)
        half = len(stamp) // 2
        rows, columns = self._pixels.shape
        at = np.floor(places * self._ratio)
        with np.errstate(invalid="ignore"):
            on = (at >= half).all(axis=1) & (at < (columns - half, rows - half)).all(axis=1)
        if not on.any():
            return
        whole = at[on].astype(np.intp)
        first = (whole[:, 1] - half) * columns + whole[:, 0] - half
        flat = self._pixels.reshape(-1)
        covered = np.nonzero(stamp >= _MIN_COVER)
        order = np.argsort(stamp[covered], kind="stable")
        away = (covered[0] * columns + covered[1])[order]
        alpha = (stamp[covered][order] * strength).astype(np.uint32)
        # Stamp pixel by stamp pixel, the most covered last: it stays where marks overlap.
        index = away[:, None] + first
        free = (flat[index] >> 24) <= alpha[:, None]
        inks = np.broadcast_to(_premultiplied(tone, alpha)[:, None], index.shape)
        flat[index[free]] = inks[free]

    def paint(self, painter: QPainter) -> None:
        """Paint all marks."""
        rows, columns = self._pixels.shape
        form = QImage.Format.Format_ARGB32_Premultiplied
        # PyQt takes any buffer; its stubs know of bytes alone.
        image = QImage(self._pixels.data, columns, rows, 4 * columns, form)  # type: ignore[call-overload]
        image.setDevicePixelRatio(self._ratio)
        painter.drawImage(QPointF(0, 0), image)


def _premultiplied(tone: QColor, alpha: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    inks = alpha << np.uint32(24)
    for shift, value in ((16, tone.red()), (8, tone.green()), (0, tone.blue())):
        inks |= (alpha * np.uint32(value) // np.uint32(255)) << np.uint32(shift)
    return inks


def arrow_path(starts: Array, ends: Array, heads: bool = True) -> QPainterPath:
    """Return arrows on the screen, from (n, 2) to (n, 2), as one path of separate strokes."""
    along = ends - starts
    length = np.hypot(along[:, 0], along[:, 1])
    drawn = np.isfinite(length) & (length > 0.5)
    starts, ends, along, length = starts[drawn], ends[drawn], along[drawn], length[drawn]
    strokes = [np.stack([starts, ends], axis=1)]
    if heads and len(starts):
        back = -along * (np.minimum(5.0, 0.5 * length) / length)[:, None]
        aside = np.column_stack([-back[:, 1], back[:, 0]]) * 0.5
        strokes += [np.stack([ends, ends + back + sign * aside], axis=1) for sign in (1, -1)]
    points = np.concatenate(strokes).reshape(-1, 2)
    return pg.arrayToQPath(points[:, 0], points[:, 1], connect="pairs")


def draw_arrows(painter: QPainter, path: QPainterPath, tone: QColor, width: float = 1.2) -> None:
    """Stroke a path of arrows."""
    pen = QPen(tone, width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
