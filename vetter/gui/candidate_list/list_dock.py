"""The dock with the candidate list and the filter above it."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QVBoxLayout, QWidget

from vetter.gui.candidate_list.filter_bar import FilterBar
from vetter.gui.candidate_list.list_view import CandidateListView

MARGINS = (0, 4, 6, 2)


class ListDock(QDockWidget):
    """Beside the panels, at the right, as wide as the list wants to be at first.

    Parameters
    ----------
    filter_bar : FilterBar
    candidate_list : CandidateListView
    window : QMainWindow
    """

    def __init__(
        self, filter_bar: FilterBar, candidate_list: CandidateListView, window: QMainWindow
    ) -> None:
        super().__init__("Candidates", window)
        self.setObjectName("candidates")
        self.setTitleBarWidget(QWidget(self))
        listing = QWidget(window)
        layout = QVBoxLayout(listing)
        layout.setContentsMargins(*MARGINS)
        layout.setSpacing(4)
        layout.addWidget(filter_bar)
        layout.addWidget(candidate_list, 1)
        self.setWidget(listing)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self)
        width = candidate_list.sizeHint().width() + MARGINS[2]
        window.resizeDocks([self], [width], Qt.Orientation.Horizontal)
