"""Rows of a text table that begin with ``#``: a name such as ``#12``, or a row commented out."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence

from vetter.core.number_text import format_count

_HASH = re.compile(r"^[ \t]*#[^\r\n]*", re.MULTILINE)
_SAMPLE = 50
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+|nan|inf)([eEdD][+-]?\d+)?$", re.IGNORECASE)

Split = Callable[[str], list[str]]


def with_hash_rows(
    text: str, names: Sequence[str], split: Split, missing: Sequence[str]
) -> tuple[str, str]:
    """Put the names of rows that begin with ``#`` in quotes, and return a note on them.

    A line that begins with ``#`` is a row if it has a number in each column of numbers, and the
    first column is text. If the first column holds numbers, the row was commented out. Other such
    lines, and all before the first line of the table, are comments.

    Parameters
    ----------
    text : str
        The table, with line ends ``\\n``.
    names : sequence of str
        Names of the columns.
    split : callable
        Returns the fields of a line.
    missing : sequence of str
        Texts that mean a missing value.

    Returns
    -------
    str, str
        The text, with the same number of lines, and a note, empty if no row begins with ``#``.
    """
    if "#" not in text:
        return text, ""
    first = _first_line(text)
    lines = ((match, _fields(match.group(), split)) for match in _HASH.finditer(text, first))
    found = [
        (match, fields)
        for match, fields in lines
        if len(fields) == len(names) and fields[0].startswith("#")
    ]
    if not found:
        return text, ""
    numeric = _numeric_columns(text, first, names, split, missing)
    if numeric is None:
        # Without other rows, these show which columns hold numbers.
        numeric = _all_numbers([fields for _, fields in found], len(names), missing)
    parts: list[str] = []
    end = aside = kept = 0
    for match, fields in found:
        if not _has_numbers(fields, numeric, missing):
            continue
        if numeric[0]:
            aside += bool(_NUMBER.match(fields[0].lstrip("# \t")))
            continue
        line = match.group()
        start = len(line) - len(line.lstrip())
        name = _first_field(line[start:], fields[0])
        quoted = '"' + fields[0].replace('"', '""') + '"'
        # Without leading blanks: after a blank pyarrow takes quotes as characters of the name.
        parts += [text[end : match.start()], quoted, line[start + len(name) :]]
        end = match.end()
        kept += 1
    notes = []
    if kept:
        notes.append(
            f"{format_count(kept, 'row begins', 'rows begin')} with # and {_are(kept)} kept"
        )
    if aside:
        notes.append(f"{format_count(aside, 'row')} put aside with # {_are(aside)} left out")
    return "".join([*parts, text[end:]]), "; ".join(notes)


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _first_line(text: str) -> int:
    """Return the offset of the line after the first line that is not a comment."""
    place = 0
    while place < len(text):
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        line = text[place:end].strip()
        place = end + 1
        if line and not line.startswith("#"):
            break
    return min(place, len(text))


def _fields(line: str, split: Split) -> list[str]:
    """Return a line's fields; empty if csv refuses the line, e.g. over 131,072 characters."""
    try:
        return [field.strip() for field in split(line.strip("\r"))]
    except csv.Error:
        return []


def _first_field(line: str, field: str) -> str:
    """Return the first field as written in the line; it begins with ``#``, so has no quotes."""
    return line[: line.find(field) + len(field)]


def _numeric_columns(
    text: str, first: int, names: Sequence[str], split: Split, missing: Sequence[str]
) -> list[bool] | None:
    """Return for each column whether the first rows hold numbers; None without rows."""
    rows: list[list[str]] = []
    place = first
    while place < len(text) and len(rows) < _SAMPLE:
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        line = text[place:end].strip("\r")
        place = end + 1
        if line.strip() and not line.lstrip().startswith("#"):
            fields = _fields(line, split)
            if len(fields) == len(names):
                rows.append(fields)
    return _all_numbers(rows, len(names), missing) if rows else None


def _all_numbers(rows: list[list[str]], count: int, missing: Sequence[str]) -> list[bool]:
    columns = ([row[place] for row in rows if row[place] not in missing] for place in range(count))
    return [bool(values) and all(map(_NUMBER.match, values)) for values in columns]


def _has_numbers(fields: list[str], numeric: list[bool], missing: Sequence[str]) -> bool:
    """Return whether a line has numbers in the columns of numbers, apart from the first."""
    held = [field for field, number in zip(fields[1:], numeric[1:], strict=True) if number]
    given = [field for field in held if field not in missing]
    return bool(given) and all(map(_NUMBER.match, given))
