"""Rows of a text table made as long as its header; lines that are no candidates are left out.

Lines keep their numbers: those left out become empty. Rows are changed only at their end, unless
the text has several blocks of different columns, which become one table.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.column_roles import normalise_name, recognise
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.tables.dialects.title_lines import is_number, split_fields
from vetter.io.tables.table_file import has_positions

ROW_NAMES = "index"
"""Name of the column of row names that a header leaves out, as R and pandas write it."""
_UNITS = r"(?:rows?|records?|entries|objects?|sources?|candidates?|detections?|lines?|results?)"
_BEFORE_COUNT = r"(?:query returned|returned|showing|found|selected|total)"
_COUNT_OF = rf"(?:length|total(?:\s\w+)?|count|(?:number of |# ?)?{_UNITS})"
_ROW_COUNT = re.compile(
    rf"^\W*(?:{_BEFORE_COUNT}\W*)?(\d+)\s+{_UNITS}\b[^,;|]{{0,40}}$"
    rf"|^\W*{_COUNT_OF}\s*[=:]\s*(\d+)(?:\s*{_UNITS})?\W*$",
    re.IGNORECASE,
)
_FOOTER = re.compile(r"^(?:grand )?(?:total|sum|mean|average|median|end|eof)$", re.IGNORECASE)
_NO_WORD = re.compile(r"^(?:[^\w\n]|_)*$")
_DOTS = re.compile(r"\.{2,}|\u2026|\u22ee")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r'"[^"\n]*"|\S+')
_SAMPLE = 50
_COMMENT = ("//", "!", "%")
_COUNT_WORDS = ("row", "ength", "record", "otal")
# A unit, or a format of RDB.
_NO_VALUE = re.compile(r"^(?:[^\d]*|\d+[SNM])$")
# A type of polars or DuckDB, below the names.
_TYPE = re.compile(
    r"^(?:[iuf]\d+|u?int\d+|bigint|integer|float\d*|double|str|varchar|bool(?:ean)?)$"
)
_MAX_LISTED = 5
_NEWLINE, _QUOTE, _BLANK, _TAB, _RETURN, _ZERO = b'\n" \t\r0'


@dataclass(frozen=True, slots=True)
class EvenTable:
    """A text whose rows are all as long as `names`, notes, and cautions (which are notes too).

    ``problem`` is the error of the first row that could not be completed, None without such a row.
    """

    text: str
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    problem: InputError | None = None


@dataclass(slots=True)
class _Row:
    """A row of the file: its first line, the line after its last, and its number of fields."""

    start: int
    end: int
    count: int


@dataclass
class _Block:
    """Rows under one header; `needed` is the number of fields up to the last position."""

    names: tuple[str, ...]
    rows: list[_Row] = field(default_factory=list)

    @property
    def needed(self) -> int:
        roles = recognise(self.names, {}, {})
        pairs = [(roles.x, roles.y), (roles.ra, roles.dec)]
        places = [self.names.index(name) + 1 for pair in pairs for name in pair if name]
        return max(places, default=len(self.names))


@dataclass
class _LeftOut:
    """Lines left out, by reason, counted from 1."""

    headers: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    rules: list[int] = field(default_factory=list)
    dots: list[int] = field(default_factory=list)
    texts: list[tuple[int, str]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)


def even_rows(
    path: Path, text: str, names: Sequence[str], delimiter: str, data_start: int
) -> EvenTable:
    """Make the rows of a text table as long as its header.

    Parameters
    ----------
    path : Path
        The file, for notes and errors.
    text : str
        The table, its comments marked with ``#``.
    names : sequence of str
        Names of the columns.
    delimiter : str
        One character; ``' '`` is any white space.
    data_start : int
        Rows of names above the first row, 0 or 1.
    """
    names = tuple(names)
    lines = text.split("\n")
    header_line = next((n for n, line in enumerate(lines) if _is_shown(line)), -1)
    if not data_start:
        header_line = -1
    words = _words_below(text, lines, header_line, names)
    if not words and _are_even(text, lines, len(names), delimiter, header_line):
        return EvenTable(text, names)
    try:
        rows = list(_iter_rows(lines, delimiter))
    except csv.Error:
        # A field longer than the csv module's limit: the table's reader raises the error.
        return EvenTable(text, names)
    header = rows[0] if data_start and rows else None
    return _Evened(path, lines, names, delimiter, header, rows[data_start:], words).table()


def _is_shown(line: str) -> bool:
    """Return whether a line is neither empty nor a comment."""
    start = line.lstrip()
    return bool(start) and start[0] != "#"


def _words_below(
    text: str, lines: list[str], header_line: int, names: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the words of headers and of row counts that occur below the header; few files do."""
    start = sum(len(line) + 1 for line in lines[: header_line + 1])
    words = (*_position_names(names), *_COUNT_WORDS)
    return tuple(word for word in words if text.find(word, start) >= 0)


def _are_even(text: str, lines: list[str], length: int, delimiter: str, header_line: int) -> bool:
    """Return whether all rows have `length` fields and a digit; False if that takes long to tell.

    Bytes are counted in arrays: 100,000 rows take 40 ms, ten times less than line by line.
    """
    data = np.frombuffer(text.encode(), np.uint8)
    ends = data == _NEWLINE
    in_quotes: npt.NDArray[np.bool_] | None = None
    if '"' in text:
        if delimiter == " ":
            return False
        in_quotes = (np.cumsum(data == _QUOTE, dtype=np.int32) & 1).astype(bool)
        if (ends & in_quotes).any():
            return False
    starts = np.concatenate([[0], np.flatnonzero(ends) + 1])
    starts = starts[starts < len(data)]
    if delimiter == " ":
        is_blank = (data == _BLANK) | (data == _TAB) | (data == _RETURN) | ends
        is_first = ~is_blank
        is_first[1:] &= is_blank[:-1]
        counts = np.add.reduceat(is_first, starts, dtype=np.int32)
    else:
        signs = np.isin(data, np.frombuffer(delimiter.encode(), np.uint8))
        signs = signs if in_quotes is None else signs & ~in_quotes
        counts = np.add.reduceat(signs, starts, dtype=np.int32) // len(delimiter.encode()) + 1
    digits = np.add.reduceat((data - _ZERO) < 10, starts, dtype=np.int32)
    odd = np.flatnonzero((counts != length) | (digits == 0)).tolist()
    if header_line >= 0 and _has_empty_end(lines[header_line], delimiter):
        return False
    return not any(_is_shown(lines[number]) for number in odd if number != header_line)


def _iter_rows(lines: list[str], delimiter: str) -> Iterator[_Row]:
    shown = [number for number, line in enumerate(lines) if _is_shown(line)]
    if delimiter == " ":
        for number in shown:
            line = lines[number]
            length = len(split_fields(line, " ")) if '"' in line else len(line.split())
            yield _Row(number, number + 1, length)
        return
    place = 0
    while place < len(shown):
        number = shown[place]
        line = lines[number]
        place += 1
        if '"' not in line:
            yield _Row(number, number + 1, line.count(delimiter) + 1)
            continue
        reader = csv.reader(
            (lines[shown[other]].rstrip("\r") for other in range(place - 1, len(shown))),
            delimiter=delimiter,
            skipinitialspace=True,
        )
        fields = next(reader)
        # A quoted field may go on in the next lines.
        last = place + reader.line_num - 2
        yield _Row(number, shown[last] + 1, len(fields))
        place = last + 1


def _has_empty_end(line: str, delimiter: str) -> bool:
    return delimiter != " " and line.rstrip(" \r").endswith(delimiter)


def _position_names(names: tuple[str, ...]) -> tuple[str, ...]:
    roles = recognise(names, {}, {})
    return tuple(name for name in (roles.x, roles.ra) if name)


class _Columns:
    """Columns of a block between blanks: their kind, and the characters they take in a line."""

    def __init__(self, block: _Block, lines: list[str], split: Callable[[_Row], list[str]]) -> None:
        length = len(block.names)
        full = [row for row in block.rows if row.count == length][:_SAMPLE]
        cells = list(zip(*map(split, full), strict=True))
        self._texts = {
            place for place, column in enumerate(cells) if not any(map(is_number, column))
        }
        spans = [[match.span() for match in _WORD.finditer(lines[row.start])] for row in full]
        extents = [
            (min(start for start, _ in column), max(end for _, end in column))
            for column in zip(*spans, strict=False)
        ]
        is_apart = all(one[1] < other[0] for one, other in pairwise(extents))
        # A single row lines up with itself.
        is_aligned = is_apart and len(full) > 1 and len(extents) == length
        self._extents = extents if is_aligned else []

    def is_text(self, place: int) -> bool:
        """Return whether no full row has a number in a column; False without full rows."""
        return place in self._texts

    def place(self, line: str) -> list[str]:
        """Return the cells of a line by the characters they take; empty if a cell fits none."""
        cells = [""] * len(self._extents)
        for match in _WORD.finditer(line):
            places = [
                place
                for place, (start, end) in enumerate(self._extents)
                if match.start() < end and match.end() > start
            ]
            if len(places) != 1 or cells[places[0]]:
                return []
            cells[places[0]] = match.group()
        return cells


