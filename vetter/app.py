"""Builds every object of the window and wires them; the only file that knows all of them."""

from __future__ import annotations

import gc
import getpass
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from vetter.core.cutout_source import is_growing
from vetter.core.filter_expression import matching
from vetter.core.fit_table import FitTable
from vetter.core.ledger import Ledger
from vetter.core.look import Looks
from vetter.core.panel_choice import PanelChoice
from vetter.core.review_columns import ReviewColumns
from vetter.errors import InputError
from vetter.gui.main_window import MainWindow
from vetter.gui.verdict_style import is_dark
from vetter.io.inputs import InputOptions, names_radius, open_input
from vetter.io.kept_psf import kept_psfs
from vetter.io.remembered_columns import with_remembered_columns
from vetter.io.resources import resource_path
from vetter.io.session_file import SessionFile
from vetter.io.session_path import default_session_path
from vetter.review.cutout_cache import CutoutCache
from vetter.review.fit_ahead import FitAhead
from vetter.review.fit_worker import Start
from vetter.review.fits import Fits, fittable
from vetter.review.growth import Growth
from vetter.review.input_reader import InputReader, OpenRequest
from vetter.review.queue import Queue
from vetter.review.recorder import Recorder
from vetter.review.session import Session
from vetter.review.writer import Writer
from vetter.settings import Settings

MEGABYTE = 1 << 20


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
    return _opened(input, options).window


def _opened(input: str | Path | Sequence[str | Path], options: dict[str, Any]) -> Opener:
    inputs = [str(input)] if isinstance(input, (str, Path)) else [str(item) for item in input]
    settings: Settings = options.pop("settings", None) or Settings()
    keymap: Mapping[str, Any] | None = options.pop("keymap", None)
    path = Path(options.pop("session", None) or default_session_path(inputs))
    reviewer: str = options.pop("reviewer", None) or default_reviewer()

    if options.get("radius") is None and not names_radius(inputs):
        options["radius"] = settings.display.radius
    asked = InputOptions.from_keywords(**options)
    remembered = with_remembered_columns(inputs, asked, path)
    try:
        source = open_input(inputs, remembered)
    except InputError:
        if remembered == asked:
            raise
        # The list has been written anew, without the columns that were chosen for it.
        source = open_input(inputs, asked)
    opener = Opener(settings, keymap, reviewer)
    try:
        opener.show(source, path)
    except InputError:
        source.close()
        raise
    return opener


class Opener(QObject):
    """Builds a window on a source, and the next one in its place.

    Parameters
    ----------
    settings : Settings
    keymap : mapping or None
        The user's keymap file, parsed.
    reviewer : str
    """

    window: MainWindow

    def __init__(self, settings: Settings, keymap: Mapping[str, Any] | None, reviewer: str) -> None:
        super().__init__(QApplication.instance())
        self._settings, self._keymap, self._reviewer = settings, keymap, reviewer
        self._path = Path()
        self._reader = InputReader(self)
        self._reader.done.connect(self._on_read)
        self._reader.failed.connect(self._on_failed)

    def open(self, request: OpenRequest) -> None:
        """Read another input, or the same otherwise, and show it in the window's place.

        The window goes on meanwhile; where the input cannot be used it says why, and stays.
        """
        if not self._reader.running:
            self.window.status.say(f"reading {Path(request.inputs[0]).name} ...")
            self._reader.read(request)

    def show(self, source: Any, path: Path) -> None:
        """Build and show a window on a source, with its session in a file.

        Raises
        ------
        InputError
            The session file cannot be used.
        """
        store = SessionFile.start(path, self._reviewer)
        window, notes = _build(source, store, self._settings, self._reviewer, self._keymap)
        window.open_wanted.connect(self.open)
        window.closed.connect(self._on_closed)
        self.window, self._path = window, path
        window.show()
        attention = [*notes, *source.candidates.cautions]
        window.status.say("; ".join([*attention, *source.candidates.notes[:1]]), bool(attention))

    def _on_read(self, request: OpenRequest, source: Any) -> None:
        before = self.window
        same = list(request.inputs) == before.session.source.record.get("inputs")
        usual = self._path if same else default_session_path(request.inputs)
        row, radius = before.session.current_row, before.cache.radius
        before.shut_down()
        try:
            self.show(source, request.session or usual)
        except InputError as error:
            source.close()
            before.dialogs.say_failure(f"{error}; start the program again")
            return
        after = self.window
        after.set_theme(is_dark(before.palette()))
        after.setGeometry(before.geometry())
        after.setWindowState(before.windowState())
        if same and 0 <= row < len(source.candidates):
            after.session.go_to_row(row)
            after.change_radius(radius / after.cache.radius)
        before.close()

    def _on_failed(self, text: str) -> None:
        self.window.dialogs.say_failure(text)

    def _on_closed(self) -> None:
        self._reader.close()


def _build(
    source: Any,
    store: SessionFile,
    settings: Settings,
    reviewer: str,
    keymap: Mapping[str, Any] | None,
) -> tuple[MainWindow, list[str]]:
    """The window's objects, wired; and what is to be said of the session."""
    session, notes = _open_session(source, store, settings, reviewer)
    kept = store.settings
    cache = CutoutCache(
        source,
        _looks(kept, settings),
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


def _open_session(
    source: Any, store: SessionFile, settings: Settings, reviewer: str
) -> tuple[Session, list[str]]:
    """A session on the decisions that the file holds, at the first undecided candidate."""
    notes = list(store.notes)
    growing = is_growing(source)
    prints = () if growing else source.fingerprints
    changed = store.record_input(source.record, prints, len(source.candidates))
    if changed:
        notes.append(f"changed since the last time: {', '.join(changed)}")
    ledger = Ledger(source.candidates, reviewer, complete=not growing)
    ledger.replay(store.decisions())
    fits = FitTable(len(source.candidates)) if fittable(source.plane_names) else None
    columns = ReviewColumns(source.candidates, ledger, fits)
    queue = Queue(len(source.candidates), columns.values, lambda text: matching(text, columns))
    recorder = Recorder(ledger, None if store.read_only else Writer(store))
    session = Session(source, ledger, recorder, queue, columns, settings, reviewer)
    session.start()
    if session.unplaced:
        notes.append(session.unplaced)
    return session, notes


def run(inputs: Sequence[str], **options: Any) -> int:
    """The program with a window, until the window closes; its exit status."""
    app = QApplication.instance() or QApplication(["vetter"])
    assert isinstance(app, QApplication)
    app.setApplicationName("vetter")
    app.setDesktopFileName("vetter")
    app.setWindowIcon(QIcon(str(resource_path("icons/vetter.png"))))
    sys.excepthook = _say_unexpected
    opener = _opened(inputs, options)
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


def _looks(kept: Mapping[str, Any], settings: Settings) -> Looks:
    """How the planes were looked at the last time, or as the settings say."""
    record = kept.get("looks")
    if isinstance(record, dict):
        try:
            return Looks.from_record(record)
        except (ValueError, TypeError, KeyError):
            # Written by another version: the settings' looks are as good a start as any.
            return Looks.from_settings(settings.display)
    return Looks.from_settings(settings.display)


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
        if isinstance(window, MainWindow):
            window.dialogs.say_unexpected(f"{kind.__name__}: {error}", text)
