"""Keymap: the keys of each command, by default those of the table, changed by the user's file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from PyQt6.QtGui import QKeySequence

from vetter.errors import SettingsError
from vetter.gui.actions.command import Command

Keymap = dict[str, tuple[str, ...]]


class LostKey(NamedTuple):
    """Default key that runs another command, so that its own command has no key.

    ``command`` and ``owner`` are titles: of the command without a key, and of the one that the
    key runs.
    """

    key: str
    command: str
    owner: str

    @property
    def words(self) -> str:
        """Part of a sentence for the user: ``X runs 'Blink' and no longer 'Later'``."""
        # A title without what follows a comma or is in brackets: the status bar has one line.
        owner, command = (re.split(r",| \(", title)[0] for title in (self.owner, self.command))
        return f"{keys_text([self.key])} runs '{owner}' and no longer '{command}'"


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

    A key of the user runs the user's command alone. A later version of the program may have that
    key among its defaults: its command then goes without the key, see `lost_keys`.

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

    Examples
    --------
    >>> blink = Command("view.blink", "Blink", ("B",), "View", print)
    >>> later = Command("review.later", "Later", ("X",), "Review", print)
    >>> make_keymap([blink, later], {"view.blink": "X"})
    {'view.blink': ('X',), 'review.later': ()}
    """
    keymap: Keymap = {command.id: command.keys for command in commands}
    chosen: Keymap = {}
    for command_id, keys in (changes or {}).items():
        if command_id not in keymap:
            raise SettingsError(
                f"keymap: unknown command {command_id!r}; expected an id as review.accept"
            )
        listed = [keys] if isinstance(keys, str) else keys
        if not isinstance(listed, list) or not all(isinstance(key, str) for key in listed):
            raise SettingsError(f"keymap: {command_id}: expected a key or a list, found {keys!r}")
        chosen[command_id] = tuple(listed)
    taken = _find_owners(chosen)
    for command_id, keys in keymap.items():
        keymap[command_id] = tuple(key for key in keys if _portable(key) not in taken)
    return keymap | chosen


def lost_keys(commands: Iterable[Command[Any]], keymap: Keymap) -> dict[str, LostKey]:
    """Return the commands that another command has left without a key, by id.

    Parameters
    ----------
    commands : iterable of Command
        The command table.
    keymap : Keymap
        The keys in force.
    """
    table = {command.id: command for command in commands}
    owners = {_portable(key): name for name, keys in keymap.items() for key in keys}
    lost = {}
    for name, command in table.items():
        key = next((key for key in map(_portable, command.keys) if key in owners), "")
        if key and not keymap[name]:
            lost[name] = LostKey(key, command.title, table[owners[key]].title)
    return lost


def _find_owners(keymap: Keymap) -> dict[str, str]:
    """Return the command of each key; raise SettingsError for a key of two, or none at all."""
    owners: dict[str, str] = {}
    for command_id, keys in keymap.items():
        for key in keys:
            portable = _portable(key)
            if not portable:
                raise SettingsError(
                    f"keymap: {command_id}: {key!r} is not a key; write Ctrl+Shift+A"
                )
            if portable in owners:
                raise SettingsError(
                    f"keymap: {portable} runs both {owners[portable]} and {command_id}"
                )
            owners[portable] = command_id
    return owners


def _portable(key: str) -> str:
    return QKeySequence.fromString(key).toString()
