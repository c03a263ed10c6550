"""Magnifier: the pixels around the pointer, enlarged, in all panels."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QColor, QImage, QPainter, QPen

from vetter.gui.panels.layout.camera import Placement
from vetter.gui.panels.tools.overlays import turn_painter

PIXELS = 9
"""Side of the magnified part, in pixels of the cutout."""
FACTOR = 4.0
"""Enlargement over the panel."""
MAX_SIDE = 240.0
_RIM = QColor("#ffe066")
_HALO = QColor(0, 0, 0, 200)


def draw_magnifier(
    painter: QPainter, image: QImage, at: Placement, pixel: tuple[float, float], frame: QRectF
) -> None:
    """Draw the pixels around one pixel, enlarged, beside it and inside of the panel.

    Parameters
    ----------
    image : QImage
        The picture, first row uppermost.
    pixel : (float, float)
        Pixel in the middle, x and y up.
    frame : QRectF
        The panel's pixels.
    """
    side = min(PIXELS * at.scale * FACTOR, MAX_SIDE, 0.6 * frame.width())
    left, top = pixel[0] + 0.5 - PIXELS / 2, at.ny - 0.5 - pixel[1] - PIXELS / 2
    across, down = at.to_screen(*pixel)
    beside = PIXELS / 2 * at.scale + 4
    # On the side with more room, so that the magnified pixels themselves stay in view.
    is_right = across > frame.center().x()
    corner = QPointF(across - beside - side if is_right else across + beside, down - side / 2)
    place = QRectF(corner.x(), corner.y(), side, side)
    place.moveTop(min(max(place.top(), frame.top()), frame.bottom() - side))
    place.moveLeft(min(max(place.left(), frame.left()), frame.right() - side))
    painter.fillRect(place, _HALO)
    scale = side / PIXELS
    middle = QRectF(0, 0, scale, scale)
    middle.moveCenter(place.center())
    painter.save()
    painter.setClipRect(place)
    turn_painter(painter, at._replace(pivot=(place.center().x(), place.center().y())))
    whole = QRectF(
        place.left() - left * scale, place.top() - top * scale, at.nx * scale, at.ny * scale
    )
    painter.drawImage(whole, image)
    painter.setPen(QPen(_RIM, 1))
    painter.drawRect(middle)
    painter.restore()
    for colour, width in ((_HALO, 3), (_RIM, 1)):
        painter.setPen(QPen(colour, width))
        painter.drawRect(place)
