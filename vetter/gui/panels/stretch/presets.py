"""Presets of the stretch: named looks, those of the program and those that the user saves."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QInputDialog, QMenu, QWidget

from vetter.core.display.interval import Interval
from vetter.core.display.style import GROUPS, DisplayStyle
from vetter.gui.widgets.buttons import EnteredButton
from vetter.gui.widgets.plain_text import menu_text

_BUILT_IN = {
    "by noise": (Interval(), "asinh", "asinh"),
    "0.5 to 99.5%": (Interval("percentile", 0.5, 99.5), "asinh", "linear"),
    "faint: \N{MINUS SIGN}1 to 4 sigma": (Interval("sigma", -1.0, 4.0), "linear", "linear"),
    "zscale": (Interval("zscale"), "linear", "linear"),
    "whole range, log": (Interval("minmax"), "log", "asinh"),
}


def built_in_presets(looks: DisplayStyle) -> dict[str, DisplayStyle]:
    """Return the program's presets; colours, sharing and kinds of planes stay those of `looks`."""
    presets = {}
    for name, (interval, sky, difference) in _BUILT_IN.items():
        changed = looks
        for group in GROUPS:
            changed = changed.with_(group, interval=interval, contrast=1.0, bias=0.5)
        changed = changed.with_("sky", stretch=sky)
        presets[name] = changed.with_("difference", stretch=difference)
    return presets


class PresetButton(EnteredButton):
    """Button whose menu chooses, saves and removes presets.

    Parameters
    ----------
    tip : str
        Tool tip.
    """

    chosen = pyqtSignal(object)
    """A `DisplayStyle` was chosen."""
    saved = pyqtSignal(dict)
    """The user's presets have changed: name to `DisplayStyle.record()`."""

    def __init__(self, tip: str, parent: QWidget | None = None) -> None:
        super().__init__("presets", parent)
        self.setToolTip(tip)
        self._looks = DisplayStyle()
        self._own: dict[str, dict[str, Any]] = {}
        menu = QMenu(self)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)

    @property
    def presets(self) -> dict[str, DisplayStyle]:
        """All presets by name: the program's, then the user's."""
        presets = built_in_presets(self._looks)
        for name, record in self._own.items():
            presets[name] = dataclasses.replace(
                DisplayStyle.from_record(record),
                kinds=self._looks.kinds,
                blinks=self._looks.blinks,
            )
        return presets

    def show_looks(self, looks: DisplayStyle) -> None:
        """Set the looks on screen, which are marked in the menu and can be saved."""
        self._looks = looks

    def restore(self, stored: object) -> None:
        """Restore the user's presets from a session; unreadable ones are left out."""
        if not isinstance(stored, Mapping):
            return
        self._own = {}
        for name, record in stored.items():
            try:
                DisplayStyle.from_record(record)
            except (ValueError, TypeError, KeyError, AttributeError):
                # Another version may have written the record.
                continue
            self._own[str(name)] = dict(record)

    def save_as(self, name: str) -> None:
        """Save the looks on screen under a name."""
        self._own[name] = self._looks.record()
        self.saved.emit(dict(self._own))

    def remove(self, name: str) -> None:
        """Remove one of the user's presets."""
        del self._own[name]
        self.saved.emit(dict(self._own))

    def choose_next(self) -> None:
        """Choose the preset after the one on screen."""
        presets = self.presets
        names = list(presets)
        shown = [name for name, looks in presets.items() if looks == self._looks]
        at = names.index(shown[0]) if shown else -1
        self.chosen.emit(presets[names[(at + 1) % len(names)]])

    def _fill(self) -> None:
        menu = self.menu()
        assert menu is not None
        menu.clear()
        for name, looks in self.presets.items():
            action = menu.addAction(menu_text(name))
            assert action is not None
            action.setCheckable(True)
            action.setChecked(looks == self._looks)
            action.setData(name)
            action.triggered.connect(self._on_chosen)
        menu.addSeparator()
        menu.addAction("Save as preset...", self._ask_name)
        for name in self._own:
            action = menu.addAction(menu_text(f"Remove {name}"))
            assert action is not None
            action.setData(name)
            action.triggered.connect(self._on_removed)

    def _on_chosen(self, _checked: bool) -> None:
        self.chosen.emit(self.presets[self._sent_name()])

    def _on_removed(self, _checked: bool) -> None:
        self.remove(self._sent_name())

    def _sent_name(self) -> str:
        action: Any = self.sender()
        return str(action.data())

    def _ask_name(self) -> None:
        dialog = QInputDialog(self.window())
        dialog.setWindowTitle("Save as preset")
        dialog.setLabelText("Name of the preset")
        dialog.textValueSelected.connect(self._on_named)
        dialog.open()

    def _on_named(self, name: str) -> None:
        if name.strip():
            self.save_as(name.strip())
