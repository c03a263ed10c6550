"""Surroundings of the candidate on screen, in the room that the panels leave."""

from __future__ import annotations

import math

from PyQt6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer
from PyQt6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PyQt6.QtWidgets import QToolTip, QWidget

from vetter.core.display.rendering import Picture
from vetter.gui.panels.plane_panel import TITLE_HEIGHT, picture_to_image
from vetter.gui.panels.tools.overlays import compass_extent, draw_compass, draw_ring
from vetter.gui.widgets.plain_text import plain_tip
from vetter.gui.widgets.theme import DARK, LIGHT
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.cutouts.surround import Surround, has_surroundings
from vetter.review.session import Session

REST_MS = 80
"""Rest on a candidate after which its surroundings are read: moving keys do not wait for them."""
REACH = 9.0
"""Distance at which a click or the pointer reaches a mark, screen units."""
_HALO = QColor(0, 0, 0, 200)
_FOOTPRINT = QColor("#9df29a")
_OTHER = QColor("#ffd166")


class SurroundView(QWidget):
    """Picture of the surroundings, north up, with the cutout's footprint and other candidates.

    A click on a candidate's ring goes to it. The pixels are read on the builder's thread; until
    then, and under another candidate's name, the picture is empty. A widget of its own, so that
    its arrival repaints no panel.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
        Builds the surroundings.
    parent : QWidget
        Widget of the panels, which gives this widget its place.
    """

    def __init__(self, session: Session, cache: CutoutCache, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._cache = session, cache
        self._row = -1
        self._tones = DARK
        self._shown: Surround | None = None
        self._image: QImage | None = None
        self._memory: object = None
        self._mask: Picture | None = None
        self.is_wanted = True
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("surroundings")
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._request)
        cache.surround_ready.connect(self._on_ready)
        self.hide()

    @property
    def can_be_offered(self) -> bool:
        """Whether the candidates have surroundings."""
        return has_surroundings(self._session.source)

    @property
    def is_offered(self) -> bool:
        """Whether the candidates have surroundings and the user wants them shown."""
        return self.is_wanted and self.can_be_offered

    @property
    def shown(self) -> Surround | None:
        """Surroundings on screen; None while they are read."""
        return self._shown

    def set_theme(self, dark: bool) -> None:
        """Set dark or light surroundings of the picture."""
        self._tones = DARK if dark else LIGHT
        self.update()

    def turn_to(self, row: int, mask: Picture | None = None) -> None:
        """Show the surroundings of another candidate if they were read ahead, else none.

        Parameters
        ----------
        row : int
            The candidate.
        mask : ndarray of uint32, optional
            Picture of its mask, shown in place of the surroundings: a bad pixel is near.
        """
        if not self.isVisible():
            self._show(row, None, mask)
            return
        made = self._cache.surround(row) if mask is None else None
        if row != self._row or made is not self._shown or mask is not self._mask:
            self._show(row, made, mask)
            # Now, with the panels: no candidate is shown in the surroundings of another.
            self.repaint()
        self._rest.start()

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        if self._row >= 0:
            # Candidates that came while there was no room for this view.
            made = self._cache.surround(self._row) if self._mask is None else None
            self._show(self._row, made, self._mask)
            self._rest.start()

    def stop(self) -> None:
        """Read no more surroundings."""
        self._rest.stop()

    def row_at(self, position: QPointF) -> int | None:
        """Return the row of the candidate whose mark is nearest to a point, within reach."""
        made = self._shown
        if made is None or not len(made.rows):
            return None
        frame = self._frame()
        spots = [self._spot(frame, *point) - position for point in made.points]
        lengths = [math.hypot(spot.x(), spot.y()) for spot in spots]
        nearest = min(range(len(lengths)), key=lengths.__getitem__)
        return int(made.rows[nearest]) if lengths[nearest] <= REACH else None

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QHelpEvent):
            row = self.row_at(QPointF(event.pos()))
            name = "" if row is None else self._session.candidates.name(row)
            QToolTip.showText(event.globalPos(), plain_tip(name), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        over = self.row_at(event.position()) is not None
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        row = self.row_at(event.position())
        if row is not None and event.button() == Qt.MouseButton.LeftButton:
            self._session.go_to_row(row)
        event.accept()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter, tones = QPainter(self), self._tones
        painter.fillRect(self.rect(), QColor(tones.window))
        made, frame = self._shown, self._frame()
        painter.setPen(QColor(tones.text))
        ascent = painter.fontMetrics().ascent()
        title = "surroundings" if made is None else f"surroundings, {made.wider:.3g} x"
        title = title if self._mask is None else "mask: bad pixels near"
        room = int(frame.width() - 2)
        title = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(1, 2 + ascent), title)
        if self._image is None:
            painter.fillRect(frame, QColor(tones.base))
        else:
            painter.drawImage(_fitting(frame, self._image), self._image)
        if made is not None:
            self._draw_marks(painter, made, frame)
        painter.end()

    def _draw_marks(self, painter: QPainter, made: Surround, frame: QRectF) -> None:
        """Draw the footprint, the other candidates (crossed out if decided) and the compass."""
        painter.setClipRect(frame)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        codes, ratio = self._session.codes, self.devicePixelRatioF()
        for row, point in zip(made.rows, made.points, strict=True):
            spot = self._spot(frame, *point)
            draw_ring(painter, spot.x(), spot.y(), _OTHER, bool(codes[row]), ratio)
        left, lower, right, upper = made.footprint
        corner, other = self._spot(frame, left, upper), self._spot(frame, right, lower)
        for pen in (QPen(_HALO, 3), QPen(_FOOTPRINT, 1)):
            painter.setPen(pen)
            painter.drawRect(QRectF(corner, other))
        if made.north is not None and made.east is not None:
            across, below = compass_extent(made.north, made.east)
            place = frame.bottomLeft() + QPointF(across, -below)
            draw_compass(painter, place.x(), place.y(), made.north, made.east, ratio)

    def _frame(self) -> QRectF:
        return QRectF(0, TITLE_HEIGHT, self.width(), self.height() - TITLE_HEIGHT)

    @staticmethod
    def _spot(frame: QRectF, x: float, y: float) -> QPointF:
        return QPointF(frame.left() + x * frame.width(), frame.bottom() - y * frame.height())

    def _show(self, row: int, made: Surround | None, mask: Picture | None) -> None:
        self._row, self._shown, self._mask = row, made, mask
        picture = mask if made is None else made.picture
        self._image = self._memory = None
        if picture is not None:
            self._image, self._memory = picture_to_image(picture)

    def _request(self) -> None:
        session = self._session
        if self._row < 0 or self._mask is not None or not self.isVisible():
            return
        coming = session.queue.step(session.current_row, session.direction)
        rows = [self._row] if coming is None else [self._row, coming]
        self._cache.want_surrounds(rows)

    def _on_ready(self, row: int) -> None:
        if row == self._row and self._mask is None and self.isVisible():
            self._show(row, self._cache.surround(row), None)
            self.update()


def _fitting(frame: QRectF, image: QImage) -> QRectF:
    """Return the largest place in a square for an image that may not be square."""
    scale = frame.width() / max(image.width(), image.height())
    place = QRectF(0, 0, image.width() * scale, image.height() * scale)
    place.moveCenter(frame.center())
    return place
