"""Expected failures, worded for the person at the keyboard."""

from __future__ import annotations


class VetterError(Exception):
    """Something the user can understand and mend; its text is one line."""

    def __str__(self) -> str:
        # Names of files, and what libraries say of damaged ones, may hold anything.
        return one_line(super().__str__())


class InputError(VetterError, ValueError):
    """An input cannot be used: names the file, what was looked for and what was found."""


class SettingsError(VetterError, ValueError):
    """A setting cannot be used: names the key, what is allowed and what was found."""


def one_line(text: str) -> str:
    """Text that can be printed in one line: what cannot is written as in Python (``\\n``)."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )
