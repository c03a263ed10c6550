"""TOML of bounded depth: a dotted key of 20,000 parts takes tomllib 1.6 GB."""

from __future__ import annotations

import re
from typing import Any

MAX_KEY_PARTS = 64
"""Parts of a dotted key. Settings and field files have three at most."""

# A text without its end goes to the end of the line or file, lest each quote is tried for one.
_TEXTS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\[^\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
# Not from the middle of a word, lest one of a megabyte is tried from each of its letters.
_LONG_KEY = re.compile(rf"(?<![\w.-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{MAX_KEY_PARTS}}}")


def toml_values(text: str) -> dict[str, Any]:
    """Return the values of a TOML document.

    Raises
    ------
    ValueError
        It is no TOML, or a key has more than `MAX_KEY_PARTS` parts.
    RecursionError
        It is nested too deeply.
    """
    import tomllib

    # Line ends as text files have them; in strings TOML allows none bare.
    text = text.replace("\r\n", "\n")
    long = _LONG_KEY.search(_TEXTS.sub(_placeholder, text))
    if long is not None:
        line = long.string.count("\n", 0, long.start()) + 1
        raise ValueError(f"a key of over {MAX_KEY_PARTS} parts (at line {line})")
    return tomllib.loads(text)


def _placeholder(match: re.Match[str]) -> str:
    """Return a word for a text, with its line ends, or nothing for a comment."""
    text = match.group()
    return "" if text.startswith("#") else "x" + "\n" * text.count("\n")
