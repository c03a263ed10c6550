"""The choice of planes that have panels, and its dialog: fewer panels are larger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from vetter.core.cutout.plane import Provenance
from vetter.core.cutout_source import CutoutSource
from vetter.core.judgement.disappeared import why_not_judged
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import menu_text, plain_label

_EXPLAINED = (
    "A plane without a panel is still in the readout under the pointer, in blink and flip, and in "
    "what is exported."
)


class PanelChoice(NamedTuple):
    """Which planes have panels: as the vetter says, else all but those that are only estimated.

    Attributes
    ----------
    said : mapping of str to bool
        The vetter's word, by plane.
    estimated : frozenset of str
        Planes that the source only estimates, known before the first cutout.
    fits_stay : bool
        The fit's panel keeps its place where one candidate has no fit; else it comes with a fit
        and goes with it.
    """

    said: Mapping[str, bool] = {}
    estimated: frozenset[str] = frozenset()
    fits_stay: bool = True

    @classmethod
    def of(cls, source: CutoutSource, said: object = None) -> PanelChoice:
        """The choice for a source; ``said`` is what was kept of the vetter's, of any type."""
        kept: Mapping[Any, Any] = said if isinstance(said, Mapping) else {}
        words = {str(plane): value for plane, value in kept.items() if isinstance(value, bool)}
        made = source.plane_provenance.items()
        estimated = frozenset(name for name, how in made if Provenance.ESTIMATED in how)
        return cls(words, estimated, not why_not_judged(source))

    def by_default(self, plane: str) -> bool:
        """Whether it has one where the vetter says nothing."""
        return plane not in self.estimated and (plane != "adjusted" or self.fits_stay)

    def chosen(self, ticked: Iterable[str], planes: Iterable[str]) -> dict[str, bool]:
        """What the vetter's ticks say beyond the rule, for these planes."""
        ticks = set(ticked)
        return {
            plane: plane in ticks for plane in planes if (plane in ticks) != self.by_default(plane)
        }


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
