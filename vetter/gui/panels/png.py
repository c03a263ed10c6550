"""PNG picture of a candidate's planes, drawn without a window, for exports."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QBuffer, QIODevice, QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QImage, QPainter

from vetter.core.coordinates.sky import scale_bar
from vetter.core.display.style import DisplayStyle
from vetter.errors import VetterError
from vetter.gui.panels.layout.camera import Placement
from vetter.gui.panels.plane_panel import PanelContent
from vetter.gui.panels.plane_row import panel_contents
from vetter.gui.panels.tools.overlays import (
    compass_extent,
    draw_compass,
    draw_marks,
    draw_reticle,
    draw_scale_bar,
)
from vetter.gui.widgets.theme import DARK
from vetter.review.cutouts.rendered_cutout import RenderedCutout, rendered_from

if TYPE_CHECKING:
    from vetter.core.cutout.cutout import Cutout

PANEL = 240
GAP = 6
TITLE = 20
HEADING = 28

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ExportPicture:
    """Picture of all planes in a row, with the reticle at the candidate; usable on any thread.

    A QApplication must exist, for the fonts.

    Parameters
    ----------
    looks : DisplayStyle
        Looks of the planes, those of the session.
    name : callable
        The candidate's name, by row.
    """

    def __init__(self, looks: DisplayStyle, name: Callable[[int], str]) -> None:
        self._looks = looks
        self._name = name

    def __call__(self, row: int, cutout: Cutout) -> bytes:
        """Return the bytes of the PNG file.

        Raises
        ------
        VetterError
            Qt cannot encode the picture.
        """
        image = self.draw(row, cutout)
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        if not image.save(buffer, "PNG"):
            raise VetterError(f"{self._name(row)}: no picture could be made")
        return buffer.data().data()

    def draw(self, row: int, cutout: Cutout) -> QImage:
        """Draw the picture: a heading, and a titled panel for each plane."""
        # The cutout's own WCS, since the builder's thread uses that of the whole image meanwhile.
        frame = rendered_from(row, self._name(row), cutout, self._looks)
        panels = panel_contents(frame, frame.plane_names)
        count = max(1, len(panels))
        size = count * PANEL + (count + 1) * GAP, HEADING + TITLE + PANEL + GAP
        image = QImage(size[0], size[1], QImage.Format.Format_RGB32)
        image.fill(QColor(DARK.window))
        painter = QPainter(image)
        painter.setFont(_make_font(14))
        painter.setPen(QColor(DARK.text))
        painter.drawText(QRect(GAP, 0, size[0] - 2 * GAP, HEADING), _LEFT, frame.name)
        painter.setFont(_make_font(12))
        for place, panel in enumerate(panels):
            x = GAP + place * (PANEL + GAP)
            draw_title(painter, QRect(x, HEADING, PANEL, TITLE), panel)
            area = QRect(x, HEADING + TITLE, PANEL, PANEL)
            if panel.image is None or panel.message:
                draw_words(painter, area, panel.message)
            else:
                draw_panel(painter, area, panel, frame, first=place == 0)
        painter.end()
        return image


def _make_font(pixels: int) -> QFont:
    font = QFont()
    font.setPixelSize(pixels)
    # Subpixel antialiasing colours the edges for one kind of screen.
    font.setStyleStrategy(QFont.StyleStrategy.NoSubpixelAntialias)
    return font


def draw_title(painter: QPainter, area: QRect, panel: PanelContent) -> None:
    """Draw the plane's name, its note, and its limits at the right."""
    metrics = painter.fontMetrics()
    painter.setPen(QColor(DARK.text))
    painter.drawText(area, _LEFT, panel.plane)
    painter.setPen(QColor(DARK.dim))
    painter.drawText(area, _RIGHT, panel.range)
    used = metrics.horizontalAdvance(panel.plane), metrics.horizontalAdvance(panel.range)
    between = area.adjusted(used[0] + 10, 0, -used[1] - 10, 0)
    note = metrics.elidedText(panel.note, Qt.TextElideMode.ElideRight, between.width())
    painter.drawText(between, _LEFT, note)


def draw_words(painter: QPainter, area: QRect, words: str) -> None:
    """Draw a text in place of the pixels."""
    painter.fillRect(area, QColor(DARK.base))
    painter.setPen(QColor(DARK.dim))
    wrap = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
    painter.drawText(area.adjusted(12, 12, -12, -12), int(wrap), words)


def draw_panel(
    painter: QPainter, area: QRect, panel: PanelContent, frame: RenderedCutout, first: bool
) -> None:
    """Draw pixels as squares, the reticle around the candidate's true position, and marks."""
    image = panel.image
    assert image is not None
    columns, rows = image.width(), image.height()
    scale = min(area.width() / columns, area.height() / rows)
    target = QRect(area.x(), area.y(), round(columns * scale), round(rows * scale))
    painter.drawImage(target, image)
    painter.setClipRect(target)
    if frame.position is not None:
        # Pixel i spans i - 0.5 to i + 0.5.
        x = target.x() + (frame.position[0] + 0.5) * scale
        y = target.y() + target.height() - (frame.position[1] + 0.5) * scale
        draw_reticle(painter, x, y, scale)
    if frame.marks:
        place = Placement(target.x(), target.y(), scale, columns, rows)
        draw_marks(painter, place, frame.marks, QRectF(target), panel.plane == "diff", False)
    if first:
        _draw_directions(painter, QRectF(target), frame, scale)
    painter.setClipping(False)


def _draw_directions(painter: QPainter, over: QRectF, frame: RenderedCutout, scale: float) -> None:
    if frame.north is not None and frame.east is not None:
        left, below = compass_extent(frame.north, frame.east)
        corner = over.bottomLeft() + QPointF(left, -below)
        draw_compass(painter, corner.x(), corner.y(), frame.north, frame.east)
    if frame.pixel_scale is not None:
        bar = scale_bar(frame.pixel_scale, over.width() / scale)
        if bar is not None:
            draw_scale_bar(painter, over.right() - 6, over.bottom() - 4, bar[0] * scale, bar[1])
