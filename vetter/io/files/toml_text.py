"""TOML reader of bounded depth: tomllib takes 1.6 GB for a dotted key of 20,000 parts."""

from __future__ import annotations

import re
from typing import Any

MAX_KEY_PARTS = 64
"""Largest number of parts of a dotted key. Settings and field files have three at most."""

# An unterminated string runs to the end of the line or file; otherwise each quote is tried.
_TEXTS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\[^\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
# The lookbehind keeps a word of a megabyte from being tried at each of its letters.
_LONG_KEY = re.compile(rf"(?<![\w.-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{MAX_KEY_PARTS}}}")


def toml_values(text: str) -> dict[str, Any]:
    """Return the values of a TOML document.

    Raises
    ------
    ValueError
        The text is not TOML, or a key has more than `MAX_KEY_PARTS` parts.
    RecursionError
        The text is nested too deeply.
    """
    import tomllib

    # TOML forbids a bare carriage return, so line ends are those of text files.
    text = text.replace("\r\n", "\n")
    long = _LONG_KEY.search(_TEXTS.sub(_placeholder, text))
    if long is not None:
        line = long.string.count("\n", 0, long.start()) + 1
        raise ValueError(f"a key of over {MAX_KEY_PARTS} parts (at line {line})")
    return tomllib.loads(text)


def _placeholder(match: re.Match[str]) -> str:
    """Return a word with the line ends of a string, or nothing for a comment."""
    text = match.group()
    return "" if text.startswith("#") else "x" + "\n" * text.count("\n")
