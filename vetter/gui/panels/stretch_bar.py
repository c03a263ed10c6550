"""Bar for the looks of the planes: limits, stretch, colours, and the planes they apply to."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QWidget,
)

from vetter.core.display.colour_map import COLOUR_MAPS
from vetter.core.display.interval import INTERVALS, Interval
from vetter.core.display.stretch import STRETCHES
from vetter.core.display.style import GROUPS, DisplayStyle, PlaneStyle
from vetter.gui.actions.keymap import Keymap, with_keys
from vetter.gui.widgets.buttons import EnteredButton, EnteredCheck, EnteredCombo
from vetter.gui.widgets.flow_layout import FlowLayout
from vetter.gui.widgets.line_edits import NumberField
from vetter.gui.widgets.plain_text import plain_label

SCOPES = {
    "image planes": ("sky",),
    "difference": ("difference",),
    "error": ("err",),
    "all planes": GROUPS,
}
_MEASURED = {"sky": ("image", "template", "convolved"), "difference": ("diff", "adjusted")}
_STRETCH_TITLES = {"histeq": "histogram eq."}
_INTERVAL_TITLES = {"minmax": "min-max"}
_PERCENTAGES = (0.5, 99.5)


class StretchBar(QWidget):
    """Bar that changes the looks; Tab goes through it, and letters stay with the commands.

    Up and Down change a choice, Enter opens or presses a control.

    `looks_changed` carries the new `DisplayStyle`, chosen for the planes of the scope.
    """

    looks_changed = pyqtSignal(object)

    def __init__(self, looks: DisplayStyle, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._looks = looks
        self._limits: Mapping[str, tuple[float, float]] = {}
        self._scope = _make_combo(list(SCOPES), "Planes that these choices apply to", "planes")
        self._interval = _make_combo(
            [_INTERVAL_TITLES.get(name, name) for name in INTERVALS],
            "Limits: the darkest and the brightest value",
            "limits",
        )
        self._low, self._high = NumberField(), NumberField()
        self._low.beside, self._high.beside = self._high, self._low
        self._keymap = keymap
        self._stretch = _make_combo(
            [_STRETCH_TITLES.get(name, name) for name in STRETCHES], "Stretch", "stretch"
        )
        self._map = _make_combo(list(COLOUR_MAPS), "Colours", "colours")
        self._invert = EnteredCheck("invert")
        self._shared = EnteredCheck("shared limits")
        self._reset = EnteredButton("reset contrast")
        self.show_keys()
        self._lay_out()
        self._connect()
        self._show_looks()

    def show_keys(self) -> None:
        """Show the keys in force in the tool tips."""
        tips: tuple[tuple[QWidget, str, tuple[str, ...]], ...] = (
            (self._stretch, "Stretch", ("stretch.next", "stretch.previous")),
            (self._invert, "Invert the colours of all planes", ("stretch.invert",)),
            (
                self._shared,
                "Image, template and convolved have the same limits",
                ("stretch.shared",),
            ),
            (
                self._reset,
                "Undo the contrast and bias that were dragged with the right button",
                ("stretch.reset",),
            ),
        )
        for widget, text, commands in tips:
            widget.setToolTip(with_keys(text, self._keymap, *commands))

    @property
    def looks(self) -> DisplayStyle:
        """Looks of the planes."""
        return self._looks

    def set_looks(self, looks: DisplayStyle) -> None:
        """Take over looks from elsewhere, as a session's, without emitting `looks_changed`."""
        self._looks = looks
        self._show_looks()

    def show_limits(self, limits: Mapping[str, tuple[float, float]]) -> None:
        """Set the limits on screen, which 'manual' starts from."""
        self._limits = limits

    def next_stretch(self) -> None:
        """Choose the next stretch for the planes of the scope."""
        self._step_stretch(1)

    def previous_stretch(self) -> None:
        """Choose the previous stretch for the planes of the scope."""
        self._step_stretch(-1)

    def next_planes(self) -> None:
        """Apply the choices to the next group of planes."""
        _choose_next(self._scope)

    def next_interval(self) -> None:
        """Choose the next kind of limits for the planes of the scope."""
        _choose_next(self._interval)

    def next_colours(self) -> None:
        """Choose the next colours for the planes of the scope."""
        _choose_next(self._map)

    def type_limits(self) -> None:
        """Put the cursor into the lower limit; computed limits become manual."""
        if not self._low.isEnabled():
            self._apply(self._with_limits_on_screen())
        self._low.type_into()

    def toggle_invert(self) -> None:
        """Invert the colours of all planes, or undo that."""
        inverted = not self._looks.sky.invert
        self._change(GROUPS, invert=inverted)

    def toggle_shared(self) -> None:
        """Give image, template and convolved the same limits, or their own."""
        self._apply(dataclasses.replace(self._looks, shared=not self._looks.shared))

    def drag_contrast(self, plane: str, across: float, up: float) -> None:
        """Change bias and contrast of a plane's group by a drag in fractions of a panel."""
        group = DisplayStyle.group(plane)
        if group == "mask":
            return
        look = self._looks.group_style(group)
        bias = min(max(look.bias + across, -0.5), 1.5)
        contrast = min(max(look.contrast * 2.0 ** (2 * up), 0.1), 20.0)
        self._change((group,), bias=bias, contrast=contrast)

    def reset_contrast(self) -> None:
        """Reset contrast and bias of all planes."""
        self._change(GROUPS, bias=0.5, contrast=1.0)

    def _lay_out(self) -> None:
        layout = FlowLayout(self)
        layout.setSpacing(6)
        for field, tip in ((self._low, "Lower limit"), (self._high, "Upper limit")):
            field.setToolTip(f"{tip}: per cent for percentile, a value for manual")
            field.setAccessibleName(tip.lower())
        for widget in (
            self._scope,
            self._interval,
            self._low,
            plain_label("to"),
            self._high,
            self._stretch,
            self._map,
            self._invert,
            self._shared,
            self._reset,
        ):
            layout.addWidget(widget)

    def _connect(self) -> None:
        self._scope.activated.connect(self._on_scope)
        self._interval.activated.connect(self._on_interval)
        self._stretch.activated.connect(self._on_stretch)
        self._map.activated.connect(self._on_map)
        self._low.editingFinished.connect(self._on_number)
        self._high.editingFinished.connect(self._on_number)
        self._invert.clicked.connect(self._on_invert)
        self._shared.clicked.connect(self._on_shared)
        self._reset.clicked.connect(self._on_reset)

    @property
    def _groups(self) -> tuple[str, ...]:
        return SCOPES[self._scope.currentText()]

    @property
    def _look(self) -> PlaneStyle:
        return self._looks.group_style(self._groups[0])

    def _on_invert(self, _checked: bool) -> None:
        self.toggle_invert()

    def _on_shared(self, _checked: bool) -> None:
        self.toggle_shared()

    def _on_reset(self, _checked: bool) -> None:
        self.reset_contrast()

    def _on_scope(self, _index: int) -> None:
        self._show_looks()

    def _on_interval(self, index: int) -> None:
        kind = INTERVALS[index]
        if kind == self._look.interval.kind:
            return
        if kind == "percentile":
            self._change(self._groups, interval=Interval(kind, *_PERCENTAGES))
        elif kind == "manual":
            self._apply(self._with_limits_on_screen())
        else:
            self._change(self._groups, interval=Interval(kind))

    def _with_limits_on_screen(self) -> DisplayStyle:
        """Return the looks with each group's present limits as manual ones."""
        looks = self._looks
        for group in self._groups:
            planes = [name for name in self._limits if DisplayStyle.group(name) == group]
            measured = [name for name in _MEASURED.get(group, ()) if name in planes] or planes
            low, high = self._limits[measured[0]] if measured else (0.0, 1.0)
            looks = looks.with_(group, interval=Interval("manual", low, high))
        return looks

    def _on_stretch(self, index: int) -> None:
        self._change(self._groups, stretch=STRETCHES[index])

    def _on_map(self, index: int) -> None:
        self._change(self._groups, cmap=COLOUR_MAPS[index])

    def _on_number(self) -> None:
        kind = self._look.interval.kind
        try:
            interval = Interval(kind, float(self._low.text()), float(self._high.text()))
        except ValueError:
            self._low.undo_typing()
            self._high.undo_typing()
            return
        if interval != self._look.interval:
            self._change(self._groups, interval=interval)

    def _step_stretch(self, step: int) -> None:
        at = STRETCHES.index(self._look.stretch)
        self._change(self._groups, stretch=STRETCHES[(at + step) % len(STRETCHES)])

    def _change(self, groups: tuple[str, ...], **changes: Any) -> None:
        looks = self._looks
        for group in groups:
            looks = looks.with_(group, **changes)
        self._apply(looks)

    def _apply(self, looks: DisplayStyle) -> None:
        changed = looks != self._looks
        self._looks = looks
        self._show_looks()
        if changed:
            self.looks_changed.emit(looks)

    def _show_looks(self) -> None:
        look, interval = self._look, self._look.interval
        self._interval.setCurrentIndex(INTERVALS.index(interval.kind))
        self._stretch.setCurrentIndex(STRETCHES.index(look.stretch))
        self._map.setCurrentIndex(COLOUR_MAPS.index(look.cmap))
        takes_numbers = interval.kind in ("percentile", "manual")
        for field, number in ((self._low, interval.low), (self._high, interval.high)):
            field.setEnabled(takes_numbers)
            field.set_number(number) if takes_numbers else field.clear()
        self._invert.setChecked(self._looks.sky.invert)
        self._shared.setChecked(self._looks.shared)
        looks = [self._looks.group_style(group) for group in GROUPS]
        self._reset.setVisible(any(look.contrast != 1 or look.bias != 0.5 for look in looks))


def _make_combo(titles: list[str], tip: str, name: str) -> QComboBox:
    box = EnteredCombo()
    box.setAccessibleName(name)
    box.addItems(titles)
    box.setToolTip(tip)
    return box


def _choose_next(box: QComboBox) -> None:
    """Choose the next entry, with the signal of a click."""
    index = (box.currentIndex() + 1) % box.count()
    box.setCurrentIndex(index)
    box.activated.emit(index)
