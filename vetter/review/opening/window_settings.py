"""Arrangement of the user's windows in Qt's settings: one INI file beside the user's settings.

The session's file holds what belongs to the session; this one what belongs to the user: size and
docks of the window, width and columns of the list, the theme, named layouts and named filters.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QSettings

from vetter.io.settings_file import settings_folder
from vetter.review.opening.recent_settings import is_safe

MAX_COLUMN_SETS = 60
"""Largest number of kinds of lists whose columns are remembered."""
MAX_FILTERS = 100
"""Largest number of named filters."""
MAX_FILTER_CHARACTERS = 500
"""Length of a filter that can be stored: with `MAX_FILTERS` of them, `is_safe` still accepts the
file."""
_WINDOW, _COLUMNS, _LAYOUTS, _FILTERS = "window", "columns", "layouts", "filters"
_LOST_KEYS = "lost_keys"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Arrangement of one window.

    Attributes
    ----------
    geometry, docks : str
        Results of QMainWindow's saveGeometry() and saveState() in base 64; empty if unknown.
    list_width : int
        Width of the candidate list in pixels; 0 if unknown.
    theme : str
        'dark' or 'light'; empty if the settings decide.
    theme_setting : str
        Setting of the theme when ``theme`` was chosen; another setting since then decides.
    widths : mapping
        Widths of the list's columns in pixels by name.
    whole : bool
        Whether columns and panels belong to the arrangement, as in a named layout.
    columns : tuple of str
        Columns of the list from left to right; empty if unknown.
    panels : mapping
        Whether each plane that the user chose has a panel.
    list_height : int
        Height of the list below the panels in pixels; 0 if unknown.
    list_place : str
        Place of the list: 'automatic', 'beside' or 'below'; empty if unknown.
    """

    geometry: str = ""
    docks: str = ""
    list_width: int = 0
    theme: str = ""
    theme_setting: str = ""
    widths: Mapping[str, int] = field(default_factory=dict)
    whole: bool = False
    columns: tuple[str, ...] = ()
    panels: Mapping[str, bool] = field(default_factory=dict)
    list_height: int = 0
    list_place: str = ""

    @classmethod
    def of_record(cls, record: Any) -> Arrangement:
        """Return the arrangement in a record; fields of another type keep their defaults."""
        if not isinstance(record, dict):
            return cls()
        default = cls()
        values: dict[str, Any] = {}
        for name in (item.name for item in fields(cls)):
            value, usual = record.get(name), getattr(default, name)
            if isinstance(usual, tuple) and isinstance(value, list):
                values[name] = tuple(item for item in value if isinstance(item, str))
            elif isinstance(usual, dict) and isinstance(value, dict):
                kind = bool if name == "panels" else int
                values[name] = {k: v for k, v in value.items() if type(v) is kind}
            elif type(value) is type(usual):
                values[name] = value
        return cls(**values)


def window_file() -> Path:
    """Return the file of the arrangements; it may not exist."""
    return settings_folder() / "window.ini"


def list_kind(names: list[str]) -> str:
    """Return the kind of a list: lists with the same columns have the same kind."""
    text = "\n".join(sorted(names))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def load_arrangement() -> Arrangement:
    """Return the arrangement of the last window; the default if there is none or it is damaged."""
    settings = _open()
    return Arrangement.of_record(None if settings is None else _read(settings, _WINDOW))


def save_arrangement(arrangement: Arrangement) -> None:
    """Store the arrangement of a window; without a writable folder nothing is stored."""
    settings = _open_for_writing()
    settings.setValue(_WINDOW, _encode(asdict(arrangement)))
    settings.sync()


def load_columns() -> dict[str, list[str]]:
    """Return the columns that the user chose for each kind of list, from left to right."""
    settings = _open()
    if settings is None:
        return {}
    columns = {}
    for key in _keys_of(settings, _COLUMNS):
        record = _read(settings, key)
        names = record.get("names") if isinstance(record, dict) else None
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            columns[key.partition("/")[2]] = names
    return columns


