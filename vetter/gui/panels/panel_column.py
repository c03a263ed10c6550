"""Column of the panels and the text on them: the text is directly below the pixels."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QSize
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QWidget

from vetter.gui.panels.panel_scene import PanelScene

_SPACING = 4


class PanelColumn(QWidget):
    """Panels above a text of fixed height, which follows the panels' lower edge.

    The room of the panels does not depend on the text, so the panels stay in place.

    Parameters
    ----------
    panels : PanelScene
        The panels.
    text : QWidget
        Widget of fixed height, such as the evidence.
    """

    def __init__(self, panels: PanelScene, text: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panels, self._text = panels, text
        for widget in (panels, text):
            widget.setParent(self)
        text.raise_()
        text.installEventFilter(self)
        panels.arranged.connect(self._place_text)

    def minimumSizeHint(self) -> QSize:
        least = self._panels.minimumSize()
        return QSize(least.width(), least.height() + _SPACING + self._text.height())

    def eventFilter(self, watched: object, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Resize and watched is self._text:
            # The text has another number of lines.
            self._place_panels()
        return False

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._place_panels()

    def _place_panels(self) -> None:
        room = max(self.height() - self._text.height() - _SPACING, 1)
        self._panels.setGeometry(0, 0, self.width(), room)
        self._place_text(self._panels.used_height)

    def _place_text(self, height: int) -> None:
        self._text.setGeometry(0, height + _SPACING, self.width(), self._text.height())
