"""Builds every object of the window and wires them; the only file that knows all of them."""

from __future__ import annotations

import gc
import getpass
import sys
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from vetter.core.cutout_source import is_growing
from vetter.core.panel_choice import PanelChoice
from vetter.errors import VetterError
from vetter.gui.main_window import MainWindow
from vetter.gui.opened_words import opened_words
from vetter.gui.start_window import StartWindow
from vetter.gui.verdict_style import is_dark
from vetter.io.inputs import InputOptions
from vetter.io.kept_psf import kept_psfs
from vetter.io.nearby_planes import PlanesWanted
from vetter.io.recent_sessions import RecentSession
from vetter.io.resources import resource_path
from vetter.io.session_file import SessionFile
from vetter.io.session_path import default_session_path
from vetter.review.cutout_cache import CutoutCache
from vetter.review.fit_ahead import FitAhead
from vetter.review.fit_worker import Start
from vetter.review.fits import Fits
from vetter.review.growth import Growth
from vetter.review.input_reader import InputReader, OpenRequest, read_input
from vetter.review.recents import Recents
from vetter.review.session_opening import kept_looks, open_session
from vetter.settings import Settings

MEGABYTE = 1 << 20
REMEMBERED_EVERY_MS = 60_000


def open_window(input: str | Path | Sequence[str | Path], **options: Any) -> MainWindow:
    """Build and show the window, in a process that has a QApplication.

    Parameters
    ----------
    input : path or sequence of paths
        As on the command line: a candidate table, cutout files, a session, or 'demo'.
    **options
        The command line's, with underscores: ``session``, ``reviewer``, ``radius``, ``image``,
        ``template``, ``convolved``, ``diff``, ``err``, ``mask``, ``plane`` (a mapping of names to
        files), ``one_based``... ``settings`` (a `Settings`) and ``keymap`` (a mapping of command
        ids to keys) stand for the user's files.

    Returns
    -------
    MainWindow
        Shown; its ``session`` has ``current_key``, ``verdict(key)`` and the verbs.

    Raises
    ------
    InputError, SettingsError
        Something cannot be used; the text is one line for the user.
    """
    return _opened(input, options).main_window


def _opened(input: str | Path | Sequence[str | Path], options: dict[str, Any]) -> Opener:
    inputs = [str(input)] if isinstance(input, (str, Path)) else [str(item) for item in input]
    opener = _opener(options)
    path = Path(options.pop("session", None) or default_session_path(inputs))
    request = OpenRequest(tuple(inputs), InputOptions.from_keywords(**options), path, True)
    source = read_input(request, opener.usual_radius)
    try:
        opener.show(source, path)
    except VetterError:
        source.close()
        raise
    return opener


def _opener(options: dict[str, Any]) -> Opener:
    """An opener by the options that are the window's; the others are left."""
    settings: Settings = options.pop("settings", None) or Settings()
    keymap: Mapping[str, Any] | None = options.pop("keymap", None)
    reviewer: str = options.pop("reviewer", None) or default_reviewer()
    return Opener(settings, keymap, reviewer)


