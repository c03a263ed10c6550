"""Picture of a candidate's panels, drawn without a window: for exports, files and clipboard."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PyQt6.QtCore import QBuffer, QIODevice, QPointF, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QImage, QPaintEngine, QPainter

from vetter.core.coordinates.sky import scale_bar
from vetter.core.display.style import DisplayStyle
from vetter.errors import VetterError
from vetter.gui.panels.layout.camera import Area, Placement, Subject, place
from vetter.gui.panels.layout.turning import face_north
from vetter.gui.panels.panel_choice import PictureStyle
from vetter.gui.panels.plane_panel import PanelContent
from vetter.gui.panels.plane_row import panel_contents
from vetter.gui.panels.tools.hatch import Hatch
from vetter.gui.panels.tools.overlays import (
    compass_extent,
    draw_compass,
    draw_marks,
    draw_pixels,
    draw_reticle,
    draw_scale_bar,
    draw_shift,
)
from vetter.gui.widgets.theme import DARK, LIGHT, Tones
from vetter.io.export.tables.escapes import escape_control
from vetter.review.cutouts.rendered_cutout import RenderedCutout, rendered_from

if TYPE_CHECKING:
    from vetter.core.candidates.candidate_list import CandidateList
    from vetter.core.cutout.cutout import Cutout

PANEL = 240
GAP = 6
TITLE = 20
HEADING = 28
_VECTOR = (QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf)

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ExportPicture:
    """Picture of the panels as the window shows them; usable on any thread.

    A QApplication must exist, for the fonts.

    Parameters
    ----------
    looks : DisplayStyle
        Looks of the planes, those of the session.
    candidates : CandidateList
        The list whose rows are drawn.
    style : PictureStyle, optional
        Planes, view, marks and theme.
    """

    def __init__(
        self,
        looks: DisplayStyle,
        candidates: CandidateList,
        style: PictureStyle | None = None,
    ) -> None:
        self._looks = looks
        self._candidates = candidates
        self._style = style or PictureStyle()

    def __call__(self, row: int, cutout: Cutout) -> bytes:
        """Return the bytes of the PNG file.

        Raises
        ------
        VetterError
            Qt cannot encode the picture.
        """
        return encode_png(self.draw(row, cutout), self._candidates.name(row))

    def of_list(self, candidates: CandidateList) -> ExportPicture:
        """Return the pictures of another list, in the same style."""
        return ExportPicture(self._looks, candidates, self._style)

    def draw(self, row: int, cutout: Cutout) -> QImage:
        """Draw the picture: a heading, and a titled panel for each plane."""
        # The cutout's own WCS, since the builder's thread uses that of the whole image meanwhile.
        frame = rendered_from(self._candidates, row, cutout, self._looks)
        return draw_image(frame, self._style.choose_planes(frame.plane_names), self._style)


def encode_png(image: QImage, name: str) -> bytes:
    """Return an image as a PNG file's bytes; raise VetterError, with this name, if Qt cannot."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):
        raise VetterError(f"{name}: no picture could be made")
    return buffer.data().data()


def picture_size(planes: Sequence[str], side: int = PANEL) -> QSize:
    """Return the size of a picture whose panels have this side."""
    count = max(1, len(planes))
    return QSize(count * side + (count + 1) * GAP, HEADING + TITLE + side + GAP)


