"""The panels side by side: one scene, one camera, built once and used for every candidate."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFont, QMouseEvent, QResizeEvent, QWheelEvent
from PyQt6.QtWidgets import QGraphicsView, QWidget

from vetter.core.look import SHARING
from vetter.gui.camera import Subject, View, dragged, rows_for, zoomed
from vetter.gui.plane_panel import TITLE_HEIGHT, Exhibit, PlanePanel, Stage, as_image
from vetter.gui.theme import DARK, LIGHT
from vetter.review.frame import Frame

ZOOM_STEP = math.sqrt(2)
NOTCH = 2**0.25
_GAP = 6.0


class PlaneRow(pg.GraphicsLayoutWidget):
    """Shows a frame: one panel a plane, in one row or two, all looking at the same place.

    Wheel zooms about the pointer, dragging pans, a double click fits; dragging with the right
    button changes bias (across) and contrast (up and down). None of it needs the keyboard.

    `pointer` carries the cutout pixel (x, y) under the mouse, 0-based, or None.
    `contrast_dragged` carries a plane and how far the mouse went, in parts of the panel.
    """

    pointer = pyqtSignal(object)
    contrast_dragged = pyqtSignal(str, float, float)

    def __init__(self, parent: QWidget | None = None, font: QFont | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(QSize(240, 160))
        # Whatever changes changes all panels: the bookkeeping of partial updates costs more.
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        # One fill of the ground is enough: not a cached one over the viewport's own.
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self._viewport().setAutoFillBackground(False)
        self._viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.ci.setContentsMargins(0, 0, 0, 0)
        self.ci.setSpacing(_GAP)
        self._font = font or self.font()
        self._stage = Stage(ratio=self.devicePixelRatioF())
        self._panels: dict[str, PlanePanel] = {}
        self._names: tuple[str, ...] = ()
        self._arranged: tuple[tuple[str, ...], int] = ((), 0)
        self._fit_seen = False
        self._row: int | None = None
        self._blinked = "image"
        self._flipped = False
        self._grip: tuple[Qt.MouseButton, QPointF, PlanePanel] | None = None
        self.set_theme(dark=True)

    @property
    def reticle_shown(self) -> bool:
        """Whether the candidate's place is marked."""
        return self._stage.reticle

    @property
    def view(self) -> View:
        """Zoom and place looked at."""
        return self._stage.view

    @property
    def plane_names(self) -> tuple[str, ...]:
        """The panels on screen, in order."""
        return self._names

    def panel(self, plane: str) -> PlanePanel:
        """The panel of a plane; KeyError where there is none."""
        return self._panels[plane]

    def show_frame(self, frame: Frame) -> None:
        """Show a candidate; painted by `flush`, or when the event loop comes to it."""
        if frame.row != self._row:
            self._blinked = "image"
        self._row = frame.row
        stage = self._stage
        stage.north, stage.east, stage.pixel_scale = frame.north, frame.east, frame.pixel_scale
        shape = frame.shape
        x, y = frame.position or (0.0, 0.0)
        stage.subject = None if shape is None else Subject(shape[1], shape[0], x, y)
        names = frame.plane_names
        self._fit_seen = self._fit_seen or "adjusted" in names
        if not names:
            names = self._names or ("image",)
        elif self._fit_seen and "adjusted" not in names:
            # Panels keep their size and place from one candidate to the next.
            names = (*names, "adjusted")
        self._set_names(names)
        for name in names:
            self._panels[name].exhibit = _exhibit(frame, name, first=name == names[0])
        self._set_stand_in()
        self._repaint_soon()

    def show_loading(self, name: str, plane_names: tuple[str, ...]) -> None:
        """Say that a candidate is coming; no pixel of another one stays on screen."""
        self._row = None
        self._blinked = "image"
        self._stage.subject = None
        if self._fit_seen and "adjusted" not in plane_names:
            plane_names = (*plane_names, "adjusted")
        self._set_names(plane_names or self._names or ("image",))
        for plane in self._names:
            self._panels[plane].exhibit = Exhibit(plane, words=f"loading {name}")
        self._set_stand_in()
        self._repaint_soon()

    def flush(self) -> None:
        """Paint now."""
        self._viewport().repaint()

    def set_reticle(self, shown: bool) -> None:
        """Mark the candidate's place, or not."""
        self._stage.reticle = shown
        self._repaint_soon()

    def set_compass(self, shown: bool) -> None:
        """Draw compass and scale bar on the first panel, or not."""
        self._stage.compass = shown
        self._repaint_soon()

    def set_flip(self, flipped: bool) -> None:
        """Show the template in the image's place, as long as it is set."""
        if flipped != self._flipped:
            self._flipped = flipped
            self._set_stand_in()
            self._repaint_soon()

    def blink_step(self, step: int) -> None:
        """Show the next of image, template and convolved template in the image's place."""
        cycle = self._blinking()
        if len(cycle) < 2:
            return
        at = cycle.index(self._blinked) if self._blinked in cycle else 0
        self._blinked = cycle[(at + step) % len(cycle)]
        self._set_stand_in()
        self._repaint_soon()

    def zoom_in(self) -> None:
        """One step closer to the middle of the view."""
        self._zoom(ZOOM_STEP)

    def zoom_out(self) -> None:
        """One step away."""
        self._zoom(1 / ZOOM_STEP)

    def fit_view(self) -> None:
        """The whole cutout in each panel."""
        self._stage.view = View()
        self._repaint_soon()

    def set_theme(self, dark: bool) -> None:
        """Dark or light surroundings; the pixels stay as they are."""
        self._stage.tones = DARK if dark else LIGHT
        self.setBackground(self._stage.tones.window)
        self._repaint_soon()

    def arrange(self) -> None:
        """Put the panels in one row or two, whichever makes the pixels larger."""
        width, height = self.width(), self.height()
        rows = rows_for(len(self._names), width, height, TITLE_HEIGHT)
        if self._arranged != (self._names, rows):
            for item in list(self.ci.items):
                self.ci.removeItem(item)
            columns = math.ceil(len(self._names) / rows)
            for index, name in enumerate(self._names):
                self.ci.addItem(self._panels[name], index // columns, index % columns)
                self._panels[name].show()
            self._even_out(rows, columns)
            for name, panel in self._panels.items():
                panel.setVisible(name in self._names)
            self._arranged = (self._names, rows)
        self.ci.layout.activate()

    def _even_out(self, rows: int, columns: int) -> None:
        layout = self.ci.layout
        for row in range(max(rows, layout.rowCount())):
            layout.setRowStretchFactor(row, 1 if row < rows else 0)
        for column in range(max(columns, layout.columnCount())):
            layout.setColumnStretchFactor(column, 1 if column < columns else 0)

    def _set_names(self, names: tuple[str, ...]) -> None:
        if names == self._names:
            return
        for name in names:
            if name not in self._panels:
                self._panels[name] = PlanePanel(self._stage, self._font)
        for name, panel in self._panels.items():
            panel.first = name == names[0]
        self._names = names
        self.arrange()

    def _blinking(self) -> list[str]:
        return [
            name
            for name in SHARING
            if name in self._names and self._panels[name].exhibit.image is not None
        ]

    def _set_stand_in(self) -> None:
        if "image" not in self._panels:
            return
        other = self._blinked
        if self._flipped:
            other = next((name for name in self._blinking() if name != "image"), "image")
        shown = other in self._blinking() and other != "image"
        self._panels["image"].stand_in = self._panels[other].exhibit if shown else None

    def _zoom(
        self, factor: float, panel: PlanePanel | None = None, at: QPointF | None = None
    ) -> None:
        stage = self._stage
        panel = panel or (self._panels[self._names[0]] if self._names else None)
        if panel is None or stage.subject is None:
            return
        where = None if at is None else (at.x(), at.y())
        stage.view = zoomed(stage.view, factor, panel.area, stage.subject, where)
        self._repaint_soon()

    def _repaint_soon(self) -> None:
        # Not through the items: their updates would come as a second paint after `flush`.
        self._viewport().update()

    def _viewport(self) -> QWidget:
        viewport = self.viewport()
        assert viewport is not None
        return viewport

    def _panel_at(self, position: QPointF) -> tuple[PlanePanel, QPointF] | None:
        """The panel at a place in this widget, and the place in that panel's coordinates."""
        for name in self._names:
            panel = self._panels[name]
            inside = panel.mapFromScene(self.mapToScene(position.toPoint()))
            if panel.contains(inside):
                return panel, inside
        return None

    def _tell_pointer(self, position: QPointF) -> None:
        found = self._panel_at(position)
        pixel = None
        if found is not None:
            panel, inside = found
            placement = panel.placement()
            if placement is not None:
                x, y = placement.to_pixel(inside.x(), inside.y())
                pixel = (x, y) if placement.holds(x, y) else None
        self.pointer.emit(pixel)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_names"):
            self._stage.ratio = self.devicePixelRatioF()
            self.arrange()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        assert event is not None
        found = self._panel_at(event.position())
        if found is not None:
            self._zoom(NOTCH ** (event.angleDelta().y() / 120), *found)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        found = self._panel_at(event.position())
        if found is not None:
            self._grip = (event.button(), event.position(), found[0])
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._grip is not None:
            button, last, panel = self._grip
            moved = event.position() - last
            self._grip = (button, event.position(), panel)
            if button == Qt.MouseButton.RightButton:
                self._drag_contrast(panel, moved)
            elif self._stage.subject is not None:
                stage = self._stage
                stage.view = dragged(
                    stage.view, moved.x(), moved.y(), panel.area, self._stage.subject
                )
                self._repaint_soon()
        self._tell_pointer(event.position())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        self._grip = None
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit_view()
        event.accept()

    def leaveEvent(self, _event: object) -> None:
        self.pointer.emit(None)

    def _drag_contrast(self, panel: PlanePanel, moved: QPointF) -> None:
        # In parts of the panel, so that it does the same at every zoom.
        size = panel.size()
        self.contrast_dragged.emit(
            panel.exhibit.plane, moved.x() / size.width(), -moved.y() / size.height()
        )


def _exhibit(frame: Frame, plane: str, first: bool) -> Exhibit:
    note = frame.notes.get(plane, "")
    words = frame.states.get(plane, "")
    if frame.error is not None:
        return Exhibit(plane, words=frame.error if first else "no cutout")
    picture = frame.pictures.get(plane)
    if picture is None:
        return Exhibit(plane, words=words or "not fitted", note=note)
    image, pixels = as_image(picture)
    ends = frame.limits.get(plane)
    shown_range = "" if ends is None else f"{_short(ends[0])} to {_short(ends[1])}"
    return Exhibit(plane, image, words, note, shown_range, pixels)


def _short(value: float) -> str:
    return f"{value:.3g}".replace("e+0", "e").replace("e-0", "e-").replace("-", "\N{MINUS SIGN}")
