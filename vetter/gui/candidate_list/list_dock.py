"""Dock of the candidate list, with the filter above it: beside the panels or below them."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from PyQt6.QtCore import QSize, Qt, QTimer
from PyQt6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QApplication, QDockWidget, QMainWindow, QVBoxLayout, QWidget

from vetter.gui.candidate_list.filter_bar import FilterBar
from vetter.gui.candidate_list.lane_list import LaneList
from vetter.gui.candidate_list.list_view import MIN_WIDTH, CandidateListView

MARGINS = (0, 4, 6, 2)
LEFT_MARGIN_BELOW = 8
"""Below the panels no edge that can be dragged is left of the list."""
MIN_PANELS_WIDTH = 600
"""Width in pixels that the panels have before the list may be wider than its least width."""
NARROW_PART = 3
"""A third of the window's width: the most for a list that takes room which the panels could use."""
NARROW_WORTH = 1.1
"""Area of the panels beside a narrower list over that beside the wanted one, from which the list
is narrower, unless the user has chosen its width."""
LINES_BELOW = 7
"""Lines of the list at first where it is below the panels."""
BELOW_WORTH = 1.2
"""Area of the panels above a list over that beside one, from which the list goes below.

It stays there until the panels would be larger beside it: small changes of the room move nothing.
"""
_SEPARATOR = 6
_SIDES = (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea)
_BESIDE, _BELOW = Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea


class ListPlace(StrEnum):
    """Place of the list; automatic is where the panels are larger."""

    AUTOMATIC = "automatic"
    BESIDE = "beside"
    BELOW = "below"
    HIDDEN = "hidden"


class Panels(Protocol):
    """Panels as the list's dock sees them."""

    @property
    def plane_names(self) -> tuple[str, ...]:
        """The panels on screen."""

    def area_in(self, width: int, height: int) -> float:
        """Return the area of the panels' squares if all of them had another width and height."""

    def isVisible(self) -> bool:
        """Return whether they are on screen."""

    def width(self) -> int:
        """Return their present width, pixels."""

    def height(self) -> int:
        """Return their present height, pixels."""


