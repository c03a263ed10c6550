"""Which keys run which command: the defaults of the command table, changed by the user's file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PyQt6.QtGui import QKeySequence

from vetter.errors import SettingsError
from vetter.gui.actions.command import Command

Keymap = dict[str, tuple[str, ...]]


def keys_text(keys: Iterable[str]) -> str:
    """Keys as the platform writes them: ``A``, ``Ctrl+Shift+Z or Ctrl+Y``."""
    form = QKeySequence.SequenceFormat.NativeText
    return " or ".join(QKeySequence.fromString(key).toString(form) for key in keys)


def with_keys(text: str, keymap: Mapping[str, tuple[str, ...]], *command_ids: str) -> str:
    """A tool tip with the first keys of the commands it stands for: ``Stretch (S, Shift+S)``."""
    keys = [keys_text(keymap[name][:1]) for name in command_ids if keymap.get(name)]
    return f"{text} ({', '.join(keys)})" if keys else text


def make_keymap(
    commands: Iterable[Command[Any]], changes: Mapping[str, Any] | None = None
) -> Keymap:
    """Keys of each command.

    Parameters
    ----------
    commands : iterable of Command
        The command table.
    changes : mapping, optional
        Command id to a key or list of keys, as in the user's keymap file; an empty list
        takes a command's keys away.

    Returns
    -------
    dict
        Command id to its keys, in Qt's portable notation.

    Raises
    ------
    SettingsError
        An unknown command, something that is no key, or one key for two commands: the
        text names them.
    """
    keymap: Keymap = {command.id: command.keys for command in commands}
    for command_id, keys in (changes or {}).items():
        if command_id not in keymap:
            raise SettingsError(f"keymap: there is no command {command_id!r}")
        listed = [keys] if isinstance(keys, str) else keys
        if not isinstance(listed, list) or not all(isinstance(key, str) for key in listed):
            raise SettingsError(f"keymap: {command_id} wants a key or a list of keys")
        keymap[command_id] = tuple(listed)
    _check(keymap)
    return keymap


def _check(keymap: Keymap) -> None:
    owners: dict[str, str] = {}
    for command_id, keys in keymap.items():
        for key in keys:
            portable = QKeySequence.fromString(key).toString()
            if not portable:
                raise SettingsError(f"keymap: {command_id}: {key!r} is no key")
            if portable in owners:
                raise SettingsError(
                    f"keymap: {portable} runs both {owners[portable]} and {command_id}"
                )
            owners[portable] = command_id
