"""Camera on a plane of points: zoom, pan, and the band that selects points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPolygonF, QWheelEvent
from PyQt6.QtWidgets import QWidget

from vetter.gui.field_view.points import Points, Rows, is_inside_polygon

Array = npt.NDArray[np.float64]

MIN_SIZE = QSize(140, 140)
_MIN_DRAG_PIXELS = 5.0
_POINTER_REACH_PIXELS = 10.0


class FieldCamera(QWidget):
    """Widget that maps points to the screen, and selects, zooms and pans by the mouse.

    Dragging with the left button selects, with Shift in addition; a click goes to the nearest
    candidate. The wheel zooms, dragging with the right button pans, a double click fits.

    `banded` carries the rows in the band, and whether they add to the selection.
    `picked` carries a row of the candidate list.
    """

    banded = pyqtSignal(object, bool)
    picked = pyqtSignal(int)

    margins = (8.0, 8.0, 8.0, 24.0)
    """Screen pixels around the plane: left, top, right, bottom."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points = Points()
        self.lasso = False
        self._zoom, self._middle = 1.0, QPointF(0.5, 0.5)
        self._band: list[QPointF] = []
        self._grip: QPointF | None = None
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(MIN_SIZE)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Part of the plane shown when fitted: x from, to, y from, to."""
        raise NotImplementedError

    def where(self) -> Array:
        """Return the position of each candidate in the plane, shape (n, 2)."""
        raise NotImplementedError

    def repaint_points(self) -> None:
        """Repaint the points at the next paint event."""
        raise NotImplementedError

    def fit_view(self) -> None:
        """Show the whole plane."""
        self._zoom, self._middle = 1.0, QPointF(0.5, 0.5)
        self.repaint_points()

    @property
    def zoomed(self) -> bool:
        """Whether the user has zoomed or moved the plane."""
        return self._zoom != 1.0 or self._middle != QPointF(0.5, 0.5)

    @property
    def frame(self) -> QRectF:
        """Largest undistorted rectangle of the plane on the screen, before any zoom."""
        left, top, right, bottom = self.margins
        room = QRectF(self.rect()).adjusted(left, top, -right, -bottom)
        x0, x1, y0, y1 = self.extent
        scale = min(room.width() / (x1 - x0), room.height() / (y1 - y0))
        size = QPointF(scale * (x1 - x0), scale * (y1 - y0))
        corner = room.center() - size / 2
        return QRectF(corner.x(), corner.y(), max(size.x(), 1.0), max(size.y(), 1.0))

    @property
    def scale(self) -> float:
        """Screen pixels per unit of the plane."""
        x0, x1, _, _ = self.extent
        return self.frame.width() * self._zoom / (x1 - x0)

    def to_screen(self, places: Array) -> Array:
        """Convert positions (n, 2) in the plane, y up, to pixels of this widget."""
        x0, x1, y0, y1 = self.extent
        centre, scale = self.frame.center(), self.scale
        mx = x0 + self._middle.x() * (x1 - x0)
        my = y0 + self._middle.y() * (y1 - y0)
        return np.column_stack(
            [centre.x() + (places[:, 0] - mx) * scale, centre.y() - (places[:, 1] - my) * scale]
        )

    def _outline(self) -> QPolygonF:
        if self.lasso:
            return QPolygonF(self._band)
        return QPolygonF(QRectF(self._band[0], self._band[-1]).normalized())

    def _indices_in_band(self) -> Rows:
        """Return the indices of the points inside the band."""
        at = self.to_screen(self.where())
        outline = self._outline()
        corners = np.array([(p.x(), p.y()) for p in (outline.at(i) for i in range(len(outline)))])
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        x, y = at[:, 0], at[:, 1]
        with np.errstate(invalid="ignore"):
            near = np.nonzero((x >= left) & (x <= right) & (y >= top) & (y <= bottom))[0]
        return near[is_inside_polygon(at[near], corners)] if self.lasso else near

    def _nearest(self, position: QPointF) -> int | None:
        at = self.to_screen(self.where())
        away = np.hypot(at[:, 0] - position.x(), at[:, 1] - position.y())
        if not len(away) or not np.nanmin(away, initial=np.inf) <= _POINTER_REACH_PIXELS:
            return None
        return int(np.nanargmin(away))

    def row_at(self, point: QPoint) -> int:
        """Return the row of the candidate at a point; -1 without one in the pointer's reach."""
        place = self._nearest(QPointF(point))
        return -1 if place is None else int(self.points.rows[place])

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.button() == Qt.MouseButton.LeftButton:
            self._band = [event.position()]
        else:
            self._grip = event.position()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._grip is not None:
            moved, self._grip = event.position() - self._grip, event.position()
            size = self.frame.width() * self._zoom, self.frame.height() * self._zoom
            self._middle += QPointF(-moved.x() / size[0], moved.y() / size[1])
            self.repaint_points()
        elif self._band:
            far = event.position() - self._band[0]
            if len(self._band) > 1 or abs(far.x()) + abs(far.y()) > _MIN_DRAG_PIXELS:
                self._band.append(event.position())
                self.update()
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        self._grip = None
        if event.button() == Qt.MouseButton.LeftButton and self._band:
            if len(self._band) > 1:
                self._band.append(event.position())
                more = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                caught = self.points.rows[self._indices_in_band()].tolist()
                self._band = []
                self.banded.emit(caught, more)
            else:
                self._band = []
                place = self._nearest(event.position())
                if place is not None:
                    self.picked.emit(int(self.points.rows[place]))
            self.update()
        event.accept()

    def mouseDoubleClickEvent(self, _event: QMouseEvent | None) -> None:
        self.fit_view()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        assert event is not None
        zoom = min(max(self._zoom * 2 ** (event.angleDelta().y() / 480), 1.0), 40.0)
        frame, at = self.frame, event.position() - self.frame.center()
        # The position under the pointer stays.
        gain = 1 / self._zoom - 1 / zoom
        self._middle += QPointF(at.x() / frame.width(), -at.y() / frame.height()) * gain
        self._zoom = zoom
        if zoom == 1.0:
            self._middle = QPointF(0.5, 0.5)
        self.repaint_points()
        event.accept()
