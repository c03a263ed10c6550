"""Scene of the panels: their arrangement, their common camera, and the mouse."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from vetter.gui.panels.layout.arrangement import Arrangement, Kind, Room, Tile, arrange_panels
from vetter.gui.panels.layout.camera import View, drag_view, zoom_view
from vetter.gui.panels.plane_panel import TITLE_HEIGHT, PanelState, PlanePanel
from vetter.gui.widgets.theme import DARK, LIGHT

ZOOM_STEP = math.sqrt(2)
ZOOM_PER_NOTCH = 2**0.25
_GAP = 6.0
_NEAR = 0.1
"""Relative change of the size within which the arrangement is kept unless another is better."""


class PanelScene(QGraphicsView):
    """Panels in one scene, all with the same centre and zoom.

    It is Qt's own view: pyqtgraph takes 60 ms of a start to import, and adds work to each event.

    The wheel zooms about the pointer, dragging pans, a double click makes a panel large or small
    again; dragging with the right button changes bias (across) and contrast (up and down). The
    mouse actions leave the keyboard focus alone.

    `pointer` carries the cutout pixel (x, y) under the mouse, 0-based, or None.
    `contrast_dragged` carries a plane and the way (across, up) as fractions of a panel.
    """

    pointer = pyqtSignal(object)
    contrast_dragged = pyqtSignal(str, float, float)
    arranged = pyqtSignal(int)
    """The panels have new places; carries the height in use."""

    def __init__(self, parent: QWidget | None = None, font: QFont | None = None) -> None:
        super().__init__(parent)
        # NoIndex: the few panels move together.
        self._items = QGraphicsScene(self)
        self._items.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setScene(self._items)
        self.setFrameShape(QFrame.Shape.NoFrame)
        for set_policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            set_policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(QSize(160, 60))
        # Every change affects all panels, so bookkeeping of partial updates would cost more.
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        # paintEvent() fills the background; a cached fill would be a second one.
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self._viewport().setAutoFillBackground(False)
        self._viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._font = font or self.font()
        self._stage = PanelState(ratio=self.devicePixelRatioF())
        self._panels: dict[str, PlanePanel] = {}
        self._names: tuple[str, ...] = ()
        self._arrangement: Arrangement | None = None
        self._arranged_for = (0, 0)
        self._large: str | None = None
        self._pointed: str | None = None
        self._surround: QWidget | None = None
        self._pixels = 0
        self._used = QRect()
        self._prepared: tuple[object, QImage] | None = None
        self._painted: QImage | None = None
        self._spare: QImage | None = None
        """Picture that was on screen before: the next is painted into its memory, since giving
        it back would take 0.4 ms of a key."""
        self._grip: tuple[Qt.MouseButton, QPointF, PlanePanel] | None = None
        self.set_theme(dark=True)

    @property
    def is_reticle_shown(self) -> bool:
        """Whether the reticle marks the candidate's position."""
        return self._stage.reticle

    @property
    def view(self) -> View:
        """Zoom and centre of the view."""
        return self._stage.view

    @property
    def plane_names(self) -> tuple[str, ...]:
        """The panels on screen, in order."""
        return self._names

    @property
    def used_height(self) -> int:
        """Height of the panels, from the upper edge of this widget."""
        return self._used.height()

    def panel(self, plane: str) -> PlanePanel:
        """Return the panel of a plane; a plane without a panel raises KeyError."""
        return self._panels[plane]

    def plane_at(self, point: QPoint) -> str | None:
        """Return the plane of the panel at a point of the viewport, or None."""
        found = self._panel_at(QPointF(point))
        return None if found is None else found[0].exhibit.plane

    def flush(self) -> None:
        """Paint now."""
        self._viewport().repaint()

    def set_reticle(self, shown: bool) -> None:
        """Show or hide the reticle at the candidate's position."""
        self._stage.reticle = shown
        self._repaint_soon()

    def set_compass(self, shown: bool) -> None:
        """Show or hide compass and scale bar on the first panel."""
        self._stage.compass = shown
        self._repaint_soon()

    def zoom_in(self) -> None:
        """Zoom in one step about the middle of the view."""
        self._zoom(ZOOM_STEP)

    def zoom_out(self) -> None:
        """Zoom out one step."""
        self._zoom(1 / ZOOM_STEP)

    def fit_view(self) -> None:
        """Show the whole cutout in each panel."""
        self._stage.view = View()
        self._repaint_soon()

    @property
    def large(self) -> str | None:
        """Plane whose panel the user made large, or None."""
        return self._large if self._large in self._names else None

    def toggle_large(self, plane: str | None = None) -> None:
        """Make a panel large, or all as before; without a plane, the panel under the pointer."""
        plane = plane or self._pointed or (self._names[0] if self._names else None)
        self.set_large(None if self.large is not None else plane)

    def step_large(self, step: int) -> None:
        """Make the next panel large in place of the present one, or the first if none is."""
        if self._names:
            now = self.large
            at = -1 if now is None else self._names.index(now)
            self.set_large(self._names[(at + step) % len(self._names)])

    def set_large(self, plane: str | None) -> None:
        """Make one panel as large as the room allows, the others small beside it; None: none."""
        self._large = plane
        self._forget_painted()
        self.arrange()
        self._viewport().update()

    def set_theme(self, dark: bool) -> None:
        """Set dark or light surroundings; the pixels do not change."""
        self._stage.tones = DARK if dark else LIGHT
        self.setBackgroundBrush(QColor(self._stage.tones.window))
        self._repaint_soon()

    def set_names(self, names: tuple[str, ...]) -> None:
        """Show these panels in this order; panels built before are reused."""
        if names == self._names:
            return
        for name in names:
            if name not in self._panels:
                panel = self._panels[name] = PlanePanel(self._stage, self._font)
                self._items.addItem(panel)
        for name, panel in self._panels.items():
            panel.first = name == names[0]
        self._names = names
        self._forget_painted()
        self.arrange()

    def set_pixels(self, pixels: int) -> None:
        """Set the pixels along the longer side of every cutout; 0 if the cutouts differ."""
        if pixels != self._pixels:
            self._pixels = pixels
            self._forget_painted()
            self.arrange()

    def arrange(self) -> None:
        """Put the panels where they cover most of the widget; see `arrange_panels`."""
        width, height = self.width(), self.height()
        room = Room(width, height, TITLE_HEIGHT, _GAP, self._pixels, self.devicePixelRatioF())
        before = self._kind_to_keep(width, height)
        large = None if self.large is None else self._names.index(self.large)
        now = self._arrangement = arrange_panels(
            len(self._names), room, before, large, self._surround is not None
        )
        if before is None or before != now.kind:
            self._arranged_for = (width, height)
        for name, panel in self._panels.items():
            panel.setVisible(name in self._names)
        for name, tile in zip(self._names, now.tiles, strict=False):
            self._panels[name].setGeometry(
                QRectF(tile.left, tile.top, tile.side, tile.side + TITLE_HEIGHT)
            )
        high = min(math.ceil(now.height), height)
        left, right = math.floor(now.left), min(math.ceil(now.right), width)
        self._used = QRect(left, 0, right - left, high)
        self._place_surround(now.surround)
        self.arranged.emit(high)

    def area_in(self, width: int, height: int) -> float:
        """Return the area of the panels' squares if this widget had another size.

        A panel that the user has made large counts as the others.
        """
        room = Room(width, height, TITLE_HEIGHT, _GAP, self._pixels, self.devicePixelRatioF())
        made = arrange_panels(len(self._names), room, with_surround=self._surround is not None)
        return sum(tile.side**2 for tile in made.tiles)

    def set_surround(self, view: QWidget | None) -> None:
        """Give a view of the surroundings the largest square that the panels leave; None: none."""
        if view is None and self._surround is not None:
            self._surround.hide()
        if view is not self._surround:
            self._surround = view
            # The arrangement without a surround may leave no room for it.
            self._arrangement = None
        self._forget_painted()
        self.arrange()
        self._viewport().update()

    def _place_surround(self, tile: Tile | None) -> None:
        view = self._surround
        if view is None:
            return
        view.setVisible(tile is not None)
        if tile is not None:
            left, top, side = round(tile.left), round(tile.top), round(tile.side)
            view.setGeometry(left, top, side, side + round(TITLE_HEIGHT))

    def _kind_to_keep(self, width: int, height: int) -> Kind | None:
        """Return the kind of the present arrangement if it was made for about this size."""
        if self._arrangement is None:
            return None
        of_width, of_height = self._arranged_for
        near = abs(width - of_width) <= _NEAR * width and abs(height - of_height) <= _NEAR * height
        return self._arrangement.kind if near else None

    def _zoom(
        self, factor: float, panel: PlanePanel | None = None, at: QPointF | None = None
    ) -> None:
        stage = self._stage
        panel = panel or (self._panels[self._names[0]] if self._names else None)
        if panel is None or stage.subject is None:
            return
        point = None if at is None else (at.x(), at.y())
        stage.view = zoom_view(stage.view, factor, panel.area, stage.subject, point)
        self._repaint_soon()

    def keep_painted(self, subject: object) -> None:
        """Paint the present scene into memory, for a later request to show this subject."""
        ratio = self.devicePixelRatioF()
        width, height = self._used.width() * ratio, self._used.height() * ratio
        size = QSize(math.ceil(width), math.ceil(height))
        image, self._spare = self._spare, None
        if image is None or image.size() != size:
            image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        self.render(painter, QRectF(0, 0, self._used.width(), self._used.height()), self._used)
        painter.end()
        self._prepared = subject, image

    def show_prepared(self, subject: object) -> None:
        """Show the scene painted ahead if it shows this subject; else paint it now."""
        prepared = self._prepared
        ahead = prepared is not None and prepared[0] is subject
        before, self._painted = self._painted, prepared[1] if prepared and ahead else None
        if before is not self._painted:
            self._spare = before
        self._viewport().update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self._painted is None:
            super().paintEvent(event)
            return
        used, width, height = self._used, self.width(), self.height()
        painter = QPainter(self._viewport())
        # Filling the empty background is faster than copying it from the stored picture.
        brush = self.backgroundBrush()
        painter.fillRect(0, 0, used.left(), height, brush)
        painter.fillRect(used.right() + 1, 0, width - used.right() - 1, height, brush)
        painter.fillRect(0, used.bottom() + 1, width, height - used.bottom() - 1, brush)
        painter.drawImage(used.left(), 0, self._painted)
        painter.end()

    def drawBackground(self, painter: QPainter | None, rect: QRectF) -> None:
        """Fill what the pixels leave free: the whole of a 4k window takes a millisecond more."""
        assert painter is not None
        free = QRegion(rect.toAlignedRect())
        for name in self._names:
            free -= QRegion(self._panels[name].covered)
        painter.save()
        painter.setClipRegion(free, Qt.ClipOperation.IntersectClip)
        painter.fillRect(rect, self.backgroundBrush())
        painter.restore()

    def _repaint_soon(self) -> None:
        self._forget_painted()
        # viewport.update(), not item.update(): items would repaint a second time after `flush`.
        self._viewport().update()

    def _repaint_panel_soon(self, plane: str | None) -> None:
        """Repaint one panel alone; without a plane, all of them."""
        if plane is None:
            self._repaint_soon()
            return
        self._forget_painted()
        self._viewport().update(self._panels[plane].geometry().toAlignedRect())

    def _forget_painted(self) -> None:
        self._spare = self._painted or self._spare
        self._prepared = self._painted = None

    def _viewport(self) -> QWidget:
        viewport = self.viewport()
        assert viewport is not None
        return viewport

    def _panel_at(self, position: QPointF) -> tuple[PlanePanel, QPointF] | None:
        """Return the panel at a point of this widget, and the point in that panel's coordinates."""
        for name in self._names:
            panel = self._panels[name]
            inside = panel.mapFromScene(self.mapToScene(position.toPoint()))
            if panel.contains(inside):
                return panel, inside
        return None

    def to_cutout(self, x: float, y: float) -> tuple[float, float]:
        """Return the cutout pixel at a pixel of the picture on screen."""
        return x, y

    def _emit_pointer(self, position: QPointF) -> None:
        panel_and_point = self._panel_at(position)
        self._pointed = None if panel_and_point is None else panel_and_point[0].exhibit.plane
        pixel = None
        if panel_and_point is not None:
            panel, inside = panel_and_point
            placement = panel.placement()
            if placement is not None:
                x, y = placement.to_pixel(inside.x(), inside.y())
                pixel = self.to_cutout(x, y) if placement.contains(x, y) else None
        self.pointer.emit(pixel)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        # Qt also sends it from the base class's constructor.
        if hasattr(self, "_arrangement"):
            self.setSceneRect(0, 0, self.width(), self.height())
            self._forget_painted()
            self._stage.ratio = self.devicePixelRatioF()
            self.arrange()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        # A view would scroll on the arrow keys, which are keys of commands.
        if event is not None:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        assert event is not None
        panel_and_point = self._panel_at(event.position())
        if panel_and_point is not None:
            self._zoom(ZOOM_PER_NOTCH ** (event.angleDelta().y() / 120), *panel_and_point)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        panel_and_point = self._panel_at(event.position())
        if panel_and_point is not None:
            self._grip = (event.button(), event.position(), panel_and_point[0])
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
                stage.view = drag_view(
                    stage.view, moved.x(), moved.y(), panel.area, self._stage.subject
                )
                self._repaint_soon()
        self._emit_pointer(event.position())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        self._grip = None
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        panel_and_point = self._panel_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and panel_and_point is not None:
            self.toggle_large(panel_and_point[0].exhibit.plane)
        event.accept()

    def leaveEvent(self, _event: object) -> None:
        self._pointed = None
        self.pointer.emit(None)

    def _drag_contrast(self, panel: PlanePanel, moved: QPointF) -> None:
        # As a fraction of the panel, so that the effect is the same at every zoom.
        size = panel.size()
        self.contrast_dragged.emit(
            panel.exhibit.plane, moved.x() / size.width(), -moved.y() / size.height()
        )
