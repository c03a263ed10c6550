"""Editor of TOML documents that keeps comments, order, unknown keys and the style of lines."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from vetter.io.files.toml_text import toml_values

Path = tuple[str, ...]
"""Names of the tables around a key, and the key."""

_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']|'(?!''))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\[^\n])*+"'
    r"|'[^'\n]*+'",
    re.DOTALL,
)
_COMMENT = re.compile(r"#[^\n]*+")
_BLANK = re.compile(r"\s*+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")


class _Statement(NamedTuple):
    """Assignment of a document: its path, and the places of its value and the line's end."""

    path: Path
    start: int
    stop: int
    line_end: int


class _Layout(NamedTuple):
    """Assignments of a document, and where the lines of each table's heading end."""

    statements: list[_Statement]
    headings: dict[Path, int]
    first_heading: int


def set_toml_values(text: str, changes: Mapping[Path, Any]) -> str:
    """Return a document with other values of some keys; everything else stays as it is.

    Parameters
    ----------
    text : str
        A TOML document.
    changes : mapping
        Path of each key to its new value: bool, int, float, str, or a sequence of str.

    Raises
    ------
    ValueError
        The text is not TOML, or a key cannot be set without a change of others.

    Examples
    --------
    >>> set_toml_values("[a]  # mine\\nx = 1  # one\\n", {("a", "x"): 2})
    '[a]  # mine\\nx = 2  # one\\n'
    """
    wanted = toml_values(text)
    for path, value in changes.items():
        edited = _with_value(text, path, value)
        _put(wanted, path, value)
        text = edited
    if not _is_same(toml_values(text), wanted):
        names = ", ".join(".".join(path) for path in changes)
        raise ValueError(f"{names}: cannot be changed without a change of other keys")
    return text


