"""The user's settings and keymap: TOML files in the folder that the system has for such."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vetter.errors import SettingsError
from vetter.io.files.regular_files import open_plain_file
from vetter.io.files.toml_text import toml_values
from vetter.settings import Settings

MOST_BYTES = 2**20


def settings_folder() -> Path:
    """Where ``settings.toml`` and ``keymap.toml`` are looked for; it may not exist."""
    from platformdirs import user_config_path

    return user_config_path("vetter", appauthor=False)


def load_settings(path: str | Path | None = None) -> Settings:
    """The settings in a file, or in the user's own where it exists, or the defaults.

    Raises
    ------
    SettingsError
        The named file is missing, no file is TOML, or a setting cannot be used; the text
        names the file and the key.
    """
    found = _parsed(path, "settings.toml")
    if found is None:
        return Settings()
    file, values = found
    try:
        return Settings.from_mapping(values)
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from error


def load_keymap(path: str | Path | None = None) -> dict[str, Any] | None:
    """Command ids to keys, as in a file or in the user's own; None where there is none.

    Raises
    ------
    SettingsError
        The named file is missing, or no TOML.
    """
    found = _parsed(path, "keymap.toml")
    return None if found is None else found[1]


def _parsed(path: str | Path | None, default: str) -> tuple[Path, dict[str, Any]] | None:
    file = settings_folder() / default if path is None else Path(path).expanduser()
    try:
        with open_plain_file(file) as opened:
            text = opened.read(MOST_BYTES + 1).decode("utf-8")
    except FileNotFoundError:
        if path is None:
            return None
        raise SettingsError(f"{file}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: cannot be read: {error}") from error
    if len(text) > MOST_BYTES:
        raise SettingsError(f"{file}: too large for settings: over {MOST_BYTES >> 20} MB")
    try:
        return file, toml_values(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{file}: no TOML: {error}") from error
