"""Question by which of two contradicting pairs of columns the candidates are placed."""

from __future__ import annotations

import dataclasses

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from vetter.core.candidates.column_roles import NO_COLUMN
from vetter.core.cutout_source import CutoutSource
from vetter.errors import escape_to_line
from vetter.gui.widgets.plain_text import menu_text
from vetter.io.input_options import InputOptions


class PositionQuestion(QMessageBox):
    """Question whether x, y or RA, Dec place the candidates of a list.

    Parameters
    ----------
    source : CutoutSource
        Its list gives both.
    share : float
        Share of candidates for which they disagree.
    """

    chosen = pyqtSignal(object)  # InputOptions for reading the list from now on
    columns_wanted = pyqtSignal()

    def __init__(self, source: CutoutSource, share: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = source
        roles = source.candidates.roles
        pixels, sky = f"{roles.x}, {roles.y}", f"{roles.ra}, {roles.dec}"
        self.setObjectName("position question")
        self.setWindowTitle("Places of the candidates")
        self.setIcon(QMessageBox.Icon.Warning)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(
            escape_to_line(
                f"{pixels} and {sky} are more than 2 pixels apart for {share:.0%} of the "
                "candidates. The list or the image's WCS may belong to another image."
            )
        )
        self.setInformativeText("Which of them say where the candidates are on this image?")
        role = QMessageBox.ButtonRole.ActionRole
        self.pixels = self.addButton(menu_text(pixels), role)
        self.sky = self.addButton(menu_text(sky), role)
        self.other = self.addButton("Other columns...", role)
        for button in self.buttons():
            button.setIcon(QIcon())
        self.buttonClicked.connect(self._on_clicked)

    def _on_clicked(self, button: QAbstractButton) -> None:
        roles = self._source.candidates.roles
        if button is self.other:
            self.columns_wanted.emit()
        elif button is self.pixels:
            self._choose({"x": str(roles.x), "y": str(roles.y)})
        elif button is self.sky:
            self._choose({"x": NO_COLUMN, "y": NO_COLUMN})

    def _choose(self, columns: dict[str, str]) -> None:
        options = InputOptions.from_record(self._source.record)
        columns = {**options.columns, **columns}
        self.chosen.emit(dataclasses.replace(options, columns=columns))
