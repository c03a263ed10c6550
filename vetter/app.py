"""Construction of the window's objects and their connections; the only module with all of them."""

from __future__ import annotations

import atexit
import gc
import getpass
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.decision import storable
from vetter.core.display.style import DisplayStyle
from vetter.core.fakes.planted_row import shown_setting
from vetter.errors import ColumnsWanted, VetterError
from vetter.gui.commands import COMMANDS, WINDOW_COMMANDS
from vetter.gui.opening.import_ahead import DELAY_MS, import_ahead
from vetter.gui.panels.layout.turning import North
from vetter.gui.panels.panel_choice import PanelChoice
from vetter.gui.widgets.theme import make_application
from vetter.gui.windows.main_window import MainWindow
from vetter.gui.windows.start_window import StartWindow
from vetter.gui.windows.window_manager import WindowManager
from vetter.io.field.nearby_planes import PlanesWanted
from vetter.io.files.resources import resource_path
from vetter.io.input_options import InputOptions
from vetter.io.inputs.blind_source import make_blind
from vetter.io.session.default_path import default_session_path
from vetter.io.session.session_file import SessionFile
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.fits.fit_messages import WorkerStart
from vetter.review.fits.fit_process import FitProcess
from vetter.review.fits.fits import Fits
from vetter.review.opening.input_reader import OpenRequest, read_input
from vetter.review.opening.list_reader import ListReader
from vetter.review.opening.open_session import open_session
from vetter.review.opening.practice import practice_of
from vetter.review.opening.preferences import PreferenceFiles, Preferences
from vetter.review.opening.seen_before import EarlierInputs, SeenBefore
from vetter.review.threads.heap import limit_heaps
from vetter.settings import Settings

MEGABYTE = 1 << 20
NO_FILES = PreferenceFiles()
"""Files of windows that a script opens: no window is remembered."""


class Triage(NamedTuple):
    """Order of the list, and the earlier verdicts on its objects.

    ``shuffle`` is the seed of a random order; None for the order of the last time.
    """

    shuffle: int | None = None
    earlier: EarlierInputs = EarlierInputs()


NO_TRIAGE = Triage()


def open_window(input: str | Path | Sequence[str | Path], **options: Any) -> MainWindow:
    """Build and show the window, in a process that has a QApplication.

    Parameters
    ----------
    input : path or sequence of paths
        As on the command line: a candidate table, cutout files, a session, or 'demo'.
    **options
        Options of the command line, with underscores: ``session``, ``reviewer``, ``radius``,
        ``image``, ``template``, ``convolved``, ``diff``, ``err``, ``mask``, ``plane`` (a mapping
        of names to files), ``one_based``, ``shuffle``... ``settings`` (a `Settings`) and
        ``keymap`` (a mapping of command ids to keys) replace the user's files.

    Returns
    -------
    MainWindow
        The window, shown; its ``session`` has ``current_key``, ``verdict(key)`` and the verbs.

    Raises
    ------
    InputError, SettingsError
        An input or option cannot be used; the text is one line for the user.

    Examples
    --------
    >>> window = open_window("demo", reviewer="ann")  # doctest: +SKIP
    >>> window.session.verdict(window.session.current_key)  # doctest: +SKIP
    """
    return _open(input, options).main_window


def _open(
    input: str | Path | Sequence[str | Path], options: dict[str, Any], asks: bool = False
) -> WindowManager:
    """Return the manager of a window on the input.

    With ``asks`` the first page asks for the planes or columns that a list lacks; else the error
    is raised.
    """
    inputs = [str(input)] if isinstance(input, (str, Path)) else [str(item) for item in input]
    manager = _make_manager(options)
    session = options.pop("session", None)
    practises = options.pop("practice", False)
    path = Path(session or default_session_path(inputs))
    request = OpenRequest(tuple(inputs), InputOptions.from_keywords(**options), path, True)
    if practises:
        manager.practise_before(path)
        request = practice_of(request)
        assert request.session is not None
        path = request.session
    try:
        source = read_input(request, manager.usual_radius)
    except (PlanesWanted, ColumnsWanted) as wanted:
        if not asks:
            raise
        # The default session is that of the inputs as they are named in the end.
        manager.ask(replace(request, session=Path(session) if session else None), wanted)
        return manager
    try:
        manager.show(source, path)
    except VetterError:
        source.close()
        raise
    return manager


def _make_manager(options: dict[str, Any]) -> WindowManager:
    """Return a window manager for the window's options, which are removed from ``options``."""
    settings: Settings = options.pop("settings", None) or Settings()
    if options.pop("blind", False):
        settings = replace(settings, review=replace(settings.review, blind=True))
    keymap: Mapping[str, Any] | None = options.pop("keymap", None)
    files: PreferenceFiles = options.pop("preference_files", NO_FILES)
    # storable(): a name that is not UTF-8 is compared in its escaped form, as stored.
    reviewer = storable(options.pop("reviewer", None) or default_reviewer())
    order = Triage(
        options.pop("shuffle", None),
        EarlierInputs(
            tuple(options.pop("earlier", ())),
            tuple(options.pop("known_list", ())),
            files.keeps_window,
        ),
    )
    return make_window_manager(settings, keymap, reviewer, files, order)


def make_window_manager(
    settings: Settings,
    keymap: Mapping[str, Any] | None,
    reviewer: str,
    files: PreferenceFiles = NO_FILES,
    triage: Triage = NO_TRIAGE,
) -> WindowManager:
    """Return the manager that shows one window after another; it shows none yet."""
    preferences = Preferences(settings, keymap, files)

    def build(source: CutoutSource, store: SessionFile) -> tuple[MainWindow, list[str]]:
        return _build(source, store, preferences.settings, reviewer, preferences.keymap, triage)

    return WindowManager(build, settings, keymap, reviewer, COMMANDS, WINDOW_COMMANDS, preferences)


def _build(
    source: CutoutSource,
    store: SessionFile,
    settings: Settings,
    reviewer: str,
    keymap: Mapping[str, Any] | None,
    triage: Triage = NO_TRIAGE,
) -> tuple[MainWindow, list[str]]:
    """Build and connect the window's objects; return the window and notes on the session."""
    if settings.review.blind:
        source = make_blind(source)
    session, notes = open_session(
        source, store, settings, reviewer, triage.shuffle, bool(triage.earlier)
    )
    seen_before = SeenBefore(session, triage.earlier, store.path)
    stored = store.settings
    cache = CutoutCache(
        source,
        DisplayStyle.from_session(stored.get("looks"), settings.display),
        source.default_radius,
        settings.review.cache_megabytes * MEGABYTE,
    )
    start = WorkerStart(source.record, settings.fit, source.default_radius, _stored_fits(stored))
    fits = Fits(session, cache, FitProcess(start))
    window = MainWindow(session, cache, fits, COMMANDS, keymap, seen_before)
    window.exposed.connect(seen_before.start)
    window.closed.connect(seen_before.close)
    # atexit: a script may end with its window open, whose threads would then crash in signals to
    # destroyed widgets.
    atexit.register(window.shut_down)
    window.closed.connect(partial(atexit.unregister, window.shut_down))
    if not source.is_complete:
        growth = ListReader(session, source, window)
        window.exposed.connect(growth.start)
        window.closed.connect(growth.close)
    # partial(), not store.close: Qt holds the partial, and a window of a read-only session has no
    # other reference to its file.
    window.closed.connect(partial(SessionFile.close, store))
    if isinstance(stored.get("columns"), list):
        window.set_columns([str(name) for name in stored["columns"]])
    window.cautions.set_put_away(stored.get("cautions"))
    window.storms.watch.restore(stored.get("storms"))
    window.plane_row.set_choice(
        PanelChoice.of(source, stored.get("panels"), stored.get("hatch") is not False)
    )
    window.plane_row.set_north(North.of(stored.get("north_up")))
    window.show_surround(stored.get("surround") is not False)
    window.pages.grid_choice = stored.get("grid")
    window.pages.has_field_image = stored.get("field_image") is not False
    window.stretch_bar.restore_presets(stored.get("presets"))
    window.light_curve.is_wanted = stored.get("light_curve") is not False
    window.dialogs.planted.shown_at = str(stored.get(shown_setting(session.reviewer)) or "")
    window.filter_bar.saved.restore(stored.get("filters"))
    window.lanes.set_wanted(stored.get("lanes") is not False)
    window.set_verdict_bar(stored.get("verdict_bar") is not False)
    fits.begin()
    return window, notes


def _stored_fits(stored: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """Return what a session keeps of each image's fit options; a new session has nothing."""
    if not stored:
        return {}
    # Here: it imports the noise and the matching, which the start of a new session does not need.
    from vetter.io.field.stars.stored_field_fit import stored_fits

    return stored_fits(stored)


def run(inputs: Sequence[str], **options: Any) -> int:
    """Run the program until its window closes; return the exit status.

    Without inputs the program begins with the start page.
    """
    # Before any thread begins.
    limit_heaps()
    app = make_application()
    app.setApplicationName("vetter")
    app.setDesktopFileName("vetter")
    sys.excepthook = _report_unexpected
    if inputs:
        manager = _open(inputs, options, asks=True)
    else:
        manager = _make_manager(options)
        manager.show_start()
    # After the first paint: QIcon loads the names of a hundred and fifty other icons.
    manager.window.exposed.connect(partial(_show_icon, app))
    manager.window.exposed.connect(partial(QTimer.singleShot, DELAY_MS, import_ahead))
    # freeze(): a full collection of start-up's objects takes 49 ms, too long between a key and its
    # pixels; these objects stay until the end anyway.
    gc.freeze()
    gc.enable()
    status = app.exec()
    manager.window.close()
    return status


def _show_icon(app: QApplication) -> None:
    if app.windowIcon().isNull():
        app.setWindowIcon(QIcon(str(resource_path("icons/vetter.png"))))


def default_reviewer() -> str:
    """Return the reviewer if the user names none: the name of the account."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _report_unexpected(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Report an unexpected error in full; the window stays open."""
    if issubclass(kind, KeyboardInterrupt):
        QApplication.quit()
        return
    text = "".join(traceback.format_exception(kind, error, trace))
    sys.stderr.write(text)
    for window in QApplication.topLevelWidgets():
        if isinstance(window, (MainWindow, StartWindow)):
            window.dialogs.show_unexpected(f"{kind.__name__}: {error}", text)