class Opener(QObject):
    """Builds a window on a source, and the next one in its place; the first page where none is.

    Parameters
    ----------
    settings : Settings
    keymap : mapping or None
        The user's keymap file, parsed.
    reviewer : str
    """

    window: MainWindow | StartWindow

    def __init__(self, settings: Settings, keymap: Mapping[str, Any] | None, reviewer: str) -> None:
        super().__init__(QApplication.instance())
        self._settings, self._keymap, self._reviewer = settings, keymap, reviewer
        self._path = Path()
        self.recents = Recents(self)
        self._reader = InputReader(self.usual_radius, self)
        self._reader.done.connect(self._on_read)
        self._reader.failed.connect(self._on_failed)
        self._reader.planes_wanted.connect(self._on_planes_wanted)

    @property
    def usual_radius(self) -> float:
        """Half the side of a cutout where nothing tells, pixels."""
        return self._settings.display.radius

    @property
    def main_window(self) -> MainWindow:
        """The window, where something is open in it."""
        assert isinstance(self.window, MainWindow)
        return self.window

    def open(self, request: OpenRequest) -> None:
        """Read another input, or the same otherwise, and show it in the window's place.

        The window goes on meanwhile; where the input cannot be used it says why, and stays.
        """
        self.window.opening.strip.say_opening(request.name)
        self._reader.read(request)

    def show(self, source: Any, path: Path) -> None:
        """Build and show a window on a source, with its session in a file.

        Raises
        ------
        VetterError
            The session file cannot be used.
        """
        store = SessionFile.start(path, self._reviewer)
        window, notes = _build(source, store, self._settings, self._reviewer, self._keymap)
        self._path = path
        remember = partial(self._remember, window, path)
        window.exposed.connect(remember)
        window.closed.connect(remember)
        # A window that is killed has told how far it was not long before.
        now_and_then = QTimer(window)
        now_and_then.setInterval(REMEMBERED_EVERY_MS)
        now_and_then.timeout.connect(remember)
        window.exposed.connect(now_and_then.start)
        window.closed.connect(now_and_then.stop)
        self._adopt(window)
        window.opening.put_recents(self.recents)
        attention = [*notes, *source.candidates.cautions]
        window.status.say(opened_words(source, attention), bool(attention))

    def show_start(self, said: str = "") -> None:
        """Show the first page, with what went wrong where something did."""
        window = StartWindow(self._settings.display.theme, self._keymap, self.recents)
        window.exposed.connect(self.recents.reload)
        self._path = Path()
        self._adopt(window)
        if said:
            window.opening.strip.say_failed(said)

    def _adopt(self, window: MainWindow | StartWindow) -> None:
        window.open_wanted.connect(self.open)
        window.cancel_wanted.connect(self._reader.cancel)
        window.close_wanted.connect(self._on_close_wanted)
        window.closed.connect(partial(self._on_closed, window))
        self.window = window
        window.show()

    def _remember(self, window: MainWindow, path: Path) -> None:
        session = window.session
        counts, source = session.counts, session.source
        self.recents.remember(
            RecentSession(
                str(path.absolute()),
                source.title,
                tuple(str(name) for name in source.record.get("inputs", ())),
                counts.candidates - counts.undecided,
                max(counts.candidates, session.expected or 0),
                datetime.now(UTC).isoformat(timespec="seconds"),
            )
        )

    def _on_read(self, request: OpenRequest, source: Any) -> None:
        before, same = self.window, False
        if isinstance(before, MainWindow):
            same = list(request.inputs) == before.session.source.record.get("inputs")
            row, radius = before.session.current_row, before.cache.radius
        usual = self._path if same else default_session_path(request.inputs)
        path = (request.session or usual).absolute()
        own = isinstance(before, MainWindow) and path == self._path.absolute()
        if own:
            # One window alone writes to a session.
            before.shut_down()
        try:
            self.show(source, path)
        except VetterError as error:
            source.close()
            if own:
                self.show_start(str(error))
                self._take_place(before)
            else:
                before.opening.strip.say_failed(str(error))
            return
        after = self._take_place(before)
        if same and isinstance(after, MainWindow) and 0 <= row < len(source.candidates):
            after.session.go_to_row(row)
            after.change_radius(radius / after.cache.radius)

    def _take_place(self, before: MainWindow | StartWindow) -> MainWindow | StartWindow:
        """Put the present window where another one was, and close that."""
        after = self.window
        after.set_theme(is_dark(before.palette()))
        after.setGeometry(before.geometry())
        after.setWindowState(before.windowState())
        before.close()
        return after

    def _on_failed(self, text: str) -> None:
        self.window.opening.strip.say_failed(text)

    def _on_planes_wanted(self, request: OpenRequest, wanted: PlanesWanted) -> None:
        self.window.opening.ask_planes(request, wanted)

    def _on_close_wanted(self) -> None:
        before = self.window
        self._reader.cancel()
        self.show_start()
        self._take_place(before)

    def _on_closed(self, window: MainWindow | StartWindow) -> None:
        if window is self.window:
            self._reader.close()
            self.recents.close()


def _build(
    source: Any,
    store: SessionFile,
    settings: Settings,
    reviewer: str,
    keymap: Mapping[str, Any] | None,
) -> tuple[MainWindow, list[str]]:
    """The window's objects, wired; and what is to be said of the session."""
    session, notes = open_session(source, store, settings, reviewer)
    kept = store.settings
    cache = CutoutCache(
        source,
        kept_looks(kept, settings),
        source.default_radius,
        settings.review.cache_megabytes * MEGABYTE,
    )
    start = Start(source.record, settings.fit, source.default_radius, kept_psfs(kept))
    fits = Fits(session, cache, FitAhead(start), kept)
    window = MainWindow(session, cache, fits, keymap)
    if is_growing(source):
        growth = Growth(session, source, window)
        window.exposed.connect(growth.start)
        window.closed.connect(growth.close)
    window.closed.connect(store.close)
    if isinstance(kept.get("columns"), list):
        window.set_columns([str(name) for name in kept["columns"]])
    window.plane_row.set_choice(PanelChoice.of(source, kept.get("panels")))
    window.light_curve.wanted = kept.get("light_curve") is not False
    return window, notes


def run(inputs: Sequence[str], **options: Any) -> int:
    """The program with a window, until the window closes; its exit status.

    Without inputs it begins with the first page.
    """
    app = QApplication.instance() or QApplication(["vetter"])
    assert isinstance(app, QApplication)
    app.setApplicationName("vetter")
    app.setDesktopFileName("vetter")
    app.setWindowIcon(QIcon(str(resource_path("icons/vetter.png"))))
    sys.excepthook = _say_unexpected
    if inputs:
        opener = _opened(inputs, options)
    else:
        opener = _opener(options)
        opener.show_start()
    # A full collection takes 49 ms, too long between a key and its pixels; what start-up made
    # stays anyway, and frozen it is not looked at again.
    gc.freeze()
    gc.enable()
    status = app.exec()
    opener.window.close()
    return status


def default_reviewer() -> str:
    """Who decides where nobody said: the name of the account."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _say_unexpected(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """An error that nobody expected: told in full, and the window goes on."""
    if issubclass(kind, KeyboardInterrupt):
        QApplication.quit()
        return
    text = "".join(traceback.format_exception(kind, error, trace))
    sys.stderr.write(text)
    for window in QApplication.topLevelWidgets():
        if isinstance(window, (MainWindow, StartWindow)):
            window.dialogs.say_unexpected(f"{kind.__name__}: {error}", text)
