"""Hatch over bad pixels: drawn once into a transparent picture, then stamped on each panel."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QLineF, QPointF, QRectF
from PyQt6.QtGui import QColor, QImage, QPainter, QPen

from vetter.gui.panels.layout.camera import Placement
from vetter.gui.panels.tools.overlays import turn_painter

_STROKE = QColor("#ff7a66")
_HALO = QColor(0, 0, 0, 120)
_PEN_ROOM = 2
"""Room for half a pen's width around the strokes, screen units."""
_MAX_STAMPS = 3
"""Number of stamps kept: of equal panels, of a large one, and of the small ones beside it."""


class _Look(NamedTuple):
    """Place of the cutout in a panel, and the panel's size: together they decide the stamp."""

    at: Placement
    width: float
    height: float
    ratio: float


class _Stamp(NamedTuple):
    """Strokes as a transparent picture, and its corner from that of the panel, screen units."""

    corner: QPointF
    picture: QImage


class Hatch:
    """Strokes through the bad pixels of a cutout.

    Panels of one size share a stamp: in six panels on a 4k screen the strokes themselves would
    take 8 ms.

    Parameters
    ----------
    strokes : ndarray of int64, shape (k, 4), optional
        x0, y0, x1, y1 of each stroke in edges of pixels, y up, as of `hatch_strokes`.
    """

    def __init__(self, strokes: npt.NDArray[np.int64] | None = None) -> None:
        self._strokes = np.zeros((0, 4), np.int64) if strokes is None else strokes
        self._stamps: dict[_Look, _Stamp] = {}

    def has_strokes(self, strokes: npt.NDArray[np.int64]) -> bool:
        """Return whether these are its strokes, so that it may stay for another candidate."""
        return np.array_equal(self._strokes, strokes)

    def draw(self, painter: QPainter, at: Placement, frame: QRectF, ratio: float = 1.0) -> None:
        """Draw the strokes on a panel.

        Parameters
        ----------
        at : Placement
            Place of the cutout.
        frame : QRectF
            The panel's part of the screen, outside of which nothing is drawn; its corner is on a
            device pixel.
        ratio : float
            Device pixels per screen unit.
        """
        if not len(self._strokes):
            return
        look = _Look(_relative_to(frame, at), frame.width(), frame.height(), ratio)
        stamp = self._stamps.get(look)
        if stamp is None:
            while len(self._stamps) >= _MAX_STAMPS:
                del self._stamps[next(iter(self._stamps))]
            stamp = self._stamps[look] = self._make_stamp(look)
        painter.drawImage(frame.topLeft() + stamp.corner, stamp.picture)

    def draw_lines(self, painter: QPainter, at: Placement) -> None:
        """Draw the strokes as lines, for a file of vectors, whose readers enlarge it."""
        if not len(self._strokes):
            return
        painter.save()
        self._turn_to_pixels(painter, at)
        self._draw_strokes(painter)
        painter.restore()

    def _turn_to_pixels(self, painter: QPainter, at: Placement) -> None:
        """Let a painter count in edges of the cutout's pixels, y up."""
        turn_painter(painter, at)
        painter.translate(at.left, at.top + at.ny * at.scale)
        painter.scale(at.scale, -at.scale)

    def _draw_strokes(self, painter: QPainter) -> None:
        lines = [QLineF(*stroke) for stroke in self._strokes.tolist()]
        for colour, width in ((_HALO, 3), (_STROKE, 1)):
            pen = QPen(colour, width)
            # The width is in screen pixels at any scale.
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(*lines)

    def _make_stamp(self, look: _Look) -> _Stamp:
        size = math.ceil(look.width * look.ratio), math.ceil(look.height * look.ratio)
        stamp = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
        stamp.setDevicePixelRatio(look.ratio)
        stamp.fill(0)
        painter = QPainter(stamp)
        self._turn_to_pixels(painter, look.at)
        self._draw_strokes(painter)
        inked = painter.worldTransform().mapRect(self._extent())
        painter.end()
        return _cut_out(stamp, inked)

    def _extent(self) -> QRectF:
        """Return the rectangle of all strokes, in edges of pixels."""
        ends = self._strokes.reshape(-1, 2)
        (left, bottom), (right, top) = ends.min(axis=0).tolist(), ends.max(axis=0).tolist()
        return QRectF(left, bottom, right - left, top - bottom)


def _cut_out(picture: QImage, inked: QRectF) -> _Stamp:
    """Return the part of a panel's picture around its strokes, given in screen units.

    A whole stamp of a panel on a 4k screen is 4 MB, and blending the empty rest of six takes
    0.25 ms.
    """
    ratio, room = picture.devicePixelRatio(), _PEN_ROOM
    outer = inked.adjusted(-room, -room, room, room)
    part = QRectF(outer.topLeft() * ratio, outer.size() * ratio).toAlignedRect() & picture.rect()
    return _Stamp(part.topLeft().toPointF() / ratio, picture.copy(part))


def _relative_to(frame: QRectF, at: Placement) -> Placement:
    """Return a placement from a frame's corner; rounded, since sums differ in the last digits."""
    left, top = round(at.left - frame.left(), 6), round(at.top - frame.top(), 6)
    pivot = round(at.pivot[0] - frame.left(), 6), round(at.pivot[1] - frame.top(), 6)
    return at._replace(left=left, top=top, pivot=pivot)
