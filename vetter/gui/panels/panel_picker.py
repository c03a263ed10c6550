"""The choice of planes that have panels: fewer of them are shown larger."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vetter.gui.panels.panel_choice import PanelChoice
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import menu_text, plain_label

_EXPLAINED = (
    "A plane without a panel is still in the readout under the pointer, in blink and flip, and in "
    "what is exported."
)


class PanelPicker(QDialog):
    """A tick for each plane.

    Parameters
    ----------
    choice : PanelChoice
        As it is now.
    planes : mapping of str to str
        All planes there are, in the order of the panels, and what is said of each.
    """

    picked = pyqtSignal(dict)
    """What is said otherwise than by the rule: planes to whether they have a panel."""

    def __init__(
        self, choice: PanelChoice, planes: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel picker")
        self.setWindowTitle("Planes with panels")
        self._choice = choice
        layout = QVBoxLayout(self)
        self.ticks: dict[str, QCheckBox] = {}
        for plane, note in planes.items():
            tick = QCheckBox(menu_text(f"{plane}  ({note})" if note else plane), self)
            tick.setAccessibleName(plane)
            tick.setChecked(choice.said.get(plane, choice.by_default(plane)))
            tick.toggled.connect(self._on_toggled)
            self.ticks[plane] = tick
            layout.addWidget(tick)
        words = plain_label(_EXPLAINED, self)
        words.setWordWrap(True)
        layout.addWidget(words)
        self._buttons = self._make_buttons()
        layout.addWidget(self._buttons)
        self._on_toggled()

    def accept(self) -> None:
        """Tell what was ticked."""
        self.picked.emit(self._choice.chosen(self._ticked(), self.ticks))
        super().accept()

    def as_at_first(self) -> None:
        """Tick what has a panel where nothing is said."""
        for plane, tick in self.ticks.items():
            tick.setChecked(self._choice.by_default(plane))

    def _ticked(self) -> list[str]:
        return [plane for plane, tick in self.ticks.items() if tick.isChecked()]

    def _make_buttons(self) -> QDialogButtonBox:
        ok, cancel = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
        buttons = button_box(ok | cancel, self)
        first = QPushButton("As at first", self)
        first.setAutoDefault(False)
        first.clicked.connect(self.as_at_first)
        buttons.addButton(first, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _on_toggled(self, _on: bool = False) -> None:
        ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        if ok is not None:
            # No panel at all would leave nothing to look at.
            ok.setEnabled(bool(self._ticked()))
