"""The user's settings and keymap: TOML files in the system's folder for settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vetter.errors import SettingsError
from vetter.io.files.regular_files import open_plain_file
from vetter.io.files.toml_text import toml_values
from vetter.settings import Settings

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
    parsed = _parse_file(path, "settings.toml")
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
    parsed = _parse_file(path, "keymap.toml")
    return None if parsed is None else parsed[1]


def _parse_file(path: str | Path | None, default: str) -> tuple[Path, dict[str, Any]] | None:
    file = settings_folder() / default if path is None else Path(path).expanduser()
    try:
        with open_plain_file(file) as opened:
            text = opened.read(MAX_SETTINGS_BYTES + 1).decode("utf-8")
    except FileNotFoundError:
        if path is None:
            return None
        raise SettingsError(f"{file}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: cannot be read: {error}") from error
    if len(text) > MAX_SETTINGS_BYTES:
        raise SettingsError(
            f"{file}: too large for settings; keep it under {MAX_SETTINGS_BYTES >> 20} MB"
        )
    try:
        return file, toml_values(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{file}: not TOML: {error}") from error