def draw_image(
    frame: RenderedCutout,
    planes: Sequence[str],
    style: PictureStyle,
    side: int = PANEL,
    facts: str = "",
) -> QImage:
    """Return the picture of a candidate's panels as an image; see `draw_view`."""
    image = QImage(picture_size(planes, side), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    draw_view(painter, frame, planes, style, side, facts)
    painter.end()
    return image


def draw_view(
    painter: QPainter,
    frame: RenderedCutout,
    planes: Sequence[str],
    style: PictureStyle,
    side: int = PANEL,
    facts: str = "",
) -> None:
    """Draw a heading and the panels of these planes in a row, on any device.

    Parameters
    ----------
    painter : QPainter
        Painter of an image, an SVG or a PDF.
    frame : RenderedCutout
    planes : sequence of str
    style : PictureStyle
    side : int
        Side of a panel.
    facts : str
        Text beside the name.
    """
    frame, tilt = face_north(frame, style.north)
    size, tones = picture_size(planes, side), DARK if style.dark else LIGHT
    painter.fillRect(QRect(0, 0, size.width(), size.height()), QColor(tones.window))
    painter.setFont(_make_font(14))
    painter.setPen(QColor(tones.text))
    line = QRect(GAP, 0, size.width() - 2 * GAP, HEADING)
    # An SVG cannot hold controls.
    name = escape_control(" ".join(frame.name.split()))
    painter.drawText(line, _LEFT, name)
    if facts:
        left = painter.fontMetrics().horizontalAdvance(name) + 20
        painter.setFont(_make_font(12))
        painter.setPen(QColor(tones.dim))
        room = line.adjusted(left, 0, 0, 0)
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(room, _LEFT, painter.fontMetrics().elidedText(facts, elide, room.width()))
    painter.setFont(_make_font(12))
    hatch = Hatch(frame.hatch) if style.choice.hatched else None
    for number, panel in enumerate(panel_contents(frame, tuple(planes))):
        x = GAP + number * (side + GAP)
        draw_title(painter, QRect(x, HEADING, side, TITLE), panel, tones)
        area = QRect(x, HEADING + TITLE, side, side)
        if panel.image is None or panel.message:
            draw_words(painter, area, panel.message, tones)
        else:
            draw_panel(painter, area, panel, frame, number == 0, style, tilt, hatch)


def _make_font(pixels: int) -> QFont:
    font = QFont()
    font.setPixelSize(pixels)
    # Subpixel antialiasing colours the edges for one kind of screen.
    font.setStyleStrategy(QFont.StyleStrategy.NoSubpixelAntialias)
    return font


def draw_title(painter: QPainter, area: QRect, panel: PanelContent, tones: Tones = DARK) -> None:
    """Draw the plane's name, its note, and its limits at the right if there is room."""
    metrics = painter.fontMetrics()
    painter.setPen(QColor(tones.text))
    painter.drawText(area, _LEFT, panel.plane)
    painter.setPen(QColor(tones.dim))
    used = metrics.horizontalAdvance(panel.plane), metrics.horizontalAdvance(panel.range)
    if sum(used) + 10 <= area.width():
        painter.drawText(area, _RIGHT, panel.range)
    between = area.adjusted(used[0] + 10, 0, -used[1] - 10, 0)
    if between.width() > 0:
        note = metrics.elidedText(panel.note, Qt.TextElideMode.ElideRight, between.width())
        painter.drawText(between, _LEFT, note)


def draw_words(painter: QPainter, area: QRect, words: str, tones: Tones = DARK) -> None:
    """Draw a text in place of the pixels."""
    painter.fillRect(area, QColor(tones.base))
    painter.setPen(QColor(tones.dim))
    wrap = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
    painter.drawText(area.adjusted(12, 12, -12, -12), int(wrap), words)


def draw_panel(
    painter: QPainter,
    area: QRect,
    panel: PanelContent,
    frame: RenderedCutout,
    first: bool,
    style: PictureStyle,
    tilt: float = 0.0,
    hatch: Hatch | None = None,
) -> None:
    """Draw pixels as squares, bad pixels, the reticle around the true position, and marks.

    Parameters
    ----------
    frame : RenderedCutout
        Frame as it is on the screen; see `face_north`.
    tilt : float
        Its tilt, degrees counter-clockwise.
    hatch : Hatch, optional
        Strokes through its bad pixels, which a mask does not need.
    """
    image = panel.image
    assert image is not None
    columns, rows = image.width(), image.height()
    x, y = frame.position or ((columns - 1) / 2, (rows - 1) / 2)
    at = place(
        Area(area.x(), area.y(), area.width(), area.height(), 1.0),
        Subject(columns, rows, x, y, tilt),
        style.view,
    )
    over = QRectF(*at.extent()).intersected(QRectF(area))
    painter.save()
    painter.setClipRect(area)
    draw_pixels(painter, at, _for_device(painter, at, image))
    if hatch is not None and DisplayStyle.group(panel.plane) != "mask":
        _draw_hatch(painter, at, QRectF(area), hatch)
    on_diff = style.compass and panel.plane == "diff"
    across, down = at.to_screen(x, y)
    if style.reticle and frame.position is not None:
        draw_reticle(painter, across, down, at.scale)
        if frame.shift is not None and on_diff:
            draw_shift(painter, across, down, at.scale, frame.shift, over)
    if frame.marks:
        draw_marks(painter, at, frame.marks, over, on_diff, frame.shift is not None)
    if first and style.compass:
        _draw_directions(painter, over, frame, at.scale)
    painter.restore()


def _draw_hatch(painter: QPainter, at: Placement, area: QRectF, hatch: Hatch) -> None:
    device = painter.device()
    if device is None or _is_vector(painter):
        hatch.draw_lines(painter, at)
    else:
        hatch.draw(painter, at, area, device.devicePixelRatioF())


def _is_vector(painter: QPainter) -> bool:
    engine = painter.paintEngine()
    return engine is not None and engine.type() in _VECTOR


def _for_device(painter: QPainter, at: Placement, image: QImage) -> QImage:
    """Return the picture, enlarged for a file of vectors, whose readers would smooth it."""
    if not _is_vector(painter):
        return image
    way = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.FastTransformation
    factor = max(1, math.ceil(at.scale))
    return image.scaled(factor * image.width(), factor * image.height(), *way)


def _draw_directions(painter: QPainter, over: QRectF, frame: RenderedCutout, scale: float) -> None:
    if frame.north is not None and frame.east is not None:
        left, below = compass_extent(frame.north, frame.east)
        corner = over.bottomLeft() + QPointF(left, -below)
        draw_compass(painter, corner.x(), corner.y(), frame.north, frame.east)
    if frame.pixel_scale is not None:
        bar = scale_bar(frame.pixel_scale, over.width() / scale)
        if bar is not None:
            draw_scale_bar(painter, over.right() - 6, over.bottom() - 4, bar[0] * scale, bar[1])
