"""Expected failures, worded for the person at the keyboard."""

from __future__ import annotations


class VetterError(Exception):
    """Something the user can understand and mend; its text is one line."""


class InputError(VetterError, ValueError):
    """An input cannot be used: names the file, what was looked for and what was found."""


class SettingsError(VetterError, ValueError):
    """A setting cannot be used: names the key, what is allowed and what was found."""