class _Evened:
    """One pass over a table's rows, which sorts them into blocks, lines left out and problems."""

    def __init__(
        self,
        path: Path,
        lines: list[str],
        names: tuple[str, ...],
        delimiter: str,
        header: _Row | None,
        body: list[_Row],
        words: tuple[str, ...],
    ) -> None:
        self._path, self._lines, self._delimiter = path, list(lines), delimiter
        self._header = self._fields(header) if header else list(names)
        self._left_out = _LeftOut()
        self._padded: list[int] = []
        self._cut: list[int] = []
        self._guessed: list[int] = []
        self._placed: list[int] = []
        self._joined: list[int] = []
        self._has_trailing = self._has_row_names = False
        self._problem: InputError | None = None
        self._words = words
        self._blocks = self._sort(names, body)

    def table(self) -> EvenTable:
        """Return the table with all rows of one length."""
        blocks = [self._with_row_names(block) for block in self._blocks]
        for block in blocks:
            self._complete(block)
        names = self._merge(blocks)
        notes, cautions = self._notes(sum(len(block.rows) for block in blocks), len(blocks))
        return EvenTable("\n".join(self._lines), names, notes, cautions, self._problem)

    def _fields(self, row: _Row) -> list[str]:
        return split_fields(" ".join(self._lines[row.start : row.end]), self._delimiter)

    def _is_suspicious(self, line: str) -> bool:
        """Return whether a line as long as a row may be none."""
        return not _DIGIT.search(line) or any(word in line for word in self._words)

    def _drop(self, row: _Row) -> None:
        for number in range(row.start, row.end):
            self._lines[number] = ""

    def _sort(self, names: tuple[str, ...], body: list[_Row]) -> list[_Block]:
        """Return the blocks of rows; drop the lines that are no rows."""
        block = _Block(names)
        blocks = [block]
        # Odd lines without a number: titles if a header or the end follows them.
        titles: list[_Row] = []
        is_below_header = False
        for row in body:
            line = self._lines[row.start]
            if not block.rows and all(map(_TYPE.match, self._fields(row))):
                self._drop(row)
                continue
            if row.count == len(block.names) and not self._is_suspicious(line):
                block.rows += [*titles, row]
                titles, is_below_header = [], False
                continue
            if self._is_left_out(row, line, block):
                continue
            fields = self._fields(row)
            if is_below_header and all(map(_NO_VALUE.match, fields)):
                # Units and formats, as in the first block.
                self._drop(row)
            elif self._is_header(fields, block):
                self._drop_titles([*self._pop_titles(block), *titles])
                titles, is_below_header = [], True
                self._left_out.headers.append(row.start + 1)
                self._drop(row)
                if [normalise_name(name) for name in fields] != [
                    normalise_name(name) for name in self._header
                ]:
                    block = _Block(tuple(fields))
                    blocks.append(block)
                    self._header = fields
            elif row.count != len(block.names) and (
                not any(map(_DIGIT.search, fields)) or line.lstrip().startswith(_COMMENT)
            ):
                titles.append(row)
            else:
                block.rows += [*titles, row]
                titles, is_below_header = [], False
        self._drop_titles(titles)
        return [block for block in blocks if block.rows] or blocks[:1]

    def _pop_titles(self, block: _Block) -> list[_Row]:
        """Take the lines above a repeated header that are no rows from a block's end."""
        length = len(block.names)
        titles: list[_Row] = []
        while block.rows:
            row = block.rows[-1]
            could_be_row = block.needed <= row.count <= length + 1
            if could_be_row or sum(map(is_number, self._fields(row))) > 1:
                break
            titles.insert(0, block.rows.pop())
        return titles

    def _drop_titles(self, titles: list[_Row]) -> None:
        for row in titles:
            self._left_out.texts.append((row.start + 1, self._lines[row.start].strip()))
            self._drop(row)

    def _is_left_out(self, row: _Row, line: str, block: _Block) -> bool:
        """Drop a line of dots, rules, empty fields or a count of rows; return whether it is one."""
        if _NO_WORD.match("".join(self._lines[row.start : row.end])):
            kind = self._left_out.rules
            if _DOTS.search(line):
                kind = self._left_out.dots
            elif not line.strip(f"{self._delimiter} \t\r\"'"):
                kind = self._left_out.empty
            kind.append(row.start + 1)
            self._drop(row)
            return True
        given = [value for value in self._fields(row) if value]
        if len(given) == 1 and _FOOTER.match(given[0]):
            self._left_out.texts.append((row.start + 1, line.strip()))
            self._drop(row)
            return True
        match = _ROW_COUNT.match(line.strip())
        if match is None:
            return False
        numbers = sum(map(is_number, self._fields(row)))
        if row.count == len(block.names) and numbers > 1:
            return False
        self._left_out.texts.append((row.start + 1, line.strip()))
        self._left_out.counts.append(int(match[1] or match[2]))
        self._drop(row)
        return True

    def _is_header(self, fields: list[str], block: _Block) -> bool:
        """Return whether a row has the names of columns: the first header's, or of positions."""
        if fields == self._header:
            return True
        if len(fields) < 2 or any(is_number(name) for name in fields):
            return False
        given = [name for name in fields if name]
        if len(set(given)) < len(given) or len(given) < len(fields) - 1:
            return False
        known = {normalise_name(name) for name in self._header}
        shared = sum(normalise_name(name) in known for name in given)
        return has_positions(given, {}, {}) and (shared * 2 >= len(given) or not block.rows)

    def _with_row_names(self, block: _Block) -> _Block:
        """Return a block with a name for each field, if its rows have one field too many or few."""
        length = len(block.names)
        counts = Counter(row.count for row in block.rows)
        if counts and set(counts) == {length + 1}:
            if any(self._fields(row)[-1] for row in block.rows):
                self._has_row_names = True
                name = ROW_NAMES
                while name in block.names:
                    name += "_"
                return _Block((name, *block.names), block.rows)
        elif length > 2 and not self._has_name_at_end(block):
            lasts = (self._fields(row) for row in block.rows if row.count >= length)
            if not any(fields[length - 1] for fields in lasts):
                self._has_trailing = True
                return _Block(block.names[:-1], block.rows)
        return block

    def _has_name_at_end(self, block: _Block) -> bool:
        return len(self._header) != len(block.names) or bool(self._header[-1])

    def _complete(self, block: _Block) -> None:
        """Make the rows of a block as long as its names."""
        length, needed = len(block.names), block.needed
        odd = [row for row in block.rows if row.count != length]
        if not odd:
            return
        columns = _Columns(block, self._lines, self._fields) if self._delimiter == " " else None
        for row in odd:
            fields = self._fields(row)
            if row.count > length and not any(fields[length:]):
                self._write(row, fields[:length])
                self._has_trailing = True
            elif row.count > length and columns is not None and columns.is_text(length - 1):
                self._write(row, [*fields[: length - 1], " ".join(fields[length - 1 :])])
                self._joined.append(row.start + 1)
            elif columns is not None and (placed := columns.place(self._lines[row.start])):
                self._write(row, placed)
                self._placed.append(row.start + 1)
            elif needed <= row.count < length:
                self._write(row, [*fields, *[""] * (length - row.count)])
                self._padded.append(row.start + 1)
                if columns is not None and not all(map(columns.is_text, range(row.count, length))):
                    self._guessed.append(row.start + 1)
                if row.end == len(self._lines):
                    self._cut.append(row.start + 1)
            else:
                self._problem = self._problem or self._refusal(row, length)

    def _write(self, row: _Row, fields: Sequence[str]) -> None:
        out = io.StringIO()
        # Empty fields between blanks, and names such as #12, are lost without quotes.
        needs_quotes = self._delimiter == " " or any(value.startswith("#") for value in fields)
        writer = csv.writer(
            out,
            delimiter=self._delimiter,
            quoting=csv.QUOTE_ALL if needs_quotes else csv.QUOTE_MINIMAL,
            lineterminator="",
        )
        writer.writerow(fields)
        self._drop(row)
        self._lines[row.start] = out.getvalue()

    def _refusal(self, row: _Row, length: int) -> InputError:
        line = self._lines[row.start].strip()
        remedy = "complete the line or delete it"
        if row.count > length:
            sign = "blank" if self._delimiter == " " else repr(self._delimiter)
            remedy = f"put fields that contain a {sign} in double quotes"
        return InputError(
            f"{self._path}: line {row.start + 1}: expected {format_count(length, 'field')} as in "
            f"the header, found {row.count}: {line[:60]!r}; {remedy}"
        )

    def _merge(self, blocks: list[_Block]) -> tuple[str, ...]:
        """Return the names of all blocks; move the fields of rows if blocks differ."""
        if len({block.names for block in blocks}) == 1:
            return blocks[0].names
        names: dict[str, str] = {}
        for block in blocks:
            for name in block.names:
                names.setdefault(normalise_name(name) or name, name)
        places = {name: place for place, name in enumerate(names)}
        for block in blocks:
            columns = [places[normalise_name(name) or name] for name in block.names]
            for row in block.rows:
                whole = [""] * len(names)
                for place, value in zip(columns, self._fields(row), strict=False):
                    whole[place] = value
                self._write(row, whole)
        return tuple(names.values())

    def _notes(self, count: int, blocks: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        label, out = self._path.name, self._left_out
        notes: list[str] = []
        if out.headers:
            words = format_count(len(out.headers), "repeated header is", "repeated headers are")
            notes.append(f"{label}: {words} left out: {_at_lines(out.headers)}")
        if blocks > 1:
            notes.append(f"{label}: {blocks} blocks of different columns are read as one list")
        for numbers, word in ((out.rules, "rule"), (out.empty, "row of empty fields")):
            if numbers:
                many = word.replace("row", "rows") if word.startswith("row ") else f"{word}s"
                words = format_count(len(numbers), f"{word} is", f"{many} are")
                notes.append(f"{label}: {words} left out: {_at_lines(numbers)}")
        for number, line in out.texts[:_MAX_LISTED]:
            notes.append(f"{label}: line {number} is left out: {line[:60]!r}")
        if len(out.texts) > _MAX_LISTED:
            more = len(out.texts) - _MAX_LISTED
            notes.append(f"{label}: {format_count(more, 'other line')} without a number left out")
        if self._has_trailing:
            notes.append(f"{label}: an empty field at the end of lines is left out")
        if self._has_row_names:
            notes.append(
                f"{label}: rows have one field more than the header: the first is {ROW_NAMES}"
            )
        if self._padded:
            words = format_count(len(self._padded), "row ends", "rows end")
            notes.append(
                f"{label}: {words} before the last columns, which are empty there: "
                f"{_at_lines(self._padded)}"
            )
        if self._placed:
            words = format_count(len(self._placed), "row has", "rows have")
            notes.append(
                f"{label}: {words} empty cells, by the columns of the other rows: "
                f"{_at_lines(self._placed)}"
            )
        if self._joined:
            words = format_count(len(self._joined), "row has", "rows have")
            notes.append(
                f"{label}: {words} blanks within the last column: {_at_lines(self._joined)}"
            )
        cautions = list(self._cautions(count))
        return (*notes, *cautions), tuple(cautions)

    def _cautions(self, count: int) -> Iterator[str]:
        label, out = self._path.name, self._left_out
        if out.dots:
            yield (
                f"{label}: dots in place of rows ({_at_lines(out.dots)}): "
                "the file holds a part of the list"
            )
        elif out.counts and count not in (sum(out.counts), out.counts[-1]):
            yield (
                f"{label}: {format_count(count, 'candidate')}, but the file counts {out.counts[-1]}"
            )
        if self._guessed:
            words = format_count(len(self._guessed), "row has", "rows have")
            yield (
                f"{label}: {words} fewer fields than the header ({_at_lines(self._guessed)}): "
                "the last are taken to be missing"
            )
        if self._cut:
            yield (
                f"{label}: line {self._cut[0]}, the last, is shorter than the header and has no "
                "end: the file may be cut short"
            )


def _at_lines(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_MAX_LISTED]))
    more = f" and {len(numbers) - _MAX_LISTED} more" if len(numbers) > _MAX_LISTED else ""
    return f"{'line' if len(numbers) == 1 else 'lines'} {shown}{more}"
