"""Choice of the planes that the blink goes through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from vetter.core.display.style import SHARING
from vetter.gui.widgets.buttons import choice_box
from vetter.gui.widgets.plain_text import menu_text, plain_label
from vetter.review.cutouts.rendered_cutout import REFIT

USUAL = (*SHARING, REFIT)
"""Planes of the blink unless the user chooses others, as far as a candidate has them."""

_EXPLANATION = (
    "Images blink with the limits of image; differences, noise and masks keep their own. The blink "
    "is in the large panel, if there is one, else in that of image. Preferences > Look sets how "
    "fast it goes by itself."
)


class BlinkPicker(QDialog):
    """Dialog with a tick for each plane; at least two take part.

    Parameters
    ----------
    planes : mapping of str to str
        All planes, in the order of the blink, and the note on each.
    chosen : sequence of str
        The user's choice; empty for `USUAL`.
    """

    picked = pyqtSignal(tuple)
    """Planes of the blink; empty if they are the usual ones."""

    def __init__(
        self, planes: Mapping[str, str], chosen: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("blink picker")
        self.setWindowTitle("Planes to blink")
        layout = QVBoxLayout(self)
        self.ticks: dict[str, QCheckBox] = {}
        for plane, note in planes.items():
            tick = QCheckBox(menu_text(f"{plane}  ({note})" if note else plane), self)
            tick.setAccessibleName(plane)
            tick.setChecked(plane in (chosen or USUAL))
            tick.toggled.connect(self._on_toggled)
            self.ticks[plane] = tick
            layout.addWidget(tick)
        explanation = plain_label(_EXPLANATION, self)
        explanation.setWordWrap(True)
        layout.addWidget(explanation)
        self._buttons = choice_box(self, self.reset_ticks)
        layout.addWidget(self._buttons)
        self._on_toggled()

    def accept(self) -> None:
        """Emit the choice and close."""
        ticked = self._ticked()
        usual = tuple(plane for plane in self.ticks if plane in USUAL)
        self.picked.emit(() if ticked == usual else ticked)
        super().accept()

    def reset_ticks(self) -> None:
        """Tick the usual planes."""
        for plane, tick in self.ticks.items():
            tick.setChecked(plane in USUAL)

    def _ticked(self) -> tuple[str, ...]:
        return tuple(plane for plane, tick in self.ticks.items() if tick.isChecked())

    def _on_toggled(self, _on: bool = False) -> None:
        ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        if ok is not None:
            ok.setEnabled(len(self._ticked()) > 1)
