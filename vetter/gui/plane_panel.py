"""One panel: a plane's ready pixels under its title, or in words why there are none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QStaticText
from PyQt6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from vetter.core.colour_map import MASK_BAD, MASK_GOOD
from vetter.core.sky import scale_bar
from vetter.gui.camera import Area, Placement, Subject, View, place
from vetter.gui.overlays import compass_room, draw_compass, draw_reticle, draw_scale_bar
from vetter.gui.theme import DARK, Tones

TITLE_HEIGHT = 20.0


@dataclass(eq=False)
class Stage:
    """What all panels have in common; the row of panels changes it, the panels read it."""

    view: View = field(default_factory=View)
    subject: Subject | None = None
    reticle: bool = True
    compass: bool = True
    north: float | None = None
    east: float | None = None
    pixel_scale: float | None = None
    tones: Tones = DARK
    ratio: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Exhibit:
    """What one panel shows: an image that is ready to be drawn, or words."""

    plane: str
    image: QImage | None = None
    words: str = ""
    note: str = ""
    range: str = ""
    # A QImage does not own numpy's memory: the array has to live as long.
    pixels: Any = None


def as_image(picture: npt.NDArray[np.uint32]) -> tuple[QImage, npt.NDArray[np.uint32]]:
    """A picture, first row lowest, as a QImage, first row uppermost, and the memory it uses."""
    pixels = np.ascontiguousarray(picture[::-1])
    rows, columns = pixels.shape
    image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)  # type: ignore[call-overload]
    return image, pixels


class PlanePanel(pg.GraphicsWidget):
    """Draws one plane: title, pixels, reticle, and on the first panel compass and scale bar.

    All in one call of `paint`: every item of a scene costs a frame some of its time, text
    items most. The camera is shared with the other panels, so nothing is linked or locked.
    """

    def __init__(self, stage: Stage, font: QFont) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsToShape, False)
        self._stage = stage
        self._font = font
        self._metrics = QFontMetricsF(font)
        self._texts: dict[str, QStaticText] = {}
        self.exhibit = Exhibit("")
        self.stand_in: Exhibit | None = None
        self.first = False

    @property
    def area(self) -> Area:
        """Where pictures are drawn, in this panel's coordinates, on the device's grid."""
        size, at, ratio = self.size(), self.scenePos(), self._stage.ratio
        left, top = -(at.x() * ratio % 1) / ratio, -(at.y() * ratio % 1) / ratio + TITLE_HEIGHT
        return Area(left, top, size.width(), size.height() - TITLE_HEIGHT, ratio)

    def placement(self) -> Placement | None:
        """Where the cutout lies in this panel."""
        subject = self._stage.subject
        return None if subject is None else place(self.area, subject, self._stage.view)

    def paint(
        self,
        painter: QPainter | None,
        _option: QStyleOptionGraphicsItem | None = None,
        _widget: QWidget | None = None,
    ) -> None:
        assert painter is not None
        shown = self.stand_in or self.exhibit
        painter.setFont(self._font)
        self._paint_title(painter, shown)
        area = self.area
        frame = QRectF(area.left, area.top, area.width, area.height)
        placement = self.placement()
        if shown.words:
            self._paint_words(painter, shown.words, frame, placement)
        elif shown.image is not None and placement is not None:
            painter.setClipRect(frame)
            self._paint_picture(painter, shown.image, placement)
            self._paint_overlays(painter, frame, placement)

    def _paint_picture(self, painter: QPainter, image: QImage, at: Placement) -> None:
        # From -0.5 of the first pixel to +0.5 of the last; nearest neighbour, never smooth.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(
            QRectF(at.left, at.top, at.nx * at.scale, at.ny * at.scale),
            image,
            QRectF(0, 0, image.width(), image.height()),
        )

    def _paint_overlays(self, painter: QPainter, frame: QRectF, at: Placement) -> None:
        stage = self._stage
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if stage.reticle and stage.subject is not None:
            draw_reticle(painter, *at.to_screen(stage.subject.x, stage.subject.y), at.scale)
        if not (self.first and stage.compass):
            return
        seen = frame.intersected(QRectF(at.left, at.top, at.nx * at.scale, at.ny * at.scale))
        if stage.north is not None and stage.east is not None:
            left, below = compass_room(stage.north, stage.east)
            corner = seen.bottomLeft() + QPointF(left, -below)
            draw_compass(painter, corner.x(), corner.y(), stage.north, stage.east)
        if stage.pixel_scale is not None:
            bar = scale_bar(stage.pixel_scale, seen.width() / at.scale)
            if bar is not None:
                length, label = bar
                draw_scale_bar(
                    painter, seen.right() - 10, seen.bottom() - 9, length * at.scale, label
                )

    def _paint_title(self, painter: QPainter, shown: Exhibit) -> None:
        tones, width = self._stage.tones, self.size().width()
        standing_in = self.stand_in is not None and self.stand_in.plane != self.exhibit.plane
        painter.setPen(QColor(tones.accent if standing_in else tones.text))
        base = 2.0
        painter.drawStaticText(QPointF(3, base), self._text(shown.plane))
        used = 3 + self._metrics.horizontalAdvance(shown.plane) + 10
        painter.setPen(QColor(tones.dim))
        note = f"in place of {self.exhibit.plane}" if standing_in else shown.note
        if note and used < width:
            note = self._metrics.elidedText(note, Qt.TextElideMode.ElideRight, width - used)
            painter.drawStaticText(QPointF(used, base), self._text(note))
            used += self._metrics.horizontalAdvance(note) + 10
        if shown.range:
            left = width - self._metrics.horizontalAdvance(shown.range) - 3
            if left > used:
                painter.drawStaticText(QPointF(left, base), self._text(shown.range))
        elif shown.image is not None and not shown.words:
            self._paint_key_of_mask(painter, used, width, base)

    def _paint_key_of_mask(self, painter: QPainter, used: float, width: float, base: float) -> None:
        """A mask has no range of values: what its two tones mean stands there instead."""
        left = width - 3
        for word, colour in (("good", MASK_GOOD), ("bad", MASK_BAD)):
            left -= self._metrics.horizontalAdvance(word)
            if left - 14 < used:
                return
            painter.drawStaticText(QPointF(left, base), self._text(word))
            left -= 14
            swatch = QRectF(left, base + 3, 9, 9)
            painter.fillRect(swatch, QColor(colour & 0xFFFFFF))
            painter.drawRect(swatch)
            left -= 10

    def _paint_words(
        self, painter: QPainter, words: str, frame: QRectF, placement: Placement | None
    ) -> None:
        tones = self._stage.tones
        box = frame
        if placement is not None:
            box = frame.intersected(
                QRectF(
                    placement.left,
                    placement.top,
                    placement.nx * placement.scale,
                    placement.ny * placement.scale,
                )
            )
        painter.fillRect(box, QColor(tones.base))
        painter.setPen(QColor(tones.dim))
        wrap = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
        painter.drawText(frame.adjusted(12, 12, -12, -12), int(wrap), words)

    def _text(self, text: str) -> QStaticText:
        """Laid out once for each text: titles are the same for thousands of candidates."""
        laid_out = self._texts.get(text)
        if laid_out is None:
            if len(self._texts) > 200:
                self._texts.clear()
            laid_out = QStaticText(text)
            laid_out.setTextFormat(Qt.TextFormat.PlainText)
            self._texts[text] = laid_out
        return laid_out
