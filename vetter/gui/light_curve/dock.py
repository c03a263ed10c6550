"""Dock below the panels with the light curve of the current candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QHideEvent
from PyQt6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from vetter.core.candidates.light_curve import LightCurve, epoch_text
from vetter.gui.widgets.plain_text import plain_label

if TYPE_CHECKING:
    from vetter.gui.light_curve.plot import LightCurvePlot

NONE_CAME = "no light curve came with this candidate"
HEIGHT, LEAST_HEIGHT = 190, 110
"""Screen pixels, until the user drags the edge; a low window gives the pictures more."""
PART = 0.19
"""Part of the window's height that the dock takes at most at first."""
MIN_EPOCHS = 2
"""Number of epochs from which a curve opens the dock by itself."""
REST_MS = 150
"""Milliseconds without another candidate; then the light curve is drawn, which takes 30 ms."""


class LightCurveDock(QDockWidget):
    """Dock that stays hidden until the first light curve; later the user shows or hides it.

    While candidates come and go the dock is blank: nothing of it runs between a key and its pixels.
    The light curve is drawn once the user has rested on a candidate for `REST_MS`.

    Parameters
    ----------
    window : QMainWindow
        Window below whose panels the dock is.

    Attributes
    ----------
    is_wanted : bool
        Whether the dock is to be visible once there is a light curve.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__("Light curve", window)
        self.setObjectName("light_curve")
        self.setTitleBarWidget(QWidget(self))
        self._window = window
        self.is_wanted = True
        self._curve: LightCurve | None = None
        self._is_drawn = False
        self._plot: LightCurvePlot | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._draw)
        self.hide()

    @property
    def readout_text(self) -> str:
        """Text of the epoch under the pointer, or of the candidate's own epoch."""
        return "" if self._plot is None else self._readout.text()

    @property
    def has_curve(self) -> bool:
        """Whether a candidate so far had a light curve."""
        return self._plot is not None or self._curve is not None

    def toggle(self) -> bool:
        """Show or hide the dock; return False if no candidate so far had a light curve."""
        self.is_wanted = not self.isVisible()
        if not self.has_curve:
            return False
        self._apply_wanted()
        self._draw()
        return True

    def blank(self) -> None:
        """Show nothing, while another candidate comes on screen."""
        self._rest.stop()
        self._curve, self._is_drawn = None, False
        if self._plot is not None and self.isVisible():
            # Hidden, not emptied: pyqtgraph would paint its empty axes before the next pixels.
            self._plot.hide()
            self._readout.clear()

    def show_curve(self, curve: LightCurve | None) -> None:
        """Show the light curve of the candidate on screen once the user rests; None: none came."""
        if self._is_drawn and curve is self._curve:
            # The same candidate with its fit: the zoom stays.
            return
        self._curve, self._is_drawn = curve, False
        self._rest.start()

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        if self._plot is not None:
            self._plot.close_export()

    def _draw(self) -> None:
        self._rest.stop()
        curve = self._curve
        opens = curve is not None and (self._plot is not None or len(curve) >= MIN_EPOCHS)
        if opens and self.is_wanted and not self.isVisible():
            self._apply_wanted()
        if self._plot is None or not self.isVisible():
            return
        self._is_drawn = True
        self._legend.show_curve(curve)
        if curve is None or not len(curve):
            self._plot.blank()
            self._readout.setText(NONE_CAME)
        else:
            self._plot.show_curve(curve)
            self._show_epoch(curve.current)
        self._plot.show()

    def _apply_wanted(self) -> None:
        if self.is_wanted and self._plot is None:
            self._build()
        self.setVisible(self.is_wanted)

    def _build(self) -> None:
        from vetter.gui.light_curve.legend import LightCurveLegend
        from vetter.gui.light_curve.plot import LightCurvePlot

        holder = QWidget(self)
        self._legend = LightCurveLegend(holder)
        self._readout = plain_label(parent=holder)
        self._readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._readout.setAccessibleName("epoch under the pointer")
        self._readout.setMinimumWidth(10)
        self._plot = LightCurvePlot(holder)
        # Hidden while blank, and its place stays: no panel moves.
        policy = self._plot.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._plot.setSizePolicy(policy)
        self._plot.pointed.connect(self._show_epoch)
        above = QHBoxLayout()
        above.addWidget(self._legend)
        above.addWidget(self._readout, 1)
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(8, 0, 8, 2)
        layout.setSpacing(1)
        layout.addLayout(above)
        layout.addWidget(self._plot, 1)
        self.setWidget(holder)
        if self._window.dockWidgetArea(self) == Qt.DockWidgetArea.NoDockWidgetArea:
            # Else a restored window has placed the dock.
            self._place()

    def _place(self) -> None:
        # The list keeps the whole height beside it.
        corner, right = Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea
        self._window.setCorner(corner, right)
        self._window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self)
        height = min(HEIGHT, max(LEAST_HEIGHT, round(PART * self._window.height())))
        self._window.resizeDocks([self], [height], Qt.Orientation.Vertical)

    def _show_epoch(self, index: int) -> None:
        curve = self._curve
        if curve is None or not len(curve):
            return
        index = curve.current if index < 0 else index
        self._readout.setText("" if index < 0 else epoch_text(curve, index))
