"""Bar for the looks of the planes: limits, stretch, colours, and the planes they apply to."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import QSize, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from vetter.core.display.colour_map import COLOUR_MAPS
from vetter.core.display.interval import INTERVALS, SIGMAS, Interval
from vetter.core.display.stretch import STRETCHES
from vetter.core.display.style import GROUPS, DisplayStyle, PlaneStyle
from vetter.gui.actions.keymap import Keymap, with_keys
from vetter.gui.panels.stretch.histogram import LimitsHistogram
from vetter.gui.panels.stretch.limits_text import LimitsText, format_limits
from vetter.gui.panels.stretch.presets import PresetButton
from vetter.gui.widgets.buttons import EnteredButton, EnteredCheck, EnteredCombo
from vetter.gui.widgets.line_edits import NumberField
from vetter.gui.widgets.plain_text import plain_label
from vetter.gui.widgets.theme import DARK, LIGHT
from vetter.review.cutouts.rendered_cutout import RenderedCutout

SCOPES = {
    "image planes": ("sky",),
    "difference": ("difference",),
    "error": ("err",),
    "all planes": GROUPS,
}
_MEASURED = {"sky": ("image", "template", "convolved"), "difference": ("diff", "adjusted")}
STRETCH_TITLES = {name: name for name in STRETCHES} | {"histeq": "histogram eq."}
INTERVAL_TITLES = {name: name for name in INTERVALS} | {
    "noise": "by noise",
    "sigma": "sigma clipping",
    "minmax": "min-max",
}
"""Names of stretches and of ways to choose limits, for the user."""
_PERCENTAGES = (0.5, 99.5)
_LEAST_WIDTH = 240


class StretchBar(QWidget):
    """Bar that changes the looks; letters reach the commands from all but its number fields.

    In a narrow window the widgets that do not fit are hidden: each has a command.
    """

    looks_changed = pyqtSignal(object)
    """The new `DisplayStyle`, changed for the planes of the scope."""
    presets_changed = pyqtSignal(dict)
    """The user's presets, by name, for the session."""

    def __init__(self, looks: DisplayStyle, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._looks = looks
        self._limits: Mapping[str, tuple[float, float]] = {}
        self._frame: RenderedCutout | None = None
        self.histogram = LimitsHistogram()
        self.histogram.hide()
        self._scope = _make_choice(list(SCOPES), "Planes that these choices apply to", "planes")
        self._interval = _make_choice(
            [INTERVAL_TITLES[name] for name in INTERVALS],
            "Limits: the darkest and the brightest value",
            "limits",
        )
        self._low, self._high = NumberField(), NumberField()
        self._low.beside, self._high.beside = self._high, self._low
        self._stretch = _make_choice(
            [STRETCH_TITLES[name] for name in STRETCHES], "Stretch", "stretch"
        )
        self._map = _make_choice(list(COLOUR_MAPS), "Colours", "colours")
        self._invert = EnteredCheck("invert")
        self._shared = EnteredCheck("shared limits")
        self._per_candidate = EnteredCheck("this one only")
        self._presets = PresetButton("")
        self._shown_limits = LimitsText()
        self._reset = EnteredButton("reset contrast")
        self._keymap = keymap
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
                self._per_candidate,
                "Changes apply to the candidate on screen alone",
                ("stretch.per_candidate",),
            ),
            (self._presets, "Named looks: choose, save, remove", ("stretch.presets",)),
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

    @property
    def is_per_candidate(self) -> bool:
        """Whether changes apply to the candidate on screen alone."""
        return self._per_candidate.isChecked()

    def show_limits(self, limits: Mapping[str, tuple[float, float]], unit: str = "") -> None:
        """Set the limits on screen and their unit; 'manual' starts from these limits."""
        self._limits = limits
        plane = self._measured_plane(self._groups[0])
        if plane is None or self._look.interval.kind == "manual":
            self._shown_limits.set_text(unit)
        else:
            self._shown_limits.set_text(f"{format_limits(*limits[plane])} {unit}".rstrip())

    def show_frame(self, frame: RenderedCutout) -> None:
        """Show the limits of the candidate on screen, and its histogram if that is shown."""
        self._frame = frame
        self.show_limits(frame.limits, frame.unit)
        self._show_histogram()

    def set_theme(self, dark: bool) -> None:
        """Set the dark or light theme of the histogram."""
        self.histogram.set_tones(DARK if dark else LIGHT)

    def restore_presets(self, stored: object) -> None:
        """Restore the user's presets from a session."""
        self._presets.restore(stored)

    def next_preset(self) -> None:
        """Choose the next preset."""
        self._presets.choose_next()

    def show_presets(self) -> None:
        """Open the menu of the presets."""
        self._presets.showMenu()

    def toggle_histogram(self) -> None:
        """Show or hide the histogram with the limits as handles."""
        self.histogram.setVisible(self.histogram.isHidden())
        self._show_histogram()

    def toggle_per_candidate(self) -> None:
        """Apply changes to the candidate on screen alone, or to all again."""
        self._per_candidate.setChecked(not self._per_candidate.isChecked())

    def set_kinds(self, kinds: Mapping[str, str]) -> None:
        """Set the groups of planes whose names do not tell them: plane to group."""
        looks = self._looks
        for plane, kind in kinds.items():
            looks = looks.with_kind(plane, kind)
        self._apply(looks)

    def set_blinks(self, planes: tuple[str, ...]) -> None:
        """Set the planes to blink through; none for image, template and convolved."""
        self._apply(dataclasses.replace(self._looks, blinks=planes))

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
        group = self._looks.group_of(plane)
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
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        column.addWidget(self.histogram)
        layout = QHBoxLayout()
        column.addLayout(layout)
        layout.setSpacing(6)
        self._to = plain_label("to")
        for field, tip in ((self._low, "Lower limit"), (self._high, "Upper limit")):
            field.setToolTip(
                f"{tip}: per cent for percentile, sigmas above the sky for sigma clipping, a value "
                "for manual"
            )
            field.setAccessibleName(tip.lower())
        for widget in (
            self._scope,
            self._interval,
            self._low,
            self._to,
            self._high,
            self._stretch,
            self._map,
            self._presets,
            self._invert,
            self._shared,
            self._per_candidate,
            self._reset,
            self._shown_limits,
        ):
            layout.addWidget(widget)
        layout.addStretch(1)

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
        self._presets.chosen.connect(self._apply)
        self._presets.saved.connect(self.presets_changed)
        self.histogram.limits_changed.connect(self._on_handles)

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
        if self._frame is not None:
            self.show_frame(self._frame)

    def _on_interval(self, index: int) -> None:
        kind = INTERVALS[index]
        if kind == self._look.interval.kind:
            return
        if kind in ("percentile", "sigma"):
            numbers = _PERCENTAGES if kind == "percentile" else SIGMAS
            self._change(self._groups, interval=Interval(kind, *numbers))
        elif kind == "manual":
            self._apply(self._with_limits_on_screen())
        else:
            self._change(self._groups, interval=Interval(kind))

    def _with_limits_on_screen(self) -> DisplayStyle:
        """Return the looks with each group's present limits as manual ones."""
        looks = self._looks
        for group in self._groups:
            plane = self._measured_plane(group)
            low, high = (0.0, 1.0) if plane is None else self._limits[plane]
            looks = looks.with_(group, interval=Interval("manual", low, high))
        return looks

    def _measured_plane(self, group: str) -> str | None:
        """Return the first plane of a group on screen, `image` or `diff` if there."""
        planes = [name for name in self._limits if self._looks.group_of(name) == group]
        measured = [name for name in _MEASURED.get(group, ()) if name in planes] or planes
        return measured[0] if measured else None

    def _show_histogram(self) -> None:
        frame, plane = self._frame, self._measured_plane(self._groups[0])
        if frame is None or plane is None or self.histogram.isHidden():
            return
        self.histogram.show_plane(
            plane, frame.planes.get(plane), frame.limits[plane], frame.noise.get(plane)
        )

    def _on_handles(self, low: float, high: float) -> None:
        self._change(self._groups, interval=Interval("manual", low, high))

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
        has_limits = interval.has_limits
        self._to.setVisible(has_limits)
        for field, number in ((self._low, interval.low), (self._high, interval.high)):
            field.setVisible(has_limits)
            field.setEnabled(has_limits)
            field.set_number(number) if has_limits else field.clear()
        self._invert.setChecked(self._looks.sky.invert)
        self._shared.setChecked(self._looks.shared)
        self._presets.show_looks(self._looks)
        self._fit_width()

    def _fit_width(self) -> None:
        """Hide the last widgets that do not fit; planes and limits always stay."""
        looks = [self._looks.group_style(group) for group in GROUPS]
        is_dragged = any(look.contrast != 1 or look.bias != 0.5 for look in looks)
        room = self.width() - sum(
            widget.sizeHint().width() + 6
            for widget in (self._scope, self._interval, self._low, self._to, self._high)
            if not widget.isHidden()
        )
        for widget in (
            self._stretch,
            *((self._reset,) if is_dragged else ()),
            self._map,
            self._invert,
            self._shared,
            self._presets,
            self._shown_limits,
            self._per_candidate,
        ):
            room -= widget.sizeHint().width() + 6
            widget.setVisible(room >= 0)
        if not is_dragged:
            self._reset.hide()

    def minimumSizeHint(self) -> QSize:
        """Return a small width, so that the bar never widens the window."""
        return QSize(_LEAST_WIDTH, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._fit_width()
        super().resizeEvent(event)


def _choose_next(box: QComboBox) -> None:
    """Choose the next entry, with the signal of a click."""
    index = (box.currentIndex() + 1) % box.count()
    box.setCurrentIndex(index)
    box.activated.emit(index)


def _make_choice(titles: list[str], tip: str, name: str) -> EnteredCombo:
    choice = EnteredCombo()
    choice.setAccessibleName(name)
    choice.addItems(titles)
    choice.setToolTip(tip)
    return choice
