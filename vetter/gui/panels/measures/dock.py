"""Dock below the panels with the measures of the current candidate."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QHideEvent, QShowEvent
from PyQt6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from vetter.gui.widgets.plain_text import plain_label
from vetter.review.cutouts.measurer import Measurer, MeasureRequest

if TYPE_CHECKING:
    from vetter.core.cutout_source import CutoutSource
    from vetter.core.psf.measures.cutout_measures import CutoutMeasures
    from vetter.gui.panels.measures.plots import MeasurePlots
    from vetter.review.cutouts.rendered_cutout import RenderedCutout, Shift

HEIGHT = 200
"""Screen pixels, until the user drags the edge."""
NUMBERS_WIDTH = 23
"""Width of the numbers beside the plots, digits; longer lines are wrapped."""
REST_MS = 150
"""Milliseconds without another candidate; then the candidate is measured."""
MEASURING = "measuring..."
TURN = 15.0
"""Degrees by which the cut is turned."""
LEGEND = "\N{BLACK CIRCLE} solid: image    \N{WHITE UP-POINTING TRIANGLE} dashed: diff"


class MeasuresDock(QDockWidget):
    """Dock that stays hidden until the user asks for it, and then follows the candidate.

    While candidates come and go the dock is blank. The candidate is measured in a process of
    its own once the user has rested on it for `REST_MS`.

    Parameters
    ----------
    source : CutoutSource
    window : QMainWindow
        Window below whose panels the dock is.
    """

    def __init__(self, source: CutoutSource, window: QMainWindow) -> None:
        super().__init__("Measures", window)
        self.setObjectName("measures")
        self.setTitleBarWidget(QWidget(self))
        self._window = window
        self.measurer = Measurer(source, self)
        self.measurer.measured.connect(self._on_measured)
        self._frame: RenderedCutout | None = None
        self._fwhm: float | None = None
        self._turn: float | None = None
        self.measures: CutoutMeasures | None = None
        self._asked: MeasureRequest | None = None
        self._plots: MeasurePlots | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._measure)
        self._next_plot = QTimer(self)
        self._next_plot.setSingleShot(True)
        self._next_plot.setInterval(0)
        self._next_plot.timeout.connect(self._measure)
        self.hide()

    @property
    def text(self) -> str:
        """Numbers beside the plots."""
        return "" if self._plots is None else self._numbers.text()

    def toggle(self) -> None:
        """Show or hide the dock."""
        shown = not self.isVisible()
        if shown and self._plots is None:
            self._build()
        self.setVisible(shown)
        self._measure()

    def turn_cut(self) -> str:
        """Turn the cut by `TURN` degrees and show the dock; return its direction in words."""
        if not self.isVisible():
            self.toggle()
        before = self._angle if self._turn is None else self._turn
        self._turn = TURN * (math.floor(before / TURN + 1e-9) + 1) % 180.0
        self._measure()
        return self._cut_words(self._turn)

    def blank(self) -> None:
        """Show nothing, while another candidate comes on screen."""
        self._rest.stop()
        self._frame = self._asked = None
        self.measurer.forget()
        if self.isVisible():
            self.blank_plots()

    def blank_plots(self) -> None:
        """Hide plots and numbers; their places stay."""
        self.measures = None
        if self._plots is not None:
            self._plots.hide()
            self._numbers.clear()

    def show_frame(self, frame: RenderedCutout, fwhm: float | None) -> None:
        """Measure the candidate on screen once the user rests.

        Parameters
        ----------
        frame : RenderedCutout
        fwhm : float or None
            FWHM of the PSF of its fit, pixels; None: the source may know it.
        """
        before = self._frame
        if before is not None and before.cutout is frame.cutout and before.shift == frame.shift:
            # Other looks: the pixels are the same.
            return
        self._frame, self._fwhm = frame, fwhm
        if self.isVisible():
            self._rest.start()

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        # A restored window shows the dock by itself; before its first paint there is no frame.
        if self._frame is not None:
            self._rest.start()

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self._rest.stop()
        self.blank_plots()

    def close_measurer(self) -> None:
        """Stop measuring."""
        self._rest.stop()
        self._next_plot.stop()
        self.measurer.close()

    @property
    def _angle(self) -> float:
        """Direction of the cut: the user's, or along the fit's shift, or along the rows."""
        shift = None if self._frame is None else self._frame.shift
        return _direction(shift) if self._turn is None else self._turn

    def _cut_words(self, angle: float) -> str:
        if self._turn is None and angle:
            return "cut along the fit's shift"
        if not angle:
            return "cut along the rows"
        return f"cut at {angle:.0f}\N{DEGREE SIGN} from the rows"

    def _measure(self) -> None:
        self._rest.stop()
        frame = self._frame
        if frame is None or frame.cutout is None or not self.isVisible():
            return
        plots = self._plots or self._build()
        if not plots.is_complete:
            # One in each turn: together they would keep the window from answering.
            plots.build_next()
            self._next_plot.start()
            return
        if self.measures is None:
            # The first answer waits for the start of the process, and photutils.
            self._numbers.setText(MEASURING)
        self._asked = MeasureRequest(frame.row, frame.cutout, self._fwhm, self._angle)
        self.measurer.measure(self._asked)

    def _on_measured(self, request: MeasureRequest, measures: CutoutMeasures) -> None:
        if request is not self._asked or self._plots is None or not self.isVisible():
            return
        self.measures = measures
        lines = measures.lines
        if measures.planes:
            lines = [*lines, "", self._cut_words(measures.angle)]
        self._numbers.setText("\n".join(lines))
        self._plots.show_measures(measures)
        self._plots.show()

    def _build(self) -> MeasurePlots:
        from vetter.gui.panels.measures.plots import MeasurePlots

        holder = QWidget(self)
        self._numbers = plain_label(parent=holder)
        self._numbers.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._numbers.setAccessibleName("measures of this candidate")
        self._numbers.setWordWrap(True)
        self._numbers.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._plots = MeasurePlots(holder)
        policy = self._plots.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._plots.setSizePolicy(policy)
        self._plots.hide()
        beside = QScrollArea(holder)
        # Reached with Tab and scrolled with the arrow keys; a click leaves the keyboard alone.
        beside.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        beside.setAccessibleName("numbers of the measures")
        beside.setFrameShape(QFrame.Shape.NoFrame)
        beside.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        beside.setWidgetResizable(True)
        beside.setWidget(self._numbers)
        beside.setFixedWidth(NUMBERS_WIDTH * self.fontMetrics().horizontalAdvance("0"))
        beside.setMinimumHeight(1)
        legend = plain_label(LEGEND, holder)
        # Its end is cut in a narrow window, which the dock does not widen.
        legend.setMinimumWidth(1)
        left = QVBoxLayout()
        left.setSpacing(1)
        left.addWidget(legend)
        left.addWidget(self._plots, 1)
        layout = QHBoxLayout(holder)
        layout.setContentsMargins(8, 0, 8, 2)
        layout.setSpacing(8)
        layout.addLayout(left, 1)
        layout.addWidget(beside)
        self.setWidget(holder)
        if self._window.dockWidgetArea(self) == Qt.DockWidgetArea.NoDockWidgetArea:
            # Else a restored window has placed the dock.
            self._place()
        return self._plots

    def _place(self) -> None:
        """Show the dock below the panels, with most of the room where others are too."""
        beside = self._docks_beside()
        room = sum(dock.width() for dock in beside)
        # The list keeps the whole height beside it.
        corner, right = Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea
        self._window.setCorner(corner, right)
        self._window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self)
        # Qt gives a hidden dock no size.
        self.show()
        self._window.resizeDocks([self], [HEIGHT], Qt.Orientation.Vertical)
        if beside:
            # Three plots and a column of numbers against one plot, or a list.
            part = room // (len(beside) + 2)
            widths = [*(part for _ in beside), 2 * part]
            self._window.resizeDocks([*beside, self], widths, Qt.Orientation.Horizontal)

    def _docks_beside(self) -> list[QDockWidget]:
        """Return the other docks on screen below the panels."""
        below, direct = (
            Qt.DockWidgetArea.BottomDockWidgetArea,
            Qt.FindChildOption.FindDirectChildrenOnly,
        )
        return [
            dock
            for dock in self._window.findChildren(QDockWidget, options=direct)
            if dock is not self and dock.isVisible() and self._window.dockWidgetArea(dock) == below
        ]


def _direction(shift: Shift | None) -> float:
    """Return the direction of a shift in degrees from +x, from 0 to 180; 0 without one."""
    if shift is None or not math.isfinite(shift.dx) or not math.isfinite(shift.dy):
        return 0.0
    return math.degrees(math.atan2(shift.dy, shift.dx)) % 180.0
