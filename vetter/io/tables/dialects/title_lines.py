"""Lines above the header of a text table: titles, dates and the ``sep=`` of spreadsheets."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from vetter.io.tables.table_file import MAX_COLUMNS, has_positions

DELIMITERS = (",", "\t", ";", "|")
_SEPARATOR = re.compile(r"^\ufeff?\"?sep=(.)\"?[,;\t ]*\r?$", re.IGNORECASE)
_SKIPPED = re.compile(r"^\s*($|#|//|!|%|[\s|+,;:=-]*$)")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$")
_DIGIT_FIRST = re.compile(r"^[+-]?\.?\d")
# Frames of polars, DuckDB and psql: bars between cells, and rules.
_BARS = "\u2502\u2503\u2506\u2551"
_CORNERS = (*range(0x250C, 0x254C), *range(0x2550, 0x2570), 0x2500, 0x2501)
_PLAIN_FRAME = dict.fromkeys(_CORNERS, "-") | str.maketrans(_BARS, "|" * len(_BARS))
_MAX_TITLES = 40
_SAMPLE = 60
_HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class TitleLines:
    """A text whose titles are empty lines, the titles, and the delimiter that one of them names."""

    text: str
    titles: tuple[str, ...] = ()
    delimiter: str | None = None

    def note(self) -> str:
        """Return a note on the titles; empty without titles."""
        if not self.titles:
            return ""
        if len(self.titles) == 1:
            return f"1 line above the header is passed over: {self.titles[0][:60]!r}"
        return (
            f"{len(self.titles)} lines above the header are passed over, "
            f"the first {self.titles[0][:60]!r}"
        )


def without_titles(text: str) -> TitleLines:
    """Replace the lines above a table's header by empty ones, so that lines keep their numbers.

    Frames drawn with other signs become bars and rules. The header is the first line whose names
    have roles of positions, and which has as many fields as a line below. Without such a line it
    is the first of equally long lines.
    """
    if any(bar in text[:_HEAD] for bar in _BARS):
        text = text.translate(_PLAIN_FRAME)
    end = text.rfind("\n", 0, _HEAD) + 1 if len(text) > _HEAD else len(text)
    lines = text[:end].split("\n")
    # Rules are left where they are: they frame the header.
    shown = [number for number, line in enumerate(lines) if not _SKIPPED.match(line)][:_SAMPLE]
    if not shown:
        return TitleLines(text)
    original = list(lines)
    separator = _SEPARATOR.match(lines[shown[0]])
    declared = separator[1] if separator else None
    above = 1 if separator else 0
    above += _count_titles([lines[number] for number in shown[above:]])
    header = shown[above] if above < len(shown) else len(lines)
    titles = tuple(lines[number].strip(' \t\r"') for number in shown[:above])
    titles = tuple(title if title[-2:-1] == "=" else title.rstrip('",;') for title in titles)
    for number, line in enumerate(lines[:header]):
        if number in shown[:above] or (line.strip() and not line.strip(' ,;|\t\r"')):
            lines[number] = ""
    if lines == original:
        return TitleLines(text)
    return TitleLines("\n".join(lines) + text[end:], titles, declared)


def split_fields(line: str, delimiter: str) -> list[str]:
    """Return the fields of a line; ``' '`` is any white space. Empty if csv refuses the line."""
    try:
        if delimiter == " ":
            return next(csv.reader([" ".join(line.split())], delimiter=" "), [])
        row = next(csv.reader([line.rstrip("\r")], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []
    return [field.strip() for field in row]


def is_number(field: str) -> bool:
    """Return whether a field is a number."""
    return _NUMBER.match(field) is not None


def _count_titles(lines: Sequence[str]) -> int:
    for place, line in enumerate(lines[: _MAX_TITLES + 1]):
        if _is_header(line, lines[place + 1 : place + 6]):
            return place
        if _is_row(line):
            break
    return _count_shorter_lines(lines)


def _is_header(line: str, below: Sequence[str]) -> bool:
    """Return whether a line has names of positions, and as many fields as a line below."""
    for delimiter in (*DELIMITERS, " "):
        names = split_fields(line, delimiter)
        if not 2 <= len(names) <= MAX_COLUMNS or any(map(is_number, names)):
            continue
        counts = {len(split_fields(other, delimiter)) for other in below}
        fits = not counts or not counts.isdisjoint((len(names), len(names) + 1))
        if fits and has_positions(names, {}, {}):
            return True
    return False


def _is_row(line: str) -> bool:
    """Return whether a line has two numbers, as rows with positions have."""
    return any(
        sum(map(is_number, split_fields(line, delimiter))) > 1 for delimiter in (*DELIMITERS, " ")
    )


def _count_shorter_lines(lines: Sequence[str]) -> int:
    """Return the number of leading lines whose length differs from that of all lines below."""
    for delimiter in (*DELIMITERS, " "):
        counts = [len(split_fields(line, delimiter)) for line in lines]
        length = counts[-1]
        if length < 2 or all(count == length for count in counts):
            continue
        titles = next(row for row in range(len(counts) - 1, -1, -1) if counts[row] != length) + 1
        if titles > _MAX_TITLES or length in counts[:titles] or titles > len(counts) - 2:
            continue
        if any(map(_DIGIT_FIRST.match, split_fields(lines[titles], delimiter))):
            # A row: the line above it may be the header of rows with names, or shorter.
            continue
        return titles
    return 0
