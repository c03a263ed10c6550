"""Tables in text: CSV, TSV, other delimiters, whitespace, commented headers, SExtractor's."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vetter.core.candidates.column_roles import recognise
from vetter.errors import InputError
from vetter.io.files.unreadable import reading
from vetter.io.tables.arrow import read_with_arrow
from vetter.io.tables.encoding import lines_of, table_text
from vetter.io.tables.hash_rows import with_hash_rows
from vetter.io.tables.table_dialects import in_usual_form
from vetter.io.tables.table_names import MOST_COLUMNS, too_many, unique_names

if TYPE_CHECKING:
    from astropy.table import Table

MISSING = ("", "null", "NULL", "None", "N/A", "--")
# Under this size the time to import pyarrow is more than it saves.
ARROW_PAYS = 1_000_000
_UNUSUAL = "^~&:!@$/\\\x1f\x01"
"""Delimiters of lines without any white space, where none of the usual ones is there."""
_SEXTRACTOR = re.compile(r"^#\s+\d+\s+[A-Za-z]\w*")
_EMPTY_FIRST = re.compile(r"^\t", re.MULTILINE)
_EMPTY_LAST = re.compile(r"\t(?=\r?$)", re.MULTILINE)
_OPEN_FIELD = re.compile(r'(?:^|[,;|\t]) *"[^"]*$')
_MAX_FIELD_LINES = 50
_ECSV_COMMA = re.compile(r"^# delimiter: ['\"]?,", re.MULTILINE)
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*([eEdD][+-]?\d+)?|\.\d+([eEdD][+-]?\d+)?|nan|inf)$", re.I)


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How a text table is written.

    ``delimiter`` is ``' '`` for any white space; ``names`` are the header's, each once;
    ``data_start`` is the line of the first row, counted from 0 without comments and empty
    lines; ``note`` tells names that stood twice.
    """

    delimiter: str
    names: tuple[str, ...]
    data_start: int
    note: str = ""


def is_sextractor(head: str) -> bool:
    """Whether a text starts as SExtractor's ASCII_HEAD: ``#   1 NUMBER  Running number``."""
    return bool(_SEXTRACTOR.match(head))


def is_ipac(head: str) -> bool:
    r"""Whether a text starts as an IPAC table: ``\\`` lines, then names between bars.

    In a table of another kind with bars all around, the rows have them too.
    """
    lines = [line for line in lines_of(head) if line.strip() and not line.startswith("\\")]
    if not (lines and lines[0].startswith("|") and lines[0].rstrip().endswith("|")):
        return False
    return any(not line.startswith("|") for line in lines[1:5])


def layout_of(path: Path, head: str) -> TextLayout:
    """Recognise how a text table is written.

    Raises
    ------
    InputError
        No line of column names is found, or no two columns.
    """
    comments: list[str] = []
    lines: list[str] = []
    for line in _rows_of(head):
        if line.lstrip().startswith("#"):
            if not lines:
                comments.append(line.lstrip()[1:].strip())
        elif line.strip():
            lines.append(line)
    if not lines:
        raise InputError(f"{path}: wanted a candidate table, found no line of data")
    signs = max(lines[0].count(sign) for sign in ",\t;|")
    if signs >= MOST_COLUMNS:
        raise too_many(path, signs + 1)
    with reading(path, "not a table that can be read"):
        delimiter = _delimiter(lines)
        first = _fields(lines[0], delimiter)
    if not any(_NUMBER.match(field) for field in first):
        return _layout(path, delimiter, first, 1)
    header = _commented_header(comments, delimiter, len(first))
    if header is not None:
        return _layout(path, delimiter, header, 0)
    if not _all_numbers(first):
        return _layout(path, delimiter, first, 1)
    raise InputError(
        f"{path}: wanted a line of column names, found numbers in the first line: {lines[0][:60]!r}"
    )


def _layout(path: Path, delimiter: str, header: list[str], data_start: int) -> TextLayout:
    if len(header) > MOST_COLUMNS:
        raise too_many(path, len(header))
    names, note = unique_names(header, path.name)
    return TextLayout(delimiter, names, data_start, note)


