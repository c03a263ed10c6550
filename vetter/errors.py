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


def in_words(error: BaseException) -> str:
    """Any failure in one line; what nobody expected is said to be a fault of the program.

    The name of its kind is in brackets: whoever reports the fault is asked for it.
    """
    said = one_line(" ".join(str(error).split()))
    if isinstance(error, VetterError) and said:
        return said
    if isinstance(error, OSError):
        reason = error.strerror or said or "it cannot be read or written"
        return one_line(f"{error.filename}: {reason}" if error.filename else reason)
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
    kind = f"{type(error).__name__}: {said[:200]}".rstrip(": ")
    return f"a fault of this program ({kind})"


def one_line(text: str) -> str:
    """Text that can be printed in one line: what cannot is written as in Python (``\\n``)."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )
