"""Recent sessions in Qt's settings: one INI file beside the user's settings, for all windows.

Qt locks the file, replaces it as a whole and merges the keys that windows write at the same time;
each session therefore has a key of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from PyQt6.QtCore import QSettings

from vetter.io.files.regular_files import open_plain_file
from vetter.io.session.recent_sessions import (
    MAX_ENTRIES,
    RecentSession,
    entry_of_json,
    entry_to_json,
    read_earlier_list,
)
from vetter.io.settings_file import settings_folder

_GROUP, _EARLIER_LIST_READ = "sessions", "earlier_list_read"
_MAX_BYTES = 1_000_000
_FOREIGN = re.compile(rb"@|(?<!\\)(?:\\\\)*\\[x0-7]")
"""Begin of a Qt value other than text, or an escaped character that may stand for one.

PyQt unpickles values such as ``@Variant(...PyQt_PyObject...)`` when it opens a file, and so runs
code. The entries written here contain neither.
"""


def recent_file() -> Path:
    """Return the file of the recent sessions; it may not exist."""
    return settings_folder() / "recent.ini"


def recent_sessions() -> list[RecentSession]:
    """Return the recent sessions, the last one first; empty if the file is missing or damaged."""
    if not is_safe(recent_file()):
        return []
    settings = _open()
    _take_earlier_list(settings)
    return [entry for _, _, entry in _sorted_entries(settings)[:MAX_ENTRIES]]


def remember(entry: RecentSession) -> list[RecentSession]:
    """Put a session first, and return the list as it is then.

    Entries that other windows have written meanwhile stay. If the folder cannot be written to,
    nothing is stored.
    """
    file = recent_file()
    if not is_safe(file):
        file.unlink()
    settings = _open()
    _take_earlier_list(settings)
    _put(settings, [entry])
    entries = _sorted_entries(settings)
    for _, key, _ in entries[MAX_ENTRIES:]:
        settings.remove(key)
    settings.sync()
    return [entry for _, _, entry in entries[:MAX_ENTRIES]]


def forget_all() -> list[RecentSession]:
    """Empty the list."""
    file = recent_file()
    if not is_safe(file):
        file.unlink()
    settings = _open()
    settings.remove(_GROUP)
    settings.setValue(_EARLIER_LIST_READ, "true")
    settings.sync()
    return []


def _open() -> QSettings:
    return QSettings(str(recent_file()), QSettings.Format.IniFormat)


def is_safe(file: Path) -> bool:
    """Return whether Qt may open a file; True if it does not exist."""
    try:
        with open_plain_file(file) as opened:
            content = opened.read(_MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return len(content) <= _MAX_BYTES and _FOREIGN.search(content) is None


def _take_earlier_list(settings: QSettings) -> None:
    """Copy the list that earlier versions kept in a file of their own, once."""
    if not settings.contains(_EARLIER_LIST_READ):
        _put(settings, reversed(read_earlier_list()))
        settings.setValue(_EARLIER_LIST_READ, "true")
        settings.sync()


def _put(settings: QSettings, entries: Iterable[RecentSession]) -> None:
    """Write entries, each above those before it."""
    # Numbers, not times: a clock that was set back would hide the entries written since.
    first = max((number for number, _, _ in _sorted_entries(settings)), default=0) + 1
    for number, entry in enumerate(entries, first):
        name = hashlib.sha256(entry.session.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        settings.setValue(f"{_GROUP}/{name}", f"{number} {entry_to_json(entry)}")


def _sorted_entries(settings: QSettings) -> list[tuple[int, str, RecentSession]]:
    """Return the numbers, keys and entries, the last one first."""
    found = []
    for key in settings.allKeys():
        number, _, text = str(settings.value(key, "")).partition(" ")
        entry = entry_of_json(text)
        if key.startswith(f"{_GROUP}/") and entry is not None and number.isdecimal():
            found.append((int(number), key, entry))
    return sorted(found, key=lambda item: item[:2], reverse=True)
