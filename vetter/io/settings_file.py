"""The user's settings and keymap: TOML files in the system's folder for settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vetter.errors import SettingsError
from vetter.io.files.atomic import atomic_path
from vetter.io.files.regular_files import open_plain_file
from vetter.io.files.toml_text import toml_values
from vetter.settings import Settings

SETTINGS_NAME, KEYMAP_NAME = "settings.toml", "keymap.toml"
MAX_SETTINGS_BYTES = 2**20
"""Largest size of a settings file."""


def settings_folder() -> Path:
    """Return the folder of ``settings.toml`` and ``keymap.toml``, which may not exist."""
    from platformdirs import user_config_path

    return user_config_path("vetter", appauthor=False)


def load_settings(path: str | Path | None = None) -> Settings:
    """Return the settings of a file, or of the user's own file if it exists, or the defaults.

    Raises
    ------
    SettingsError
        The named file is missing, a file is not TOML, or a setting cannot be used; the text
        names the file and the key.
    """
    parsed = _parse_file(path, SETTINGS_NAME)
    if parsed is None:
        return Settings()
    file, values = parsed
    try:
        return Settings.from_mapping(values)
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from error


def load_keymap(path: str | Path | None = None) -> dict[str, Any] | None:
    """Return command ids to keys, of a file or of the user's own; None if that does not exist.

    Raises
    ------
    SettingsError
        The named file is missing, or a file is not TOML.
    """
    parsed = _parse_file(path, KEYMAP_NAME)
    return None if parsed is None else parsed[1]


def save_settings(
    changes: Mapping[tuple[str, str], Any], path: str | Path | None = None
) -> Settings:
    """Change settings in a file or the user's own; its comments and other keys stay as they are.

    Parameters
    ----------
    changes : mapping
        Section and key to the new value, as a field of `Settings` holds it.
    path : path or None
        Named file; None for the user's own, which is made if missing.

    Returns
    -------
    Settings
        All settings of the file as it is now.

    Raises
    ------
    SettingsError, InputError
        The file is not TOML, a value cannot be used, or the file cannot be written; the file
        stays as it was.
    """
    by_path: dict[tuple[str, ...], Any] = {(*key,): value for key, value in changes.items()}
    values = _change_file(path, SETTINGS_NAME, by_path, Settings.from_mapping)
    return Settings.from_mapping(values)


def save_keymap(
    changes: Mapping[str, Sequence[str]], path: str | Path | None = None
) -> dict[str, Any]:
    """Change the keys of commands in a keymap file or the user's own; return all of its values.

    Raises
    ------
    SettingsError, InputError
        The file is not TOML or cannot be written; it stays as it was.
    """
    return _change_file(path, KEYMAP_NAME, {(name,): keys for name, keys in changes.items()}, dict)


def _change_file(
    path: str | Path | None,
    default: str,
    changes: Mapping[tuple[str, ...], Any],
    check: Callable[[dict[str, Any]], object],
) -> dict[str, Any]:
    from vetter.io.files.toml_edit import set_toml_values

    file = settings_folder() / default if path is None else Path(path).expanduser()
    text = _read_text(file) or ""
    _parse(file, text)
    try:
        edited = set_toml_values(text, changes)
        values = toml_values(edited)
        check(values)
    except (ValueError, RecursionError, SettingsError) as error:
        raise SettingsError(f"{file}: {error}") from error
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(file) as temporary:
            temporary.write_bytes(edited.encode("utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: cannot be written: {error}") from error
    return values


def _parse_file(path: str | Path | None, default: str) -> tuple[Path, dict[str, Any]] | None:
    file = settings_folder() / default if path is None else Path(path).expanduser()
    text = _read_text(file)
    if text is None:
        if path is None:
            return None
        raise SettingsError(f"{file}: no such file")
    return file, _parse(file, text)


def _read_text(file: Path) -> str | None:
    """Return a file's text; None if there is no such file."""
    try:
        with open_plain_file(file) as opened:
            text = opened.read(MAX_SETTINGS_BYTES + 1).decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: cannot be read: {error}") from error
    if len(text) > MAX_SETTINGS_BYTES:
        raise SettingsError(
            f"{file}: too large for settings; keep it under {MAX_SETTINGS_BYTES >> 20} MB"
        )
    return text


def _parse(file: Path, text: str) -> dict[str, Any]:
    try:
        return toml_values(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{file}: not TOML: {error}") from error
