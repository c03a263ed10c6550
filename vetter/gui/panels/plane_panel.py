"""One panel: a plane's rendered pixels under its title, or the reason they are missing."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QStaticText
from PyQt6.QtWidgets import QGraphicsItem, QGraphicsWidget, QStyleOptionGraphicsItem, QWidget

from vetter.core.coordinates.sky import scale_bar
from vetter.core.cutout.sky_marks import PixelMark
from vetter.core.display.colour_map import MASK_BAD, MASK_GOOD
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.layout.camera import Area, Placement, Subject, View, place
from vetter.gui.panels.tools.hatch import Hatch
from vetter.gui.panels.tools.magnifier import draw_magnifier
from vetter.gui.panels.tools.overlays import (
    compass_extent,
    draw_compass,
    draw_marks,
    draw_pixels,
    draw_reticle,
    draw_scale_bar,
    draw_shift,
)
from vetter.gui.panels.tools.pixel_numbers import draw_cursor, draw_numbers
from vetter.gui.widgets.theme import DARK, Tones
from vetter.review.cutouts.rendered_cutout import Shift

OWN_LIMITS = "own limits"
"""Words before limits that differ from those shared."""

TITLE_HEIGHT = 20.0
"""Height of the title above the pixels, screen units."""


@dataclass(eq=False)
class PanelState:
    """State common to all panels; the row of panels changes it and the panels read it.

    Attributes
    ----------
    view : View
        Zoom and centre.
    subject : Subject or None
        The cutout's size and the candidate's position; None without a cutout.
    reticle : bool
        Whether the candidate's position is marked.
    compass : bool
        Whether compass, scale bar and the arrow of the shift are drawn.
    north, east : float or None
        Directions, degrees from +x towards +y; None without a WCS.
    pixel_scale : float or None
        Arcseconds per pixel; None without a WCS.
    shift : Shift or None
        Shift of the fit, for the panel of the difference.
    hatch : Hatch
        Strokes through bad pixels; drawn over all planes but masks.
    magnified : (float, float) or None
        Pixel in the picture on screen whose surroundings are enlarged in all panels.
    cursor : (float, float) or None
        Pixel of the pixel cursor in the picture on screen.
    divider : float or None
        Place of the swipe's divider, 0 for the left edge of a panel and 1 for the right: left of
        it a panel shows its own plane, right of it the replacement. None without a swipe.
    tones : Tones
        Colours of texts and background in the present theme.
    ratio : float
        Device pixels per screen unit.
    """

    view: View = field(default_factory=View)
    subject: Subject | None = None
    reticle: bool = True
    compass: bool = True
    north: float | None = None
    east: float | None = None
    pixel_scale: float | None = None
    shift: Shift | None = None
    marks: tuple[PixelMark, ...] = ()
    hatch: Hatch = field(default_factory=Hatch)
    magnified: tuple[float, float] | None = None
    cursor: tuple[float, float] | None = None
    divider: float | None = None
    tones: Tones = DARK
    ratio: float = 1.0


class PanelContent(NamedTuple):
    """Content of one panel: an image ready to be drawn, or a text.

    Attributes
    ----------
    plane : str
        Name of the plane, the start of the title.
    image : QImage, optional
        The rendered plane.
    message : str
        Text in place of the image, such as the reason why it is missing.
    note : str
        Origin of the plane in the title, as ``reprojected``.
    range : str
        Limits of the display, at the right end of the title; empty for a mask.
    unit : str
        Unit of the limits, for the tip; empty if unknown.
    pixels : ndarray, optional
        Memory of the image. A QImage does not own it, so the array must live as long.
    """

    plane: str
    image: QImage | None = None
    message: str = ""
    note: str = ""
    range: str = ""
    pixels: Any = None
    unit: str = ""

    @property
    def tip(self) -> str:
        """Full text of the title, whose visible part may be shortened."""
        words = "" if self.range.startswith(OWN_LIMITS) else "limits "
        limits = f"{words}{self.range} {self.unit}".rstrip() if self.range else ""
        return "\n".join(line for line in (self.plane, self.note, limits) if line)


def picture_to_image(picture: npt.NDArray[np.uint32]) -> tuple[QImage, npt.NDArray[np.uint32]]:
    """Convert a picture (first row lowest) to a QImage (first row uppermost) and its memory."""
    pixels = np.ascontiguousarray(picture[::-1])
    rows, columns = pixels.shape
    rgb32 = QImage.Format.Format_RGB32
    # PyQt takes any buffer; its stubs accept bytes alone.
    image = QImage(pixels.data, columns, rows, 4 * columns, rgb32)  # type: ignore[call-overload]
    return image, pixels


class PlanePanel(QGraphicsWidget):
    """Item that draws one plane: title, pixels and reticle.

    The first panel also draws the compass and the scale bar, the panel of the difference the shift.

    One call of `paint` draws everything: each item of a scene adds to a frame's time, text items
    most. All panels share one camera, so no axes are linked or locked.
    """

    def __init__(self, stage: PanelState, font: QFont) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsToShape, False)
        self._stage = stage
        self._font = font
        self._metrics = QFontMetricsF(font)
        self._texts: dict[str, tuple[QStaticText, float]] = {}
        self.exhibit = PanelContent("")
        self.replacement: PanelContent | None = None
        """Content of another plane that is shown here during a blink or flip."""
        self.value = ""
        """Value under the pointer, as text; empty if the pointer is elsewhere."""
        self.numbers: tuple[tuple[str, ...], ...] = ()
        """Texts of the pixels around the pixel cursor, if this panel shows them."""
        self.first = False
        """Whether this is the first panel of the row, which has compass and scale bar."""

    @property
    def area(self) -> Area:
        """Area below the title, in this panel's coordinates; its corner is on a device pixel."""
        size, at, ratio = self.size(), self.scenePos(), self._stage.ratio
        left, top = -(at.x() * ratio % 1) / ratio, -(at.y() * ratio % 1) / ratio + TITLE_HEIGHT
        return Area(left, top, size.width(), size.height() - TITLE_HEIGHT, ratio)

    def placement(self) -> Placement | None:
        """Place the cutout in this panel; None without a cutout."""
        subject = self._stage.subject
        return None if subject is None else place(self.area, subject, self._stage.view)

    @property
    def covered(self) -> QRect:
        """Part of the scene that upright pixels cover, in whole screen units; empty without."""
        shown, placement = self.replacement or self.exhibit, self.placement()
        if shown.message or shown.image is None or placement is None or placement.tilt:
            return QRect()
        area = self.area
        frame = QRectF(area.left, area.top, area.width, area.height)
        inside = frame.intersected(QRectF(*placement.extent())).translated(self.scenePos())
        left, top = math.ceil(inside.left()), math.ceil(inside.top())
        right, bottom = math.floor(inside.right()), math.floor(inside.bottom())
        return QRect(left, top, max(right - left, 0), max(bottom - top, 0))

    def paint(
        self,
        painter: QPainter | None,
        _option: QStyleOptionGraphicsItem | None = None,
        _widget: QWidget | None = None,
    ) -> None:
        assert painter is not None
        shown = self.replacement or self.exhibit
        area = self.area
        frame = QRectF(area.left, area.top, area.width, area.height)
        placement = self.placement()
        visible = frame
        if placement is not None:
            visible = frame.intersected(QRectF(*placement.extent()))
        painter.setFont(self._font)
        self._paint_title(painter, shown, visible)
        if shown.message:
            self._paint_words(painter, shown.message, frame, visible)
        elif shown.image is not None and placement is not None:
            painter.setClipRect(frame)
            draw_pixels(painter, placement, shown.image)
            self._paint_left_of_divider(painter, frame, placement)
            self._paint_overlays(painter, frame, visible, placement)
            if stage_pixel := self._stage.magnified:
                draw_magnifier(painter, shown.image, placement, stage_pixel, visible)

    def _paint_cursor(
        self, painter: QPainter, visible: QRectF, at: Placement, cursor: tuple[float, float]
    ) -> None:
        """Paint the pixel cursor, and in one panel the numbers around it, on the other side."""
        draw_cursor(painter, at, cursor)
        if self.numbers:
            is_right = at.to_screen(*cursor)[0] > visible.center().x()
            draw_numbers(painter, self.numbers, visible, at_left=is_right)

    def _paint_left_of_divider(self, painter: QPainter, frame: QRectF, at: Placement) -> None:
        """Paint this panel's own plane left of the swipe's divider."""
        own, divider = self.exhibit.image, self._stage.divider
        if divider is None or self.replacement is None or own is None:
            return
        edge = math.floor(frame.left() + divider * frame.width())
        painter.save()
        painter.setClipRect(QRectF(frame.left(), frame.top(), edge - frame.left(), frame.height()))
        draw_pixels(painter, at, own)
        painter.restore()
        painter.fillRect(QRectF(edge - 1, frame.top(), 3, frame.height()), QColor(0, 0, 0, 160))
        accent = QColor(self._stage.tones.accent)
        painter.fillRect(QRectF(edge, frame.top(), 1, frame.height()), accent)

    def _paint_overlays(
        self, painter: QPainter, frame: QRectF, visible: QRectF, placement: Placement
    ) -> None:
        stage, ratio = self._stage, self._stage.ratio
        shown = self.replacement or self.exhibit
        if DisplayStyle.group(shown.plane) != "mask":
            stage.hatch.draw(painter, placement, frame, ratio)
        if stage.reticle and stage.subject is not None:
            x, y = placement.to_screen(stage.subject.x, stage.subject.y)
            draw_reticle(painter, x, y, placement.scale, ratio)
            on_diff = stage.compass and self.exhibit.plane == "diff"
            if stage.shift is not None and on_diff:
                draw_shift(painter, x, y, placement.scale, stage.shift, visible)
            if stage.marks:
                is_shifted = stage.shift is not None
                draw_marks(painter, placement, stage.marks, visible, on_diff, is_shifted)
        if stage.cursor is not None:
            self._paint_cursor(painter, visible, placement, stage.cursor)
        if not (self.first and stage.compass):
            return
        if stage.north is not None and stage.east is not None:
            left, below = compass_extent(stage.north, stage.east)
            corner = visible.bottomLeft() + QPointF(left, -below)
            draw_compass(painter, corner.x(), corner.y(), stage.north, stage.east, ratio)
        if stage.pixel_scale is not None:
            bar = scale_bar(stage.pixel_scale, visible.width() / placement.scale)
            if bar is not None:
                length, label = bar[0] * placement.scale, bar[1]
                draw_scale_bar(
                    painter, visible.right() - 6, visible.bottom() - 4, length, label, ratio
                )

    def _paint_title(self, painter: QPainter, shown: PanelContent, over: QRectF) -> None:
        tones = self._stage.tones
        left, right, top = over.left() + 1, over.right() - 1, over.top() - TITLE_HEIGHT + 2
        standing_in = shown is not self.exhibit
        painter.setPen(QColor(tones.accent if standing_in else tones.text))
        swiping = standing_in and self._stage.divider is not None
        name = f"{self.exhibit.plane} | {shown.plane}" if swiping else shown.plane
        left += self._write(painter, left, top, name) + 10
        # The value under the pointer takes the place of the limits.
        painter.setPen(QColor(tones.text if self.value else tones.dim))
        at_right = self.value or self._fitting_range(shown.range, right - left)
        if at_right:
            # drawText(), not QStaticText: the text is new for each candidate, and a reusable
            # layout costs ten times as much.
            width = self._metrics.horizontalAdvance(at_right)
            if right - width > left:
                right = math.floor(right - width)
                painter.drawText(QPointF(right, top + self._metrics.ascent()), at_right)
            painter.setPen(QColor(tones.dim))
        elif shown.image is not None and not shown.message:
            right = self._paint_mask_key(painter, left, right, top)
        note = f"in place of {self.exhibit.plane}" if standing_in and not swiping else shown.note
        if note and right - left > 30:
            elided = self._metrics.elidedText(note, Qt.TextElideMode.ElideRight, right - left - 8)
            self._write(painter, left, top, elided)

    def _fitting_range(self, limits: str, room: float) -> str:
        """Return the limits; without room for own ones, say at least that the tones differ."""
        if not limits.startswith(OWN_LIMITS):
            return limits
        texts = (limits, OWN_LIMITS, "own")
        return next((t for t in texts if self._metrics.horizontalAdvance(t) < room), "own")

    def _paint_mask_key(self, painter: QPainter, left: float, right: float, top: float) -> float:
        """Paint the meaning of a mask's two tones in place of limits; return its left edge."""
        for word, colour in (("good", MASK_GOOD), ("bad", MASK_BAD)):
            width = self._lay_out_text(word)[1]
            if right - width - 14 < left:
                break
            right -= width
            self._write(painter, right, top, word)
            right -= 14
            swatch = QRectF(math.floor(right), top + 3, 9, 9)
            painter.fillRect(swatch, QColor(colour & 0xFFFFFF))
            painter.drawRect(swatch)
            right -= 10
        return right

    def _paint_words(self, painter: QPainter, words: str, frame: QRectF, visible: QRectF) -> None:
        tones = self._stage.tones
        painter.fillRect(visible, QColor(tones.base))
        painter.setPen(QColor(tones.dim))
        wrap = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
        painter.drawText(frame.adjusted(12, 12, -12, -12), int(wrap), words)

    def _write(self, painter: QPainter, left: float, top: float, text: str) -> float:
        """Draw a text, and return its width."""
        laid_out, width = self._lay_out_text(text)
        painter.drawStaticText(QPointF(math.floor(left), top), laid_out)
        return width

    def _lay_out_text(self, text: str) -> tuple[QStaticText, float]:
        """Return a text laid out, and its width; cached, since most texts recur."""
        cached = self._texts.get(text)
        if cached is None:
            if len(self._texts) > 200:
                self._texts.clear()
            laid_out = QStaticText(text)
            laid_out.setTextFormat(Qt.TextFormat.PlainText)
            laid_out.prepare(font=self._font)
            cached = self._texts[text] = (laid_out, laid_out.size().width())
        return cached