def _commented_header(comments: list[str], delimiter: str, count: int) -> list[str] | None:
    """The comment that names the columns: one with names of positions before any other."""
    fitting: list[list[str]] = []
    for comment in reversed(comments):
        for mark in dict.fromkeys((delimiter, " ", ",")):
            names = _fields(comment, mark)
            if len(names) == count and not any(_NUMBER.match(name) for name in names):
                fitting.append(names)
    for names in fitting:
        roles = recognise(names, {}, {})
        if (roles.x and roles.y) or (roles.ra and roles.dec):
            return names
    return fitting[0] if fitting else None


def read_text_table(
    path: Path, layout: TextLayout, as_text: tuple[str, ...] = ()
) -> tuple[Table, str]:
    """Read a text table as laid out; columns in ``as_text`` are not turned into numbers.

    Returns
    -------
    `~astropy.table.Table`, str
        The table, and a note on rows that begin with ``#``; empty without such.

    Raises
    ------
    InputError
        A row with another number of columns; the text names the line.
    """
    text = in_usual_form(table_text(path))

    def split(line: str) -> list[str]:
        return _fields(line, layout.delimiter)

    text, note = with_hash_rows(text, layout.names, split, MISSING)
    if len(text) > ARROW_PAYS and not as_text and layout.delimiter != " ":
        table = read_with_arrow(text, layout.delimiter, layout.names, layout.data_start, MISSING)
        if table is not None:
            return table, note
    return _with_astropy(path, text, layout, as_text), note


def ecsv_rows(text: str) -> tuple[str, str]:
    """Return an ECSV table with the rows that begin with ``#`` in quotes, and a note on them."""
    header = next((line for line in lines_of(text) if line.strip() and line[0] != "#"), "")
    delimiter = "," if _ECSV_COMMA.search(text) else " "

    def split(line: str) -> list[str]:
        return _fields(line, delimiter)

    return with_hash_rows(text, split(header) if header else (), split, MISSING)


def _with_astropy(path: Path, text: str, layout: TextLayout, as_text: tuple[str, ...]) -> Table:
    from astropy.io import ascii as ascii_tables

    if layout.delimiter == " ":
        text = text.replace("\t", " ")
    elif layout.delimiter == "\t":
        # astropy strips lines, and with that loses empty fields at their ends.
        text = _EMPTY_FIRST.sub('""\t', _EMPTY_LAST.sub('\t""', text))
    options: dict[str, Any] = {
        "format": "no_header",
        "delimiter": layout.delimiter,
        "names": list(layout.names),
        "data_start": layout.data_start,
        "guess": False,
        "fill_values": [(missing, "0") for missing in MISSING],
    }
    if as_text:
        options["converters"] = {name: [ascii_tables.convert_numpy(str)] for name in as_text}
        options["fast_reader"] = False
    with reading(path, "not a table that can be read"):
        # Not the text: astropy would split it where no line ends. Of a single line too.
        read: Table = ascii_tables.read([*lines_of(text), ""], **options)
    return read


def _rows_of(head: str) -> list[str]:
    """Return the lines of a text, those joined between which a quoted field goes on."""
    rows: list[str] = []
    begun = 0
    for line in lines_of(head):
        if begun:
            rows[-1] += f" {line}"
            begun = 0 if line.count('"') % 2 or begun == _MAX_FIELD_LINES else begun + 1
            continue
        rows.append(line)
        begun = bool(_OPEN_FIELD.search(line) and line.count('"') % 2)
    return rows


def _delimiter(lines: list[str]) -> str:
    sample = lines[:20]
    for delimiter in (",", "\t", ";", "|"):
        counts = {len(_fields(line, delimiter)) for line in sample}
        if len(counts) == 1 and counts.pop() > 1:
            return delimiter
    for delimiter in (",", "\t", ";", "|"):
        # A row cut short is said where it is read; it does not make another layout of it.
        if all(delimiter in line for line in sample):
            return delimiter
    for delimiter in _UNUSUAL if all(len(line.split()) == 1 for line in sample) else "":
        if len({line.count(delimiter) for line in sample} - {0}) == 1 and delimiter in lines[0]:
            return delimiter
    return " "


def _fields(line: str, delimiter: str) -> list[str]:
    if delimiter == " ":
        return next(csv.reader([" ".join(line.split())], delimiter=" "))
    return [
        field.strip()
        for field in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
    ]


def _all_numbers(fields: list[str]) -> bool:
    return all(_NUMBER.match(field) or not field for field in fields)
