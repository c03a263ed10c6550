"""The dock that holds the field view: beside the list, or wherever the vetter drags it."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDockWidget, QMainWindow

from vetter.gui.field_view.field_view import FieldView
from vetter.review.fits.fits import Fits
from vetter.review.session import Session


class FieldDock(QDockWidget):
    """A tab with the candidate list at first: both want the whole height.

    Parameters
    ----------
    session : Session
    fits : Fits
    beside : QDockWidget
        The dock whose place it shares.
    window : QMainWindow
        That has both.
    """

    def __init__(
        self, session: Session, fits: Fits, beside: QDockWidget, window: QMainWindow
    ) -> None:
        super().__init__("Field", window)
        self.setObjectName("field")
        self.view = FieldView(session, fits, self)
        self.setWidget(self.view)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self)
        window.tabifyDockWidget(beside, self)
        self.show()
        self.raise_()

    def toggle(self) -> None:
        """Bring the view to the front, or put it away."""
        if self.isVisible() and not self.view.visibleRegion().isEmpty():
            self.hide()
        else:
            self.show()
            self.raise_()
