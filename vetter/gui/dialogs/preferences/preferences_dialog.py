"""Dialog of the preferences: each change applies at once and is stored in the user's files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QPushButton,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from vetter.core.display.colour_map import COLOUR_MAPS
from vetter.errors import SettingsError
from vetter.gui.actions.command import Command
from vetter.gui.actions.keymap import Keymap
from vetter.gui.dialogs.preferences.key_page import KeyPage
from vetter.gui.dialogs.preferences.layout_page import LayoutPage
from vetter.gui.dialogs.preferences.tag_page import TagPage
from vetter.gui.opening.start_page import BLIND
from vetter.gui.panels.stretch.stretch_bar import INTERVAL_TITLES, STRETCH_TITLES
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.opening.preferences import Preferences
from vetter.settings import (
    MAX_BLINK_RATE,
    SAFE_BLINK_RATE,
    SERVICES,
    THEMES,
)

THEME_TITLES = {"system": "as the desktop", "dark": "dark", "light": "light"}
FLASH_WARNING = (
    "Pictures that change more than three times a second can cause seizures in photosensitive "
    "people, also in those who look over your shoulder."
)
_STORED = "Changes apply at once and are kept for the next start."


class PreferencesDialog(QDialog):
    """Dialog with pages for theme and pixels, keys, tags, list, memory and services, layouts.

    Parameters
    ----------
    preferences : Preferences
    commands : sequence of Command
        The command table, with the user's names of the tags.
    keymap : Keymap
        The keys in force.
    columns : sequence of str
        The present columns of the list; empty without a list.
    layouts : LayoutPage, optional
        Page of the layouts, if there is a window with candidates.
    """

    def __init__(
        self,
        preferences: Preferences,
        commands: Sequence[Command[Any]],
        keymap: Keymap,
        columns: Sequence[str] = (),
        layouts: LayoutPage | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("preferences")
        self.setWindowTitle("Preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 500)
        self._preferences = preferences
        self._present_columns = tuple(columns)
        self.pages = QTabWidget(self)
        self.keys = KeyPage(commands, keymap)
        review = preferences.settings.review
        self.tags = TagPage(review.tags, review.tag_colours)
        self.pages.addTab(self._make_look_page(), "Look")
        self.pages.addTab(self.keys, "Keys")
        self.pages.addTab(self.tags, "Tags")
        self.pages.addTab(self._make_list_page(), "List")
        self.pages.addTab(self._make_service_page(), "Memory and services")
        if layouts is not None:
            self.pages.addTab(layouts, "Layouts")
        self.state = plain_label(_STORED, self)
        self.state.setWordWrap(True)
        self.state.setAccessibleName("state of the preferences")
        close = button_box(QDialogButtonBox.StandardButton.Close, self)
        close.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.state)
        layout.addWidget(close)
        self.keys.keys_changed.connect(preferences.change_keys)
        self.tags.tags_changed.connect(self._on_tags)
        preferences.failed.connect(self._on_failed)
        preferences.stored.connect(self._on_stored)
        self.theme.setFocus()

    def _make_look_page(self) -> QWidget:
        display = self._preferences.settings.display
        page = QWidget(self)
        form = QFormLayout(page)
        self.theme = _combo({name: THEME_TITLES[name] for name in THEMES}, display.theme)
        self.radius = QDoubleSpinBox()
        self.radius.setRange(4, 250)
        self.radius.setDecimals(1)
        self.radius.setValue(display.radius)
        self.radius.setSuffix(" pixels")
        self.reticle = QCheckBox("mark the candidate's position")
        self.reticle.setChecked(display.reticle)
        form.addRow("Theme", self.theme)
        form.addRow("Cutout's radius", self.radius)
        form.addRow("Reticle", self.reticle)
        self._add_blink(form, page)
        choices = (
            ("interval", "Limits", INTERVAL_TITLES),
            ("stretch", "Stretch", STRETCH_TITLES),
            ("colour_map", "Colours of images", {name: name for name in COLOUR_MAPS}),
            ("difference_map", "Colours of differences", {name: name for name in COLOUR_MAPS}),
        )
        note = plain_label("For new sessions; a session keeps the looks chosen in it:", page)
        form.addRow(note)
        self.looks: dict[str, QComboBox] = {}
        for key, title, entries in choices:
            box = self.looks[key] = _combo(entries, getattr(display, key))
            form.addRow(title, box)
            box.activated.connect(self._on_look)
        self.theme.activated.connect(self._on_look)
        self.reticle.toggled.connect(self._on_look)
        self._watch(self.radius)
        return page

    def _add_blink(self, form: QFormLayout, page: QWidget) -> None:
        display = self._preferences.settings.display
        self.blink_rate = QDoubleSpinBox()
        self.blink_rate.setRange(0.5, MAX_BLINK_RATE if display.fast_blink else SAFE_BLINK_RATE)
        self.blink_rate.setDecimals(1)
        self.blink_rate.setSingleStep(0.5)
        self.blink_rate.setValue(display.allowed_blink_rate)
        self.blink_rate.setSuffix(" changes a second")
        self.fast_blink = QCheckBox("allow more than 3 changes a second")
        self.fast_blink.setChecked(display.fast_blink)
        self.fast_blink.setToolTip(FLASH_WARNING)
        self.fast_blink.setAccessibleDescription(FLASH_WARNING)
        warning = plain_label(f"⚠ {FLASH_WARNING}", page)
        warning.setWordWrap(True)
        form.addRow("Blink by itself", self.blink_rate)
        form.addRow("", self.fast_blink)
        form.addRow("", warning)
        self.fast_blink.toggled.connect(self._on_fast_blink)
        self._watch(self.blink_rate)

    def _make_list_page(self) -> QWidget:
        page = QWidget(self)
        layout = QVBoxLayout(page)
        self.columns = plain_label(parent=page)
        self.columns.setWordWrap(True)
        self.columns.setAccessibleName("first columns of a list")
        explanation = plain_label(
            "First columns of lists that have them. What you choose for a list is remembered for "
            "lists with the same columns.",
            page,
        )
        explanation.setWordWrap(True)
        self.take_columns = QPushButton("Take the columns of this list", page)
        self.take_columns.setEnabled(bool(self._present_columns))
        self.usual_columns = QPushButton("Default", page)
        for button, slot in (
            (self.take_columns, self._on_take_columns),
            (self.usual_columns, self._on_usual_columns),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(slot)
        self.blind = QCheckBox(BLIND, page)
        self.blind.setChecked(self._preferences.settings.review.blind)
        self.blind.clicked.connect(self._on_blind)
        blind_note = plain_label(
            "The open list is read again without these. Each decision records that they were "
            "hidden.",
            page,
        )
        blind_note.setWordWrap(True)
        for widget in (explanation, self.columns, self.take_columns, self.usual_columns):
            layout.addWidget(widget)
        layout.addSpacing(16)
        layout.addWidget(self.blind)
        layout.addWidget(blind_note)
        layout.addStretch(1)
        self._show_columns()
        return page

    def _make_service_page(self) -> QWidget:
        settings = self._preferences.settings
        page = QWidget(self)
        form = QFormLayout(page)
        self.cache = QSpinBox()
        self.cache.setRange(16, 65536)
        self.cache.setSingleStep(32)
        self.cache.setSuffix(" MB")
        self.cache.setValue(settings.review.cache_megabytes)
        self.ahead = QSpinBox()
        self.ahead.setRange(1, 200)
        self.ahead.setValue(settings.review.build_ahead)
        form.addRow("Memory for cutouts", self.cache)
        form.addRow("Cutouts built ahead", self.ahead)
        form.addRow(plain_label("Pages offered at a candidate's position:", page))
        self.services: dict[str, QCheckBox] = {}
        for name in SERVICES:
            box = self.services[name] = QCheckBox(name)
            box.setChecked(name in settings.services.pages)
            box.toggled.connect(self._on_services)
            form.addRow("", box)
        self._watch(self.cache)
        self._watch(self.ahead)
        return page

    def _watch(self, field: QAbstractSpinBox) -> None:
        field.setKeyboardTracking(False)
        field.editingFinished.connect(self._on_number)

    def _change(self, changes: dict[tuple[str, str], Any]) -> None:
        try:
            self._preferences.change_settings(changes)
        except SettingsError as error:
            self._on_failed(f"not changed: {error}")

    def _on_look(self, _what: object = None) -> None:
        display = self._preferences.settings.display
        chosen = {key: box.currentData() for key, box in self.looks.items()}
        chosen |= {"theme": self.theme.currentData(), "reticle": self.reticle.isChecked()}
        self._change(
            {
                ("display", key): value
                for key, value in chosen.items()
                if value != getattr(display, key)
            }
        )

    def _on_fast_blink(self, allowed: bool) -> None:
        self.blink_rate.setMaximum(MAX_BLINK_RATE if allowed else SAFE_BLINK_RATE)
        rate = self.blink_rate.value()
        self._change({("display", "fast_blink"): allowed, ("display", "blink_rate"): rate})

    def _on_number(self) -> None:
        settings = self._preferences.settings
        changes: dict[tuple[str, str], Any] = {}
        if self.radius.value() != settings.display.radius:
            changes["display", "radius"] = self.radius.value()
        if self.blink_rate.value() != settings.display.allowed_blink_rate:
            changes["display", "blink_rate"] = self.blink_rate.value()
        if self.cache.value() != settings.review.cache_megabytes:
            changes["review", "cache_megabytes"] = self.cache.value()
        if self.ahead.value() != settings.review.build_ahead:
            changes["review", "build_ahead"] = self.ahead.value()
        self._change(changes)

    def _on_services(self, _on: bool) -> None:
        pages = tuple(name for name, box in self.services.items() if box.isChecked())
        self._change({("services", "pages"): pages})

    def _on_tags(self, tags: tuple[str, ...], colours: tuple[str, ...]) -> None:
        review = self._preferences.settings.review
        changes: dict[tuple[str, str], Any] = {}
        if tags != review.tags:
            changes["review", "tags"] = tags
        if colours != review.tag_colours:
            changes["review", "tag_colours"] = colours
        self._change(changes)

    def _on_blind(self, is_blind: bool) -> None:
        self._change({("review", "blind"): is_blind})

    def _on_take_columns(self) -> None:
        self._change({("review", "columns"): self._present_columns})
        self._show_columns()

    def _on_usual_columns(self) -> None:
        self._change({("review", "columns"): ()})
        self._show_columns()

    def _show_columns(self) -> None:
        names = self._preferences.settings.review.columns
        self.columns.setText(", ".join(names) or "those that the kind of list suggests")
        self.usual_columns.setEnabled(bool(names))

    def _on_failed(self, text: str) -> None:
        self.state.setText(f"⚠ {text}")

    def _on_stored(self) -> None:
        self.state.setText(_STORED)


def _combo(titles: dict[str, str], chosen: str) -> QComboBox:
    box = QComboBox()
    for name, title in titles.items():
        box.addItem(title, name)
    box.setCurrentIndex(max(box.findData(chosen), 0))
    return box