class ListDock(QDockWidget):
    """Dock beside the panels, at first as wide as the list's size hint, or below them.

    Beside them, the dock gives way to the panels in a narrow window, and where they would be larger
    beside a narrower list; in a wider window it is again as wide as the user left it.

    Parameters
    ----------
    filter_bar : FilterBar
    lanes : LaneList
    candidate_list : CandidateListView
    window : QMainWindow
    panels : Panels
        The panels, whose area decides on the automatic place.

    Attributes
    ----------
    wanted_width, wanted_height : int
        Width beside the panels, and height below them, where the window has enough room; pixels.
    choice : ListPlace
        Place that the user has chosen, while the list is hidden too.
    """

    def __init__(
        self,
        filter_bar: FilterBar,
        lanes: LaneList,
        candidate_list: CandidateListView,
        window: QMainWindow,
        panels: Panels,
    ) -> None:
        super().__init__("Candidates", window)
        self.setObjectName("candidates")
        self.setTitleBarWidget(QWidget(self))
        listing = QWidget(window)
        self._layout = QVBoxLayout(listing)
        self._layout.setContentsMargins(*MARGINS)
        self._layout.setSpacing(4)
        self._layout.addWidget(filter_bar)
        self._layout.addWidget(lanes)
        self._layout.addWidget(candidate_list, 1)
        self.setWidget(listing)
        window.addDockWidget(_BESIDE, self)
        self._window, self._panels = window, panels
        self._fitted_to = QSize()
        self._is_narrow = False
        self._decided_for: tuple[QSize, bool, tuple[str, ...]] | None = None
        self.choice = ListPlace.AUTOMATIC
        self.wanted_width = self._first_width = candidate_list.sizeHint().width() + MARGINS[2]
        lines = candidate_list.height_of_lines(LINES_BELOW)
        self.wanted_height = filter_bar.sizeHint().height() + lines + 4 + MARGINS[1] + MARGINS[3]
        window.resizeDocks([self], [self.wanted_width], Qt.Orientation.Horizontal)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._settle)

    @property
    def place(self) -> ListPlace:
        """Place that the user has chosen, or hidden."""
        return ListPlace.HIDDEN if self.isHidden() else self.choice

    @property
    def is_below(self) -> bool:
        """Whether the list is below the panels."""
        return self._window.dockWidgetArea(self) == _BELOW

    def set_place(self, place: ListPlace) -> None:
        """Show the list in a place from now on, or hide it."""
        if place is ListPlace.HIDDEN:
            self.hide()
        else:
            self.set_choice(place)
            self.show()

    def set_choice(self, place: str) -> None:
        """Restore the place of the list; a hidden list stays hidden, an unknown place automatic."""
        known = (ListPlace.BESIDE, ListPlace.BELOW)
        self.choice = next((one for one in known if one == place), ListPlace.AUTOMATIC)
        self._decided_for = None
        if self.choice is not ListPlace.AUTOMATIC:
            self._move(self.choice is ListPlace.BELOW)
        self.reconsider()

    def reconsider(self, _height: int = 0) -> None:
        """Find place and width in the next turn, as the panels have other places or sizes."""
        if self.choice is not ListPlace.BELOW and self.isVisible():
            self._soon.start()

    def set_wanted_size(self, width: int, height: int = 0) -> None:
        """Set width and height of the two places where the window has enough room; 0 for no change.

        The size of the present place is taken.
        """
        self.wanted_width = max(width, MIN_WIDTH) if width > 0 else self.wanted_width
        self.wanted_height = height if height > 0 else self.wanted_height
        self.fit_window(self._window.size())

    def fit_window(self, window: QSize) -> None:
        """Take the wanted size, or less width in a narrow window: the panels come first."""
        self._fitted_to = window
        left = LEFT_MARGIN_BELOW if self.is_below else MARGINS[0]
        self._layout.setContentsMargins(left, *MARGINS[1:])
        horizontal, vertical = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        if self.is_below:
            self._window.resizeDocks([self], [self.wanted_height], vertical)
        elif self._window.dockWidgetArea(self) in _SIDES:
            self._window.resizeDocks([self], [self._width_in(window, self._is_narrow)], horizontal)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        # A drag of the dock's edge, not a new size of the window.
        dragged = QApplication.mouseButtons() & Qt.MouseButton.LeftButton
        if dragged and self._window.size() == self._fitted_to:
            if self.is_below:
                self.wanted_height = self.height()
            else:
                self.wanted_width = self.width()

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self.reconsider()

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self._soon.stop()

    def _width_in(self, window: QSize, is_narrow: bool) -> int:
        least, most = MIN_WIDTH + MARGINS[2], window.width() - MIN_PANELS_WIDTH
        if is_narrow:
            most = min(most, window.width() // NARROW_PART)
        return max(min(self.wanted_width, most), least)

    def _others(self, area: Qt.DockWidgetArea) -> list[QDockWidget]:
        """Return the other docks of an area that are not hidden."""
        # Docks are the window's own children: below them lie a thousand widgets.
        children = Qt.FindChildOption.FindDirectChildrenOnly
        return [
            dock
            for dock in self._window.findChildren(QDockWidget, options=children)
            if dock is not self and not dock.isHidden()
            if self._window.dockWidgetArea(dock) == area
        ]

    def _settle(self) -> None:
        """Find place and width of the list, unless another dock is beside the panels anyway."""
        if not self._panels.isVisible():
            return
        if self._others(_BESIDE):
            self._decided_for = None
            self._move(self.choice is ListPlace.BELOW)
            return
        # Once for each size: estimates of the other place must not move the list to and fro.
        decided = self._window.size(), bool(self._others(_BELOW)), self._panels.plane_names
        if decided == self._decided_for:
            return
        self._decided_for = decided
        if self.choice is ListPlace.AUTOMATIC:
            self._choose_place()
        if not self.is_below:
            self._choose_width()

    def _choose_place(self) -> None:
        """Go where the panels are larger."""
        now = self._panels.area_in(self._panels.width(), self._panels.height())
        other = self._panels.area_in(*self._room_elsewhere())
        below, beside = (now, other) if self.is_below else (other, now)
        if self.is_below and below < beside:
            self._move(below=False)
        elif not self.is_below and below > BELOW_WORTH * beside:
            self._move(below=True)

    def _choose_width(self) -> None:
        """Take a narrower width if the panels are larger beside it."""
        window, panels = self._window.size(), self._panels
        both = panels.width() + self.width()
        wide, narrow = (
            panels.area_in(both - self._width_in(window, is_narrow), panels.height())
            for is_narrow in (False, True)
        )
        is_chosen = self.wanted_width != self._first_width
        self._is_narrow = not is_chosen and narrow > NARROW_WORTH * wide
        self.fit_window(window)

    def _room_elsewhere(self) -> tuple[int, int]:
        """Return width and height of the panels with the list in its other place."""
        width, height = self._panels.width(), self._panels.height()
        below = self._others(_BELOW)
        if self.is_below:
            freed = 0 if below else self.height() + _SEPARATOR
            taken = self._width_in(self._window.size(), self._is_narrow) + _SEPARATOR
            return width - taken, height + freed
        taken = self.wanted_height - max((dock.height() + _SEPARATOR for dock in below), default=0)
        return width + self.width() + _SEPARATOR, height - max(taken + _SEPARATOR, 0)

    def _move(self, below: bool) -> None:
        if below == self.is_below:
            return
        beside = self._others(_BESIDE)
        self._window.addDockWidget(_BELOW if below else _BESIDE, self)
        if not below and beside:
            self._window.tabifyDockWidget(self, beside[0])
        self.fit_window(self._window.size())
        if below and self._others(_BELOW):
            # Plots beside it need the width more.
            width = self._width_in(self._window.size(), is_narrow=True)
            self._window.resizeDocks([self], [width], Qt.Orientation.Horizontal)
