"""The view of a candidate as a PNG file, drawn without a window: for exports."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QBuffer, QIODevice, QPointF, QRect, Qt
from PyQt6.QtGui import QColor, QFont, QImage, QPainter, QPen

from vetter.core.look import Looks
from vetter.core.rendering import Picture, render

if TYPE_CHECKING:
    from vetter.core.cutout import Cutout

PANEL = 240
GAP = 6
TITLE = 20
HEADING = 28


class ExportPicture:
    """Draws all planes in a row, with the reticle at the candidate; called on any thread.

    Parameters
    ----------
    looks : Looks
        How the planes are drawn: as in the window when the export was asked for.
    name : callable
        The candidate's name, by row.
    """

    def __init__(self, looks: Looks, name: Callable[[int], str]) -> None:
        self._looks = looks
        self._name = name

    def __call__(self, row: int, cutout: Cutout) -> bytes:
        """The PNG file's bytes."""
        image = self.draw(row, cutout)
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")
        return buffer.data().data()

    def draw(self, row: int, cutout: Cutout) -> QImage:
        """The picture: a heading, and a titled panel for each plane."""
        pictures, _ = render(cutout.planes, self._looks)
        count = max(1, len(pictures))
        size = count * PANEL + (count + 1) * GAP, HEADING + TITLE + PANEL + GAP
        image = QImage(size[0], size[1], QImage.Format.Format_RGB32)
        image.fill(QColor("#1b1c1e"))
        painter = QPainter(image)
        painter.setPen(QColor("#d9dadb"))
        font = QFont(painter.font())
        font.setPixelSize(14)
        painter.setFont(font)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(GAP, 0, size[0] - 2 * GAP, HEADING), left, self._name(row))
        for place, (title, picture) in enumerate(pictures.items()):
            x = GAP + place * (PANEL + GAP)
            painter.setPen(QColor("#8b8e92"))
            painter.drawText(QRect(x, HEADING, PANEL, TITLE), left, title)
            _draw_panel(painter, QRect(x, HEADING + TITLE, PANEL, PANEL), picture, cutout.position)
        painter.end()
        return image


def _draw_panel(
    painter: QPainter, area: QRect, picture: Picture, position: tuple[float, float]
) -> None:
    """Pixels as squares, y up, and the reticle beside the candidate's true position."""
    rows, columns = picture.shape
    scale = min(area.width() / columns, area.height() / rows)
    target = QRect(area.x(), area.y(), round(columns * scale), round(rows * scale))
    upright = picture[::-1].tobytes()
    image = QImage(upright, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
    painter.drawImage(target, image)
    # Pixel i spans i - 0.5 to i + 0.5.
    x = target.x() + (position[0] + 0.5) * scale
    y = target.y() + target.height() - (position[1] + 0.5) * scale
    painter.setPen(QPen(QColor("#35d0ba"), 1.5))
    near, far = 0.06 * PANEL, 0.14 * PANEL
    painter.drawLine(QPointF(x + near, y), QPointF(x + far, y))
    painter.drawLine(QPointF(x, y - near), QPointF(x, y - far))
