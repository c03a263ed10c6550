"""Escapes of the letters that tables, pictures and terminals cannot hold."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def escape_control(text: str) -> str:
    """Escape the characters that XML and terminals cannot hold: controls, lone surrogates.

    Examples
    --------
    >>> escape_control("red\\x1b[31m")
    'red\\\\x1b[31m'
    """
    return _CONTROL.sub(_escape_match, text)


def escape_non_ascii(text: str) -> str:
    """Return text in printable ASCII, as FITS requires; other characters as Python escapes.

    Examples
    --------
    >>> escape_non_ascii("5 µJy")
    '5 \\\\xb5Jy'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        letter if letter.isascii() and letter.isprintable() else _escape(letter) for letter in text
    )


def _escape_match(match: re.Match[str]) -> str:
    return _escape(match.group())


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape", "backslashreplace").decode("ascii")
