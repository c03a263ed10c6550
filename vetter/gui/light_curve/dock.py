"""The light curve of the candidate on screen, in a dock below the panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from vetter.core.light_curve import LightCurve, epoch_text
from vetter.gui.light_curve.legend import LightCurveLegend
from vetter.gui.widgets.plain_text import plain_label

if TYPE_CHECKING:
    from vetter.gui.light_curve.plot import LightCurvePlot

NONE_CAME = "no light curve came with this candidate"
HEIGHT = 190


class LightCurveDock(QDockWidget):
    """Hidden until the first light curve comes; then as the vetter wants it.

    While another candidate comes on screen it shows nothing, and its light curve follows a turn of
    the event loop after the pixels.

    Parameters
    ----------
    window : QMainWindow
        Below whose panels it stands.

    Attributes
    ----------
    wanted : bool
        Whether it shall be seen where there is a light curve.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__("Light curve", window)
        self.setObjectName("light_curve")
        self.setTitleBarWidget(QWidget(self))
        self._window = window
        self.wanted = True
        self._curve: LightCurve | None = None
        self._plot: LightCurvePlot | None = None
        self.hide()

    @property
    def words(self) -> str:
        """What is said of the epoch under the pointer, or of the candidate's own."""
        return "" if self._plot is None else self._readout.text()

    def toggle(self) -> bool:
        """Show it or put it away; False where no candidate so far had a light curve."""
        self.wanted = not self.isVisible()
        if self._plot is None and self._curve is None:
            return False
        self._settle()
        self.show_curve(self._curve)
        return True

    def blank(self) -> None:
        """Show nothing, while another candidate comes on screen."""
        self._curve = None
        if self._plot is not None and self.isVisible():
            self._plot.blank()
            self._readout.clear()

    def show_curve(self, curve: LightCurve | None) -> None:
        """Show the light curve of the candidate on screen; None: it has none."""
        self._curve = curve
        if curve is not None and self.wanted and not self.isVisible():
            self._settle()
        if self._plot is None or not self.isVisible():
            return
        self._key.show_curve(curve)
        if curve is None or not len(curve):
            self._plot.blank()
            self._readout.setText(NONE_CAME)
        else:
            self._plot.show_curve(curve)
            self._say(curve.current)

    def _settle(self) -> None:
        """Be seen, or not, as it is wanted."""
        if self.wanted and self._plot is None:
            self._build()
        self.setVisible(self.wanted)

    def _build(self) -> None:
        from vetter.gui.light_curve.plot import LightCurvePlot

        holder = QWidget(self)
        self._key = LightCurveLegend(holder)
        self._readout = plain_label(parent=holder)
        self._readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._readout.setAccessibleName("epoch under the pointer")
        self._readout.setMinimumWidth(10)
        self._plot = LightCurvePlot(holder)
        self._plot.pointed.connect(self._say)
        above = QHBoxLayout()
        above.addWidget(self._key)
        above.addWidget(self._readout, 1)
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(8, 0, 8, 2)
        layout.setSpacing(1)
        layout.addLayout(above)
        layout.addWidget(self._plot, 1)
        self.setWidget(holder)
        # The list keeps the whole height beside it.
        corner, right = Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea
        self._window.setCorner(corner, right)
        self._window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self)
        self._window.resizeDocks([self], [HEIGHT], Qt.Orientation.Vertical)

    def _say(self, index: int) -> None:
        curve = self._curve
        if curve is None or not len(curve):
            return
        index = curve.current if index < 0 else index
        self._readout.setText("" if index < 0 else epoch_text(curve, index))
