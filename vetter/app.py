"""Builds every object of the window and wires them; the only file that knows all of them."""

from __future__ import annotations

import atexit
import gc
import getpass
import sys
import traceback
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.decision import storable
from vetter.core.display.style import DisplayStyle
from vetter.errors import VetterError
from vetter.gui.commands import COMMANDS, WINDOW_COMMANDS
from vetter.gui.panels.panel_choice import PanelChoice
from vetter.gui.widgets.theme import make_application
from vetter.gui.windows.main_window import MainWindow
from vetter.gui.windows.start_window import StartWindow
from vetter.gui.windows.window_manager import WindowManager
from vetter.io.field.kept_psf import kept_psfs
from vetter.io.files.resources import resource_path
from vetter.io.input_options import InputOptions
from vetter.io.session.default_path import default_session_path
from vetter.io.session.session_file import SessionFile
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.fits.fit_messages import Start
from vetter.review.fits.fit_process import FitProcess
from vetter.review.fits.fits import Fits
from vetter.review.opening.input_reader import OpenRequest, read_input
from vetter.review.opening.list_reader import ListReader
from vetter.review.opening.open_session import open_session
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
    return _opened(input, options).main_window


def _opened(input: str | Path | Sequence[str | Path], options: dict[str, Any]) -> WindowManager:
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


def _opener(options: dict[str, Any]) -> WindowManager:
    """An opener by the options that are the window's, which are taken out."""
    settings: Settings = options.pop("settings", None) or Settings()
    keymap: Mapping[str, Any] | None = options.pop("keymap", None)
    # A name that is not UTF-8 is escaped before anything is compared with it: as it is stored.
    reviewer = storable(options.pop("reviewer", None) or default_reviewer())
    return make_opener(settings, keymap, reviewer)


def make_opener(
    settings: Settings, keymap: Mapping[str, Any] | None, reviewer: str
) -> WindowManager:
    """What shows one window after another, each built here; it shows none yet."""

    def build(source: CutoutSource, store: SessionFile) -> tuple[MainWindow, list[str]]:
        return _build(source, store, settings, reviewer, keymap)

    return WindowManager(build, settings, keymap, reviewer, COMMANDS, WINDOW_COMMANDS)


def _build(
    source: CutoutSource,
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
        DisplayStyle.restored(kept.get("looks"), settings.display),
        source.default_radius,
        settings.review.cache_megabytes * MEGABYTE,
    )
    start = Start(source.record, settings.fit, source.default_radius, kept_psfs(kept))
    fits = Fits(session, cache, FitProcess(start), kept)
    window = MainWindow(session, cache, fits, COMMANDS, keymap)
    # A script may end without having closed its window: its threads would tell a window that is
    # being taken apart, which crashes.
    atexit.register(window.shut_down)
    window.closed.connect(partial(atexit.unregister, window.shut_down))
    if not source.complete:
        growth = ListReader(session, source, window)
        window.exposed.connect(growth.start)
        window.closed.connect(growth.close)
    # A partial, which Qt keeps: a method of a plain object goes with it, and a window that only
    # reads has nothing else that holds its file.
    window.closed.connect(partial(SessionFile.close, store))
    if isinstance(kept.get("columns"), list):
        window.set_columns([str(name) for name in kept["columns"]])
    window.plane_row.set_choice(PanelChoice.of(source, kept.get("panels")))
    window.light_curve.wanted = kept.get("light_curve") is not False
    fits.begin()
    return window, notes


def run(inputs: Sequence[str], **options: Any) -> int:
    """The program with a window, until the window closes; its exit status.

    Without inputs it begins with the first page.
    """
    app = make_application()
    app.setApplicationName("vetter")
    app.setDesktopFileName("vetter")
    sys.excepthook = _say_unexpected
    if inputs:
        opener = _opened(inputs, options)
    else:
        opener = _opener(options)
        opener.show_start()
    # Behind the first paint: Qt's icons bring names of a hundred and fifty others.
    opener.window.exposed.connect(partial(_show_icon, app))
    # A full collection takes 49 ms, too long between a key and its pixels; what start-up made
    # stays anyway, and frozen it is not looked at again.
    gc.freeze()
    gc.enable()
    status = app.exec()
    opener.window.close()
    return status


def _show_icon(app: QApplication) -> None:
    if app.windowIcon().isNull():
        app.setWindowIcon(QIcon(str(resource_path("icons/vetter.png"))))


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
