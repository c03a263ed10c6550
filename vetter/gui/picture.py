"""The panels as an image: what a screenshot or a PNG in an export holds."""

from __future__ import annotations

from PyQt6.QtGui import QImage

from vetter.gui.plane_row import PlaneRow
from vetter.review.frame import Frame


def picture(plane_row: PlaneRow) -> QImage:
    """The panels as they are on screen, at the screen's resolution."""
    return plane_row.grab().toImage()


def picture_of(frame: Frame, width: int = 1200, height: int = 640, dark: bool = True) -> QImage:
    """The panels of a frame, drawn without a window, of this size in pixels.

    Wants a QApplication and its thread.
    """
    row = PlaneRow()
    row.resize(width, height)
    row.set_theme(dark)
    row.show_frame(frame)
    drawn = picture(row)
    row.close()
    return drawn
