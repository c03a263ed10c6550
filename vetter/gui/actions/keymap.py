"""Keymap: the keys of each command, by default those of the table, changed by the user's file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PyQt6.QtGui import QKeySequence

from vetter.errors import SettingsError
from vetter.gui.actions.command import Command

Keymap = dict[str, tuple[str, ...]]


def keys_text(keys: Iterable[str]) -> str:
    """Format keys as the platform writes them: ``A``, ``Ctrl+Shift+Z or Ctrl+Y``."""
    form = QKeySequence.SequenceFormat.NativeText
    return " or ".join(QKeySequence.fromString(key).toString(form) for key in keys)


def with_keys(text: str, keymap: Mapping[str, tuple[str, ...]], *command_ids: str) -> str:
    """Add the first key of each command to a tool tip: ``Stretch (S, Shift+S)``."""
    keys = [keys_text(keymap[name][:1]) for name in command_ids if keymap.get(name)]
    return f"{text} ({', '.join(keys)})" if keys else text


def make_keymap(
    commands: Iterable[Command[Any]], changes: Mapping[str, Any] | None = None
) -> Keymap:
    """Make the keymap: each command's keys, with the user's changes.

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
        The user's file has an unknown command, an invalid key, or one key for two commands;
        the message names them.
    """
    keymap: Keymap = {command.id: command.keys for command in commands}
    for command_id, keys in (changes or {}).items():
        if command_id not in keymap:
            raise SettingsError(
                f"keymap: unknown command {command_id!r}; expected an id as review.accept"
            )
        listed = [keys] if isinstance(keys, str) else keys
        if not isinstance(listed, list) or not all(isinstance(key, str) for key in listed):
            raise SettingsError(f"keymap: {command_id}: expected a key or a list, found {keys!r}")
        keymap[command_id] = tuple(listed)
    _check(keymap)
    return keymap


def _check(keymap: Keymap) -> None:
    owners: dict[str, str] = {}
    for command_id, keys in keymap.items():
        for key in keys:
            portable = QKeySequence.fromString(key).toString()
            if not portable:
                raise SettingsError(
                    f"keymap: {command_id}: {key!r} is not a key; write Ctrl+Shift+A"
                )
            if portable in owners:
                raise SettingsError(
                    f"keymap: {portable} runs both {owners[portable]} and {command_id}"
                )
            owners[portable] = command_id