def _put(tree: dict[str, Any], path: Path, value: Any) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
        if not isinstance(tree, dict):
            raise ValueError(f"{'.'.join(path)}: {name} is not a table")
    tree[path[-1]] = value if isinstance(value, (bool, int, float, str)) else list(value)


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two parsed documents are equal; NaN equals NaN."""
    return repr(one) == repr(other) or bool(one == other)


def _with_value(text: str, path: Path, value: Any) -> str:
    layout = _scan(text)
    ending = "\r\n" if "\r\n" in text else "\n"
    for item in layout.statements:
        if item.path == path:
            old = text[item.start : item.stop]
            return text[: item.start] + _replace(old, value) + text[item.stop :]
        if item.path == path[: len(item.path)]:
            inside = toml_values(f"x = {text[item.start : item.stop]}")["x"]
            if not isinstance(inside, dict):
                raise ValueError(f"{'.'.join(item.path)}: expected a table")
            _put(inside, path[len(item.path) :], value)
            return text[: item.start] + _spell(inside) + text[item.stop :]
    table, name = path[:-1], path[-1]
    if table in layout.headings:
        own = [s for s in layout.statements if s.path[:-1] == table and s.start > 0]
        after = [s.line_end for s in own if s.line_end > layout.headings[table]]
        return _insert(text, max(after, default=layout.headings[table]), (name,), value, ending)
    dotted = [s for s in layout.statements if table and s.path[: len(table)] == table]
    if dotted and all(s.start < layout.first_heading for s in dotted):
        return _insert(text, dotted[-1].line_end, path, value, ending)
    if not table:
        root = [s.line_end for s in layout.statements if s.start < layout.first_heading]
        return _insert(text, max(root, default=_end_of_comments(text)), path, value, ending)
    gap = "" if not text else ending if text.endswith("\n") else 2 * ending
    heading = ".".join(_spell_key(part) for part in table)
    return f"{text}{gap}[{heading}]{ending}{_spell_key(name)} = {_spell(value)}{ending}"


def _insert(text: str, place: int, path: Path, value: Any, ending: str) -> str:
    before = text[:place]
    if before and not before.endswith("\n"):
        before += ending
    key = ".".join(_spell_key(part) for part in path)
    return f"{before}{key} = {_spell(value)}{ending}{text[place:]}"


def _end_of_comments(text: str) -> int:
    """Return where the comment at the head of a document without root keys ends."""
    place = 0
    for line in text.splitlines(keepends=True):
        if not line.startswith("#"):
            break
        place += len(line)
    return place


def _scan(text: str) -> _Layout:
    statements: list[_Statement] = []
    headings: dict[Path, int] = {}
    table: Path = ()
    first_heading = len(text) + 1
    place = 0
    while place < len(text):
        place = _skip_blank(text, place)
        if place >= len(text):
            break
        if text[place] == "[":
            end = _value_end(text, place)
            first_heading = min(first_heading, place)
            table = _heading_path(text[place:end])
            headings.setdefault(table, _line_end(text, end))
            place = _line_end(text, end)
            continue
        equals = _find_equals(text, place)
        start = equals + 1
        while text[start : start + 1] in (" ", "\t"):
            start += 1
        stop = _value_end(text, start)
        path = (*table, *_paths_of(toml_values(f"{text[place:equals]} = 0")))
        statements.append(_Statement(path, start, stop, _line_end(text, stop)))
        place = _line_end(text, stop)
    return _Layout(statements, headings, first_heading)


def _skip_blank(text: str, place: int) -> int:
    while True:
        match = _BLANK.match(text, place)
        assert match is not None
        comment = _COMMENT.match(text, match.end())
        if comment is None:
            return match.end()
        place = comment.end()


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end + 1


def _find_equals(text: str, place: int) -> int:
    while text[place] != "=":
        string = _STRING.match(text, place)
        place = string.end() if string is not None else place + 1
    return place


def _value_end(text: str, place: int) -> int:
    """Return where a value or heading ends: before the blanks at the end of its line."""
    depth, end = 0, place
    while place < len(text):
        string = _STRING.match(text, place)
        if string is not None:
            place = end = string.end()
            continue
        letter = text[place]
        if letter == "#":
            if not depth:
                break
            place = _COMMENT.match(text, place).end()  # type: ignore[union-attr]
            continue
        if letter == "\n" and not depth:
            break
        depth += (letter in "[{") - (letter in "]}")
        place += 1
        if not letter.isspace():
            end = place
    return end


def _heading_path(heading: str) -> Path:
    """Return the path of a heading; elements of an array of tables have none of their own."""
    if heading.startswith("[["):
        return (*_paths_of(toml_values(heading[1:-1])), "")
    return _paths_of(toml_values(heading))


def _paths_of(tree: dict[str, Any]) -> Path:
    path: list[str] = []
    inside: Any = tree
    while isinstance(inside, dict) and inside:
        name = next(iter(inside))
        path.append(name)
        inside = inside[name]
    return tuple(path)


def _replace(old: str, value: Any) -> str:
    """Return the text of a value; a list keeps the comments and line breaks of the old one."""
    if isinstance(value, (bool, int, float, str)) or not old.startswith("["):
        return _spell(value)
    spans = _elements(old)
    texts = [_spell(item) for item in value]
    if not spans or not texts:
        return _spell(value)
    pieces = old
    for (start, stop), text in reversed(list(zip(spans, texts, strict=False))):
        if toml_values(f"x = {pieces[start:stop]}")["x"] != toml_values(f"x = {text}")["x"]:
            pieces = pieces[:start] + text + pieces[stop:]
    spans = _elements(pieces)
    if len(texts) > len(spans):
        end = spans[-1][1]
        pieces = pieces[:end] + "".join(f", {text}" for text in texts[len(spans) :]) + pieces[end:]
    for start, stop in reversed(spans[len(texts) :]):
        after = pieces[stop:].lstrip(" \t")
        pieces = pieces[:start] + (after[1:] if after.startswith(",") else pieces[stop:])
    return pieces


def _elements(array: str) -> list[tuple[int, int]]:
    """Return the places of the strings in an array; empty if it holds anything else."""
    spans: list[tuple[int, int]] = []
    place = 1
    while True:
        place = _skip_blank(array, place)
        if array[place] == "]":
            return spans
        string = _STRING.match(array, place)
        if string is None:
            return []
        spans.append(string.span())
        place = _skip_blank(array, string.end())
        if array[place] == ",":
            place += 1


def _spell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        # JSON escapes as TOML does, but for DEL.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        pairs = (f"{_spell_key(str(key))} = {_spell(item)}" for key, item in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, Sequence):
        return f"[{', '.join(_spell(item) for item in value)}]"
    raise ValueError(f"expected a value of a settings file, found {value!r}")


def _spell_key(name: str) -> str:
    return name if _BARE_KEY.match(name) else _spell(name)