def save_columns(kind: str, names: list[str]) -> None:
    """Store the columns of a kind of list."""
    settings = _open_for_writing()
    keys = _keys_of(settings, _COLUMNS)
    if f"{_COLUMNS}/{kind}" not in keys:
        for key in keys[: max(0, len(keys) + 1 - MAX_COLUMN_SETS)]:
            settings.remove(key)
    settings.setValue(f"{_COLUMNS}/{kind}", _encode({"names": names}))
    settings.sync()


def load_layouts() -> dict[str, Arrangement]:
    """Return the named layouts, sorted by name."""
    settings = _open()
    if settings is None:
        return {}
    layouts = {}
    for key in _keys_of(settings, _LAYOUTS):
        record = _read(settings, key)
        name = record.get("name") if isinstance(record, dict) else None
        if isinstance(name, str) and name:
            layouts[name] = Arrangement.of_record(record.get("arrangement"))
    return dict(sorted(layouts.items(), key=lambda item: item[0].casefold()))


def save_layout(name: str, arrangement: Arrangement) -> None:
    """Store a named layout, in place of one with the same name."""
    settings = _open_for_writing()
    record = {"name": name, "arrangement": asdict(arrangement)}
    settings.setValue(_key(_LAYOUTS, name), _encode(record))
    settings.sync()


def delete_layout(name: str) -> None:
    """Delete a named layout; a missing one has no effect."""
    _delete(_key(_LAYOUTS, name))


def load_filters() -> dict[str, str]:
    """Return the named filters, at most `MAX_FILTERS` of them."""
    settings = _open()
    if settings is None:
        return {}
    filters = {}
    for key in _keys_of(settings, _FILTERS)[:MAX_FILTERS]:
        record = _read(settings, key)
        found = record if isinstance(record, dict) else {}
        name, expression = found.get("name"), found.get("expression")
        if isinstance(name, str) and isinstance(expression, str) and name and expression:
            filters[name] = expression
    return filters


def save_filter(name: str, expression: str) -> None:
    """Store a named filter, in place of one with the same name."""
    settings = _open_for_writing()
    settings.setValue(_key(_FILTERS, name), _encode({"name": name, "expression": expression}))
    settings.sync()


def delete_filter(name: str) -> None:
    """Delete a named filter; a missing one has no effect."""
    _delete(_key(_FILTERS, name))


def _key(group: str, name: str) -> str:
    return f"{group}/{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def _delete(key: str) -> None:
    settings = _open_for_writing()
    settings.remove(key)
    settings.sync()


def load_lost_keys() -> set[str]:
    """Return the commands without a key, by id, that the user has been told of."""
    settings = _open()
    names = None if settings is None else _read(settings, _LOST_KEYS)
    return {str(name) for name in names} if isinstance(names, list) else set()


def save_lost_keys(names: set[str]) -> None:
    """Store the commands without a key that the user has been told of."""
    settings = _open_for_writing()
    settings.setValue(_LOST_KEYS, _encode(sorted(names)))
    settings.sync()


def _keys_of(settings: QSettings, group: str) -> list[str]:
    return [key for key in settings.allKeys() if key.startswith(f"{group}/")]


def _open() -> QSettings | None:
    """Return the settings; None if the file is missing, damaged, or could run code."""
    file = window_file()
    if not file.exists() or not is_safe(file):
        return None
    return QSettings(str(file), QSettings.Format.IniFormat)


def _open_for_writing() -> QSettings:
    file = window_file()
    if not is_safe(file):
        file.unlink()
    return QSettings(str(file), QSettings.Format.IniFormat)


def _encode(record: Any) -> str:
    """Return a record as text without @ and escapes, which `is_safe` refuses."""
    return base64.urlsafe_b64encode(json.dumps(record).encode("ascii")).decode("ascii")


def _read(settings: QSettings, key: str) -> Any:
    try:
        return json.loads(base64.urlsafe_b64decode(str(settings.value(key, ""))))
    except (ValueError, RecursionError):
        return None
