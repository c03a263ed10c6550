"""Small pictures of one candidate, side by side, for dialogs."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from vetter.gui.panels.plane_panel import picture_to_image
from vetter.gui.widgets.theme import DARK, LIGHT
from vetter.gui.widgets.verdict_style import is_dark
from vetter.review.cutouts.rendered_cutout import RenderedCutout

_SIDE, _GAP, _TITLE = 132, 6, 18
MAX_PICTURES = 4


class FrameStrip(QWidget):
    """Pictures of a frame, rendered as in the panels, with the names of the planes.

    Parameters
    ----------
    planes : sequence of str
        Planes with pictures, best first; `MAX_PICTURES` of those that a frame has are shown.
    """

    def __init__(self, planes: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._planes = tuple(planes)
        self._frame: RenderedCutout | None = None
        self._words = ""
        self.setFixedHeight(_SIDE + _TITLE)
        self.setMinimumWidth(MAX_PICTURES * (_SIDE + _GAP))
        self.setAccessibleName("selected candidate")

    def sizeHint(self) -> QSize:
        return QSize(MAX_PICTURES * (_SIDE + _GAP), _SIDE + _TITLE)

    @property
    def row(self) -> int | None:
        """Row of the candidate whose pixels are shown; None without pixels."""
        return None if self._frame is None else self._frame.row

    @property
    def shown(self) -> list[str]:
        """Planes whose pictures are shown, from left to right; empty without pixels."""
        frame = self._frame
        if frame is None or frame.error:
            return []
        return [name for name in self._planes if name in frame.pictures][:MAX_PICTURES]

    def show_frame(self, frame: RenderedCutout | None, words: str = "") -> None:
        """Show a candidate's frame, or a text without a frame."""
        self._frame, self._words = frame, words
        self.setAccessibleDescription(", ".join(self.shown) or self._message)
        self.update()

    @property
    def _message(self) -> str:
        return self._words if self._frame is None else self._frame.error or "no plane has pixels"

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        tones = DARK if is_dark(self.palette()) else LIGHT
        painter.setPen(QColor(tones.dim))
        frame, left = self._frame, 0.0
        if frame is None or not self.shown:
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self._message)
            painter.end()
            return
        for name in self.shown:
            image, _pixels = picture_to_image(frame.pictures[name])
            painter.drawText(QPointF(left, 13), name)
            scale = _SIDE / max(image.width(), image.height())
            size = image.width() * scale, image.height() * scale
            painter.drawImage(QRectF(left, _TITLE, *size), image)
            left += _SIDE + _GAP
        painter.end()
