"""Preferences of the user, applied in memory at once and stored on a worker thread."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue
from typing import Any, NamedTuple

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.errors import VetterError
from vetter.io.settings_file import save_keymap, save_settings
from vetter.review.opening.named_filters import NamedFilters
from vetter.review.opening.window_settings import (
    Arrangement,
    delete_filter,
    delete_layout,
    load_arrangement,
    load_columns,
    load_filters,
    load_layouts,
    load_lost_keys,
    save_arrangement,
    save_columns,
    save_filter,
    save_layout,
    save_lost_keys,
)
from vetter.settings import Settings

WAIT_SECONDS = 3.0
"""3 s at most that the end of the program waits for a slow disk."""


class PreferenceFiles(NamedTuple):
    """Files of the preferences; None means the user's own.

    Attributes
    ----------
    settings, keymap : str or None
    keeps_window : bool
        Whether windows begin as the last one was, and are remembered: for the program's windows,
        not for those of scripts.
    """

    settings: str | None = None
    keymap: str | None = None
    keeps_window: bool = False


class Preferences(QObject):
    """Settings, keys, and the arrangement of windows.

    Parameters
    ----------
    settings : Settings
    keymap : mapping or None
        The user's keymap file, parsed.
    files : PreferenceFiles

    Attributes
    ----------
    arrangement : Arrangement
        Arrangement of the last window.
    columns : dict
        Chosen columns by kind of list; see `window_settings.list_kind`.
    layouts : dict
        Named layouts.
    filters : NamedFilters
        Filters that the user has named, for all sessions.
    """

    settings_changed = pyqtSignal(object)  # Settings
    keymap_changed = pyqtSignal(object)  # command ids to keys
    layouts_changed = pyqtSignal()
    failed = pyqtSignal(str)  # why something was not stored
    stored = pyqtSignal()

    def __init__(
        self,
        settings: Settings,
        keymap: Mapping[str, Any] | None,
        files: PreferenceFiles,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings
        self.keymap: dict[str, Any] = dict(keymap or {})
        self._files = files
        keeps = files.keeps_window
        self.keeps_window = keeps
        # At the start only, as the settings: the window needs its size before it shows.
        self.arrangement = load_arrangement() if keeps else Arrangement()
        self.columns = load_columns() if keeps else {}
        self.layouts = load_layouts() if keeps else {}
        self.filters = NamedFilters(load_filters() if keeps else {}, keeps, self)
        self.filters.kept.connect(self._on_filter_kept)
        self.filters.deleted.connect(self._on_filter_deleted)
        self._lost_keys = load_lost_keys() if keeps else set()
        self._jobs: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def change_settings(self, changes: Mapping[tuple[str, str], Any]) -> None:
        """Apply other values of settings, by section and key, and store them.

        Raises
        ------
        SettingsError
            A value cannot be used; nothing has changed.
        """
        record = dataclasses.asdict(self.settings)
        for (section, key), value in changes.items():
            record[section][key] = value
        settings = Settings.from_mapping(record)
        if settings == self.settings:
            return
        self.settings = settings
        self.settings_changed.emit(settings)
        self._submit(lambda: save_settings(changes, self._files.settings))

    def change_keys(self, changes: Mapping[str, Sequence[str]]) -> None:
        """Apply other keys of commands, checked by the caller, and store them."""
        self.keymap |= {name: list(keys) for name, keys in changes.items()}
        self.keymap_changed.emit(dict(self.keymap))
        self._submit(lambda: save_keymap(changes, self._files.keymap))

    def keep_arrangement(self, arrangement: Arrangement) -> None:
        """Store the arrangement of the window."""
        if self.keeps_window and arrangement != self.arrangement:
            self.arrangement = arrangement
            self._submit(lambda: save_arrangement(arrangement))

    def keep_columns(self, kind: str, names: list[str]) -> None:
        """Store the chosen columns of a kind of list."""
        self.columns[kind] = names
        if self.keeps_window:
            self._submit(lambda: save_columns(kind, names))

    def keep_layout(self, name: str, arrangement: Arrangement) -> None:
        """Store a named layout, in place of one with the same name."""
        layouts = self.layouts | {name: arrangement}
        self.layouts = dict(sorted(layouts.items(), key=lambda item: item[0].casefold()))
        self.layouts_changed.emit()
        if self.keeps_window:
            self._submit(lambda: save_layout(name, arrangement))

    def delete_layout(self, name: str) -> None:
        """Delete a named layout."""
        self.layouts.pop(name, None)
        self.layouts_changed.emit()
        if self.keeps_window:
            self._submit(lambda: delete_layout(name))

    def _on_filter_kept(self, name: str, expression: str) -> None:
        if self.keeps_window:
            self._submit(lambda: save_filter(name, expression))

    def _on_filter_deleted(self, name: str) -> None:
        if self.keeps_window:
            self._submit(lambda: delete_filter(name))

    def note_lost_keys(self, names: set[str]) -> set[str]:
        """Keep the commands without a key; return those that the user is to be told of."""
        new = names - self._lost_keys
        if names != self._lost_keys:
            self._lost_keys = set(names)
            if self.keeps_window:
                self._submit(lambda: save_lost_keys(names))
        return new

    def close(self) -> None:
        """Wait until all is written; the object may be used again afterwards."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            thread.join(WAIT_SECONDS)

    def _submit(self, job: Callable[[], object]) -> None:
        self._jobs.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="preferences", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                try:
                    job()
                except (VetterError, OSError) as error:
                    self.failed.emit(f"not stored: {error}")
                else:
                    self.stored.emit()
            except RuntimeError:  # the window's objects are gone
                return
