"""Succession of windows: each is built on an input that loaded behind the previous window.

A line in the status bar names the input.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtWidgets import QApplication

from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.agreement.share import share_of_record
from vetter.core.fakes.plan import PLANT_KEY
from vetter.core.number_text import format_count
from vetter.errors import ColumnsWanted, VetterError
from vetter.gui.actions.command import Command
from vetter.gui.actions.keymap import lost_keys, make_keymap
from vetter.gui.widgets.verdict_style import is_dark
from vetter.gui.windows.main_window import MainWindow
from vetter.gui.windows.session_copying import SessionCopying
from vetter.gui.windows.start_window import StartWindow
from vetter.gui.windows.window import Window
from vetter.gui.windows.window_memory import WindowMemory, apply_arrangement, arrangement_of
from vetter.io.field.nearby_planes import PlanesWanted
from vetter.io.input_options import InputOptions
from vetter.io.inputs.share_source import take_share
from vetter.io.session.default_path import default_session_path, unusual_name_note
from vetter.io.session.recent_sessions import RecentSession
from vetter.io.session.session_file import SessionFile
from vetter.review.opening.input_reader import InputReader, OpenRequest
from vetter.review.opening.practice import practice_request, remove_practice
from vetter.review.opening.preferences import PreferenceFiles, Preferences
from vetter.review.opening.recents import Recents
from vetter.settings import Settings

if TYPE_CHECKING:
    from vetter.gui.dialogs.preferences.layout_page import LayoutPage

REMEMBERED_EVERY_MS = 60_000

Build = Callable[[CutoutSource, SessionFile], tuple[MainWindow, list[str]]]


class WindowManager(QObject):
    """Manager of the one window at a time: one per source, and the first page without a source.

    Parameters
    ----------
    build : callable
        Makes the window's objects from a source and a session file; returns the window and the
        notes on the session.
    settings : Settings
    keymap : mapping or None
        The user's keymap file, parsed.
    reviewer : str
    commands, window_commands : tuple of Command
        Every command of the program, and the commands of the first page, without candidates.
    preferences : Preferences, optional
        Settings and keys as the user changes them; by default these settings and this keymap.
    """

    window: MainWindow | StartWindow

    def __init__(
        self,
        build: Build,
        settings: Settings,
        keymap: Mapping[str, Any] | None,
        reviewer: str,
        commands: tuple[Command[MainWindow], ...],
        window_commands: tuple[Command[Window], ...],
        preferences: Preferences | None = None,
    ) -> None:
        super().__init__(QApplication.instance())
        self._build = build
        self.preferences = preferences or Preferences(settings, keymap, PreferenceFiles())
        self.preferences.setParent(self)
        self.preferences.settings_changed.connect(self._on_settings_changed)
        self.preferences.keymap_changed.connect(self._on_keymap_changed)
        self._memory = WindowMemory(self.preferences)
        self._reviewer = reviewer
        self._commands, self._window_commands = commands, window_commands
        self._path = Path()
        self._practised: Path | None = None
        """Session from which the user went to a practice; None if the program began with it."""
        self._held: tuple[OpenRequest, CutoutSource] | None = None
        self.recents = Recents(self)
        self._reader = InputReader(self.usual_radius, self)
        self._reader.done.connect(self._on_read)
        self._reader.failed.connect(self._on_failed)
        self._reader.planes_wanted.connect(self._on_planes_wanted)
        self._reader.columns_wanted.connect(self._on_columns_wanted)

    @property
    def usual_radius(self) -> float:
        """Default radius (half the side) of a cutout, pixels."""
        return self.preferences.settings.display.radius

    @property
    def main_window(self) -> MainWindow:
        """The window, while an input is open."""
        assert isinstance(self.window, MainWindow)
        return self.window

    def open(self, request: OpenRequest) -> None:
        """Read another input, or the same with other options, and replace the window by its own.

        The window stays usable meanwhile; if the input cannot be opened, the window stays and
        shows the reason.
        """
        self._drop_held()
        self.window.opening.strip.show_opening(request.name)
        self._reader.read(request)

    def show(self, source: CutoutSource, path: Path) -> None:
        """Build and show a window on a source, with its session in a file.

        Raises
        ------
        VetterError
            The session file cannot be used.
        """
        taken = unusual_name_note(path, source.record.get("inputs", ()))
        store = SessionFile.start(path, self._reviewer)
        try:
            window, notes = self._build(source, store)
        except BaseException:
            store.close()
            raise
        self._path = path
        remember = partial(self._remember, window, path)
        window.exposed.connect(remember)
        window.closed.connect(remember)
        window.session.completed.connect(remember)
        # Stored once a minute, so that a killed window's progress is at most a minute old.
        now_and_then = QTimer(window)
        now_and_then.setInterval(REMEMBERED_EVERY_MS)
        now_and_then.timeout.connect(remember)
        now_and_then.timeout.connect(partial(self._memory.keep, window))
        if window.practice.is_practice:
            window.closed.connect(partial(remove_practice, path))
        window.exposed.connect(now_and_then.start)
        window.closed.connect(now_and_then.stop)
        self._memory.restore(window, isinstance(store.settings.get("columns"), list))
        self._show_window(window)
        window.opening.show_recents_menu(self.recents)
        cautions = (*source.extra_cautions, *source.candidates.cautions)
        attention = [*filter(None, (taken,)), *notes, *self._lost_key_notes(window), *cautions]
        window.status.say(opened_text(source, attention), bool(attention))

    def _lost_key_notes(self, window: MainWindow) -> list[str]:
        """Return a text, once, on each command whose key the user has given to another.

        A command that the user has changed is not among them.
        """
        lost = lost_keys(window.commands, window.keymap)
        new = self.preferences.note_lost_keys(set(lost) - set(self.preferences.keymap))
        return [key.words for name, key in lost.items() if name in new]

    def practise_before(self, session: Path) -> None:
        """Set the session that follows the practice with which the program begins."""
        self._practised = session

    def show_start(self, problem: str = "") -> None:
        """Show the first page, with a problem that prevented opening."""
        window = StartWindow(
            self._memory.theme,
            self.preferences.keymap,
            self.recents,
            self._commands,
            self._window_commands,
            self.preferences.settings.review.blind,
        )
        window.exposed.connect(self.recents.reload)
        self._path = Path()
        self._memory.restore(window, False)
        self._show_window(window)
        if problem:
            window.opening.strip.show_failed(problem)

    def _show_window(self, window: MainWindow | StartWindow) -> None:
        window.open_wanted.connect(self.open)
        window.cancel_wanted.connect(self._cancel)
        window.close_wanted.connect(self._on_close_wanted)
        window.copy_wanted.connect(self._on_copy_wanted)
        window.practice_wanted.connect(self._on_practice_wanted)
        window.session_wanted.connect(self._on_session_wanted)
        window.blind_wanted.connect(self._on_blind_wanted)
        window.preferences_wanted.connect(self._on_preferences_wanted)
        window.layouts_wanted.connect(self._on_layouts_wanted)
        window.closed.connect(partial(self._memory.keep, window))
        window.closed.connect(partial(self._on_closed, window))
        self.window = window
        window.show()

    def _remember(self, window: MainWindow, path: Path) -> None:
        session = window.session
        if window.practice.is_practice:
            return
        counts, source = session.counts, session.source
        self.recents.remember(
            RecentSession(
                str(path.absolute()),
                source.title,
                tuple(str(name) for name in source.record.get("inputs", ())),
                counts.candidates - counts.undecided,
                max(counts.candidates, session.expected or 0),
                datetime.now(UTC).isoformat(timespec="seconds"),
                estimated=not session.complete,
                reviewer=session.reviewer,
            )
        )

    def _on_read(self, request: OpenRequest, source: CutoutSource) -> None:
        export = self.window.dialogs.export if isinstance(self.window, MainWindow) else None
        if export is None:
            self._replace_window(request, source)
            return
        # A running export reads the files of this window, and the user has to see its result.
        self._held = request, source
        self.window.opening.strip.show_waiting_for_export(request.name)
        export.finished.connect(self._show_held_soon)

    def _show_held_soon(self) -> None:
        # In a later turn, after the dialog, a child of the window, has closed.
        QTimer.singleShot(0, self._show_held)

    def _show_held(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._replace_window(*held)

    def _drop_held(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held[1].close()

    def _cancel(self) -> None:
        self._reader.cancel()
        self._drop_held()

    def _replace_window(self, request: OpenRequest, source: CutoutSource) -> None:
        before, same = self.window, False
        if isinstance(before, MainWindow):
            shown = before.session.source.record
            same = list(request.inputs) == shown.get("inputs")
            # A practice on the same inputs is another list.
            same &= shown.get(PLANT_KEY) == source.record.get(PLANT_KEY)
            row, radius = before.session.current_row, before.cache.radius
            share = share_of_record(before.session.source.record) if same else None
            if share is not None and request.session in (None, self._path):
                # The inputs were read with other options; the session is still that of its share.
                source = take_share(source, share)
        usual = self._path if same else default_session_path(request.inputs)
        path = (request.session or usual).absolute()
        own = isinstance(before, MainWindow) and path == self._path.absolute()
        if own:
            # Only one window may write to a session.
            before.shut_down()
        try:
            self.show(source, path)
        except VetterError as error:
            source.close()
            if own:
                self.show_start(str(error))
                self._take_place(before)
            else:
                before.opening.strip.show_failed(str(error))
            return
        after = self._take_place(before)
        if same and isinstance(after, MainWindow) and 0 <= row < len(source.candidates):
            after.session.go_to_row(row)
            after.set_radius(radius)

    def _take_place(self, before: MainWindow | StartWindow) -> MainWindow | StartWindow:
        """Move the present window to the place of the previous one, and close the previous one."""
        after = self.window
        after.set_theme(is_dark(before.palette()))
        after.setGeometry(before.geometry())
        after.setWindowState(before.windowState())
        before.dialogs.close_all()
        before.close()
        return after

    def _on_failed(self, text: str) -> None:
        self.window.opening.strip.show_failed(text)

    def _on_planes_wanted(self, request: OpenRequest, wanted: PlanesWanted) -> None:
        self.window.opening.ask_planes(request, wanted)

    def _on_columns_wanted(self, request: OpenRequest, wanted: ColumnsWanted) -> None:
        from vetter.gui.dialogs.column_roles import ListColumns

        self.window.opening.strip.show_failed(str(wanted))
        shown = ListColumns.of_wanted(wanted, request.options, self.window)
        shown.chosen.connect(partial(self._open_with_columns, request, wanted.table))
        shown.open()

    def _open_with_columns(self, request: OpenRequest, table: str, options: InputOptions) -> None:
        is_folder = len(request.inputs) == 1 and os.path.isdir(request.inputs[0])
        inputs = (table,) if is_folder else request.inputs
        self.open(dataclasses.replace(request, inputs=inputs, options=options))

    def ask(self, request: OpenRequest, wanted: PlanesWanted | ColumnsWanted) -> None:
        """Show the first page, and ask for what a list lacks."""
        self.show_start()
        if isinstance(wanted, PlanesWanted):
            self._on_planes_wanted(request, wanted)
        else:
            self._on_columns_wanted(request, wanted)

    def _on_close_wanted(self) -> None:
        before = self.window
        self._cancel()
        self.show_start()
        self._take_place(before)

    def _on_copy_wanted(self) -> None:
        copying = SessionCopying(self._path, self.main_window)
        copying.copied.connect(self.open)
        copying.ask()

    def _on_practice_wanted(self) -> None:
        window = self.main_window
        if not window.practice.is_practice:
            self._practised = self._path
        self.open(practice_request(window.session.source.record))

    def _on_session_wanted(self) -> None:
        record = self.main_window.session.source.record
        options = dataclasses.replace(InputOptions.from_record(record), plant=None)
        inputs = tuple(str(name) for name in record.get("inputs", ()))
        path = self._practised or default_session_path(inputs)
        self.open(OpenRequest(inputs, options, path, remembered=True))

    def _on_blind_wanted(self, is_blind: bool) -> None:
        self.preferences.change_settings({("review", "blind"): is_blind})

    def _on_preferences_wanted(self) -> None:
        from vetter.gui.dialogs.preferences.preferences_dialog import PreferencesDialog

        window, layouts, columns = self.window, None, []
        if isinstance(window, MainWindow):
            layouts, columns = self._make_layout_page(), window.candidate_list.columns
        PreferencesDialog(
            self.preferences, window.commands, window.keymap, columns, layouts, window
        ).open()

    def _on_layouts_wanted(self) -> None:
        from vetter.gui.dialogs.preferences.layout_page import LayoutDialog

        LayoutDialog(self._make_layout_page(), self.window).open()

    def _make_layout_page(self) -> LayoutPage:
        from vetter.gui.dialogs.preferences.layout_page import LayoutPage

        window = self.main_window
        return LayoutPage(
            self.preferences,
            partial(apply_arrangement, window),
            partial(arrangement_of, window, whole=True),
        )

    def _on_settings_changed(self, settings: Settings) -> None:
        window = self.window
        window.apply_settings(settings)
        if not isinstance(window, MainWindow) or window.practice.is_practice:
            return
        if settings.review.blind != window.session.is_blind:
            # Read again: a window never holds what a blind review hides.
            record = window.session.source.record
            inputs = tuple(str(name) for name in record.get("inputs", ()))
            self.open(OpenRequest(inputs, InputOptions.from_record(record), self._path))

    def _on_keymap_changed(self, changes: Mapping[str, Any]) -> None:
        self.window.set_keymap(make_keymap(self._commands, changes))

    def _on_closed(self, window: MainWindow | StartWindow) -> None:
        if window is self.window:
            self._drop_held()
            self._reader.close()
            self.recents.close()
            self.preferences.close()


def opened_text(source: CutoutSource, attention: Sequence[str] = ()) -> str:
    """Return the status text of an opened input: its candidates, and the menus with more.

    Parameters
    ----------
    source : CutoutSource
    attention : sequence of str
        Texts that come first.
    """
    candidates = source.candidates
    summary = next(iter(candidates.notes), "")
    if not summary.startswith(source.title):
        summary = f"{source.title}: {_count_text(source)}"
    notes = len(dict.fromkeys([*source.notes, *candidates.notes]))
    texts = [*attention, f"opened {summary}"]
    unread = len(source.report)
    if unread:
        texts.append(f"{unread} could not be read: File > Report")
    if notes:
        texts.append(f"{format_count(notes, 'note')}: File > Notes on the input")
    return "; ".join(texts)


def _count_text(source: CutoutSource) -> str:
    count = len(source.candidates)
    if source.is_complete:
        return format_count(count, "candidate")
    expected = source.expected_count
    return f"{format_count(count, 'candidate')} so far" + (
        f" of about {expected:,}" if expected else ""
    )
