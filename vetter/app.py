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

from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from vetter.core.cutout_source import is_growing
from vetter.core.filter_expression import matching
from vetter.core.fit_table import FitTable
from vetter.core.ledger import Ledger
from vetter.core.look import Looks
from vetter.core.review_columns import ReviewColumns
from vetter.errors import InputError
from vetter.gui.main_window import MainWindow
from vetter.io.inputs import InputOptions, names_radius, open_input
from vetter.io.resources import resource_path
from vetter.io.session_file import SessionFile
from vetter.io.session_path import default_session_path
from vetter.review.cutout_cache import CutoutCache
from vetter.review.fit_ahead import FitAhead
from vetter.review.fit_worker import Start
from vetter.review.fits import Fits, fittable
from vetter.review.growth import Growth
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
    inputs = [str(input)] if isinstance(input, (str, Path)) else [str(item) for item in input]
    settings: Settings = options.pop("settings", None) or Settings()
    keymap: Mapping[str, Any] | None = options.pop("keymap", None)
    session_path = options.pop("session", None)
    reviewer: str = options.pop("reviewer", None) or default_reviewer()

    if options.get("radius") is None and not names_radius(inputs):
        options["radius"] = settings.display.radius
    source = open_input(inputs, InputOptions.from_keywords(**options))
    try:
        store = SessionFile.start(session_path or default_session_path(inputs), reviewer)
    except InputError:
        source.close()
        raise
    session, notes = _open_session(source, store, settings, reviewer)
    kept = store.settings
    cache = CutoutCache(
        source,
        _looks(kept, settings),
        source.default_radius,
        settings.review.cache_megabytes * MEGABYTE,
    )
    start = Start(source.record, settings.fit, source.default_radius)
    fits = Fits(session, cache, FitAhead(start))
    window = MainWindow(session, cache, fits, keymap)
    if is_growing(source):
        growth = Growth(session, source, window)
        window.exposed.connect(growth.start)
        window.closed.connect(growth.close)
    window.closed.connect(store.close)
    if isinstance(kept.get("columns"), list):
        window.set_columns([str(name) for name in kept["columns"]])
    window.light_curve.wanted = kept.get("light_curve") is not False
    window.show()
    if notes:
        window.status.say("; ".join(notes))
    return window


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
    window = open_window(inputs, **options)
    # A full collection takes 49 ms, too long between a key and its pixels; what start-up made
    # stays anyway, and frozen it is not looked at again.
    gc.freeze()
    gc.enable()
    status = app.exec()
    window.close()
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
