"""A few planes of one candidate side by side, small: enough to see what is about to be decided."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from vetter.gui.panels.plane_panel import as_image
from vetter.gui.widgets.theme import DARK, LIGHT
from vetter.gui.widgets.verdict_style import is_dark
from vetter.review.cutouts.rendered_cutout import Frame

PLANES = ("image", "convolved", "diff", "adjusted", "template")
_SIDE, _GAP, _TITLE = 132, 6, 18
MOST = 4


class FrameStrip(QWidget):
    """Pictures of a frame as the panels have them, with their names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self._words = ""
        self.setFixedHeight(_SIDE + _TITLE)
        self.setMinimumWidth(MOST * (_SIDE + _GAP))
        self.setAccessibleName("the chosen candidate")

    def sizeHint(self) -> QSize:
        return QSize(MOST * (_SIDE + _GAP), _SIDE + _TITLE)

    @property
    def row(self) -> int | None:
        """The candidate whose pixels are shown; None while there are none."""
        return None if self._frame is None else self._frame.row

    def show_frame(self, frame: Frame | None, words: str = "") -> None:
        """Show a candidate, or words where its pixels are not there."""
        self._frame, self._words = frame, words
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        tones = DARK if is_dark(self.palette()) else LIGHT
        painter.setPen(QColor(tones.dim))
        frame = self._frame
        words = self._words if frame is None else frame.error or ""
        if frame is None or words:
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), words)
            painter.end()
            return
        left = 0.0
        for name in [name for name in PLANES if name in frame.pictures][:MOST]:
            image, _pixels = as_image(frame.pictures[name])
            painter.drawText(QPointF(left, 13), name)
            scale = _SIDE / max(image.width(), image.height())
            size = image.width() * scale, image.height() * scale
            painter.drawImage(QRectF(left, _TITLE, *size), image)
            left += _SIDE + _GAP
        painter.end()
