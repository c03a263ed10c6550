"""Tile of one epoch in the row: its picture, and beside it time, filter and verdict."""

from __future__ import annotations

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QFontMetrics, QImage, QPainter, QPalette, QPen

from vetter.core.coordinates.times import time_text
from vetter.core.judgement.answer import NOT_FITTED
from vetter.gui.widgets.answer_style import answer_badge, answer_word
from vetter.gui.widgets.verdict_style import WORDS, badge, is_dark
from vetter.review.cutouts.epoch_row import Epoch

TILE = 72
GAP = 5
BADGE = 13
NOT_FOUND = "not found"

_LEFT = int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignVCenter)
_MIDDLE = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)


def tile_width(metrics: QFontMetrics) -> int:
    """Return the width of a tile: the picture and the text beside it."""
    return TILE + 6 + metrics.horizontalAdvance(f"{NOT_FOUND} ")


def tool_tip(epoch: Epoch, code: int, answer: int = NOT_FITTED) -> str:
    """Return name, time, filter, answer and verdict of an epoch, a line each.

    ``code`` is the verdict's, ``answer`` that of the fit's answer.
    """
    lines = [epoch.name, time_text(epoch.time), f"filter {epoch.filter}"]
    if answer != NOT_FITTED:
        lines.append(f"fit: {answer_word(answer)}")
    lines.append(
        "no candidate in this place" if epoch.row < 0 else f"{WORDS[code]}; click: go there"
    )
    return "\n".join(line for line in lines if line.strip() and line != "filter ")


def paint_tile(
    painter: QPainter,
    rect: QRect,
    epoch: Epoch,
    picture: QImage | str | None,
    code: int,
    current: bool,
    palette: QPalette,
    ratio: float,
    answer: int = NOT_FITTED,
) -> None:
    """Paint an epoch.

    Parameters
    ----------
    rect : QRect
        Area of the tile, `TILE` pixels high.
    picture : QImage, str or None
        The picture, the reason why there is no picture, or None while it is made.
    code : int
        Code of the verdict; -1 for an image without a candidate.
    current : bool
        Whether it is the candidate in the panels.
    ratio : float
        Device pixels per pixel of the widget.
    answer : int
        Code of the fit's answer.
    """
    frame = QRect(rect.x(), rect.y(), TILE, TILE)
    _paint_picture(painter, frame, picture, palette)
    if code < 0:
        # Besides the text: a dashed frame around a place without a candidate.
        around = frame.adjusted(1, 1, -2, -2)
        painter.setPen(QPen(palette.window().color(), 3))
        painter.drawRect(around)
        painter.setPen(QPen(palette.text().color(), 1, Qt.PenStyle.DashLine))
        painter.drawRect(around)
    if current:
        painter.setPen(QPen(palette.text().color(), 2))
        painter.drawRect(rect.adjusted(0, 0, -1, -1))
    _paint_texts(painter, rect, epoch, code, palette, ratio, answer)


def _paint_picture(
    painter: QPainter, frame: QRect, picture: QImage | str | None, palette: QPalette
) -> None:
    if isinstance(picture, QImage):
        size = picture.deviceIndependentSize().toSize()
        x = frame.x() + (TILE - size.width()) // 2
        painter.drawImage(x, frame.y() + (TILE - size.height()) // 2, picture)
        return
    painter.fillRect(frame, palette.base())
    painter.setPen(palette.placeholderText().color())
    painter.drawText(frame.adjusted(3, 0, -3, 0), _MIDDLE, picture or "loading")


def _paint_texts(
    painter: QPainter,
    rect: QRect,
    epoch: Epoch,
    code: int,
    palette: QPalette,
    ratio: float,
    answer: int,
) -> None:
    metrics = painter.fontMetrics()
    left, height = rect.x() + TILE + 6, metrics.height()
    room = rect.right() - left - 2
    date, _, clock = epoch.time.partition("T")
    first = date[2:] or epoch.name
    painter.setPen(palette.text().color())
    for line, text in enumerate((first, clock[:5], epoch.filter)):
        if line == 1:
            painter.setPen(palette.placeholderText().color())
        words = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(left, rect.y() + 2 + line * height, room, height), _LEFT, words)
    below = rect.y() + 2 + 3 * height
    if code < 0:
        painter.drawText(QRect(left, below, room, height), _LEFT, NOT_FOUND)
        return
    dark = is_dark(palette)
    top = below + (height - BADGE) // 2
    painter.drawPixmap(left, top, badge(code, BADGE, dark, ratio))
    if answer != NOT_FITTED:
        painter.drawPixmap(left + BADGE + 6, top, answer_badge(answer, BADGE, dark, ratio))
