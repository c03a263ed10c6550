"""Choice of the planes that have panels, and its dialog; fewer panels are larger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QVBoxLayout,
    QWidget,
)

from vetter.core.cutout.plane import Provenance
from vetter.core.cutout_source import CutoutSource
from vetter.core.display.style import KINDS, DisplayStyle
from vetter.gui.panels.layout.camera import View
from vetter.gui.panels.layout.turning import North
from vetter.gui.widgets.buttons import choice_box
from vetter.gui.widgets.plain_text import menu_text, plain_label
from vetter.review.cutouts.rendered_cutout import SNR

_KIND_TITLES = {
    "sky": "image",
    "difference": "difference: zero in the middle",
    "err": "noise",
    "mask": "mask: zero is good",
}
_EXPLANATION = (
    "A plane without a panel still shows in the readout under the pointer, in blink and flip, and "
    "in exported FITS files. A computed snr is for the window alone."
)


TRIPLETS = (("image", "template", "diff"), ("image", "convolved", "diff"))
"""Planes of a triplet: the first of these that an input has."""


class PanelChoice(NamedTuple):
    """Planes that have panels: by the user's choice, else all that are not only estimated.

    The computed S/N has a panel by choice only: it shows nothing that `diff` and `err` do not.

    Attributes
    ----------
    user_choice : mapping of str to bool
        The user's choice, by plane.
    estimated : frozenset of str
        Planes that the source only estimates, known before the first cutout.
    optional : frozenset of str
        Planes computed for the display, which have no panel unless the user chooses it.
    hatched : bool
        Whether masks are a hatch over the other planes, and then need no panel.
    """

    user_choice: Mapping[str, bool] = {}
    estimated: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset({SNR})
    hatched: bool = True

    @classmethod
    def of(cls, source: CutoutSource, said: object = None, hatched: bool = True) -> PanelChoice:
        """Make the choice for a source; ``said`` is the stored choice of the user, of any type."""
        stored: Mapping[Any, Any] = said if isinstance(said, Mapping) else {}
        by_plane = {str(plane): value for plane, value in stored.items() if isinstance(value, bool)}
        made = source.plane_provenance.items()
        estimated = frozenset(name for name, how in made if Provenance.ESTIMATED in how)
        optional = frozenset({SNR}) - frozenset(source.plane_names)
        return cls(by_plane, estimated, optional, hatched)

    def has_panel_by_default(self, plane: str) -> bool:
        """Return whether a plane has a panel unless the user chooses otherwise."""
        if plane in self.estimated or plane in self.optional:
            return False
        return not self.is_hatch_only(plane)

    def is_hatch_only(self, plane: str) -> bool:
        """Return whether a plane is a mask that is drawn over the others."""
        return self.hatched and DisplayStyle.group(plane) == "mask"

    def non_default_ticks(self, ticked: Iterable[str], planes: Iterable[str]) -> dict[str, bool]:
        """Return the user's ticks that differ from the default, for these planes."""
        ticks = set(ticked)
        return {
            plane: plane in ticks
            for plane in planes
            if (plane in ticks) != self.has_panel_by_default(plane)
        }


class PictureStyle(NamedTuple):
    """Style of pictures outside the window: planes, view and marks as the panels have them.

    Attributes
    ----------
    choice : PanelChoice
        The planes that have panels.
    view : View
        Zoom and centre.
    reticle, compass : bool
        Whether the reticle is drawn, and compass, scale bar and the fit's shift.
    dark : bool
        Whether the surroundings are dark.
    north : North
        Way in which north is up.
    """

    choice: PanelChoice = PanelChoice()
    view: View = View()
    reticle: bool = True
    compass: bool = True
    dark: bool = True
    north: North = North.AS_READ

    def choose_planes(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of these planes that have panels; all if none would be left."""
        planes, choice = tuple(names), self.choice
        said = choice.user_choice
        shown = (n for n in planes if said.get(n, choice.has_panel_by_default(n)))
        return tuple(shown) or planes


class PanelPicker(QDialog):
    """Dialog with a tick for each plane.

    Parameters
    ----------
    choice : PanelChoice
        The present choice.
    planes : mapping of str to str
        All planes, in the order of the panels, and the note on each.
    kinds : mapping of str to str, optional
        The kind that each plane is shown as, one of `vetter.core.display.style.KINDS`.
    """

    picked = pyqtSignal(dict)
    """Choices that differ from the default: plane to whether it has a panel."""
    kinds_picked = pyqtSignal(dict)
    """Planes that are shown as another kind than before: plane to kind."""

    def __init__(
        self,
        choice: PanelChoice,
        planes: Mapping[str, str],
        parent: QWidget | None = None,
        kinds: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel picker")
        self.setWindowTitle("Planes with panels")
        self._choice = choice
        self._first_kinds = dict(kinds or {})
        layout = QVBoxLayout(self)
        table = QGridLayout()
        layout.addLayout(table)
        self.ticks: dict[str, QCheckBox] = {}
        self.kinds: dict[str, QComboBox] = {}
        for line, (plane, note) in enumerate(planes.items()):
            tick = QCheckBox(menu_text(f"{plane}  ({note})" if note else plane), self)
            tick.setAccessibleName(plane)
            tick.setChecked(choice.user_choice.get(plane, choice.has_panel_by_default(plane)))
            tick.toggled.connect(self._on_toggled)
            self.ticks[plane] = tick
            table.addWidget(tick, line, 0)
            if plane in self._first_kinds:
                self.kinds[plane] = _make_kind_box(plane, self._first_kinds[plane])
                table.addWidget(self.kinds[plane], line, 1)
        explanation = plain_label(_EXPLANATION, self)
        explanation.setWordWrap(True)
        layout.addWidget(explanation)
        self._buttons = choice_box(self, self.reset_ticks)
        layout.addWidget(self._buttons)
        self._on_toggled()

    def accept(self) -> None:
        """Emit the choice and close."""
        self.picked.emit(self._choice.non_default_ticks(self._ticked_planes(), self.ticks))
        kinds = {plane: box.currentData() for plane, box in self.kinds.items()}
        changed = {plane: kind for plane, kind in kinds.items() if kind != self._first_kinds[plane]}
        if changed:
            self.kinds_picked.emit(changed)
        super().accept()

    def reset_ticks(self) -> None:
        """Tick the planes that have a panel by default."""
        for plane, tick in self.ticks.items():
            tick.setChecked(self._choice.has_panel_by_default(plane))

    def _ticked_planes(self) -> list[str]:
        return [plane for plane, tick in self.ticks.items() if tick.isChecked()]

    def _on_toggled(self, _on: bool = False) -> None:
        ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        if ok is not None:
            # At least one plane must have a panel.
            ok.setEnabled(bool(self._ticked_planes()))


def _make_kind_box(plane: str, kind: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(f"{plane} is shown as")
    for name in KINDS:
        box.addItem(_KIND_TITLES[name], name)
    box.setCurrentIndex(KINDS.index(kind))
    return box


def plane_choices(planes: list[str]) -> dict[str, tuple[str, ...]]:
    """Return the choices of planes by title: a triplet first if there is one, then each plane."""
    triplet = next((names for names in TRIPLETS if set(names) <= set(planes)), None)
    single: dict[str, tuple[str, ...]] = {name: (name,) for name in planes or ["image"]}
    return single if triplet is None else {"triplet": triplet, **single}
