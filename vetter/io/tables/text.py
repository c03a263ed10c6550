"""Tables in text: CSV, TSV, other delimiters, whitespace, commented headers, SExtractor's.

Other dialects are brought into the usual one before the table is read.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.candidates.column_roles import recognise
from vetter.core.candidates.column_values import as_text
from vetter.errors import InputError
from vetter.io.files.unreadable import reading
from vetter.io.tables.arrow import read_with_arrow
from vetter.io.tables.encoding import lines_of, table_text
from vetter.io.tables.hash_rows import with_hash_rows
from vetter.io.tables.table_file import MOST_COLUMNS, too_many, unique_names

if TYPE_CHECKING:
    from astropy.table import Table

MISSING = ("", "null", "NULL", "None", "N/A", "--")
# Under this size the time to import pyarrow is more than it saves.
ARROW_PAYS = 1_000_000
_UNUSUAL = "^~&:!@$/\\\x1f\x01"
"""Delimiters of lines without any white space, where none of the usual ones is there."""
_EMPTY_FIRST = re.compile(r"^\t", re.MULTILINE)
_EMPTY_LAST = re.compile(r"\t(?=\r?$)", re.MULTILINE)
_OPEN_FIELD = re.compile(r'(?:^|[,;|\t]) *"[^"]*$')
_MAX_FIELD_LINES = 50
_ECSV_COMMA = re.compile(r"^# delimiter: ['\"]?,", re.MULTILINE)
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*([eEdD][+-]?\d+)?|\.\d+([eEdD][+-]?\d+)?|nan|inf)$", re.I)

_COMMENT = re.compile(r"^\s*(//|!|%)")
# No two parts that repeat can take the same character: a damaged line would be tried for hours.
_RULE = re.compile(r"^[\s|+,;]*:?[-=]{2,}([\s|+,;:]+[-=]+)*[\s|+,;:]*$")
_QUOTED = re.compile(r"^\s*+'[^'\"]*'([^\S\t]*+[,;|\t]\s*+'[^'\"]*')+\s*$")
_QUOTED_FIELD = re.compile(
    r"(^|[,;|\t])( *)'((?:[^'\"\n]|'')*)'(?= *(?:[,;|\t\r]|$))", re.MULTILINE
)
_BARS = re.compile(r"^[ \t]*\|(.*)\|[ \t]*\r?$", re.MULTILINE)
_DECIMAL_COMMA = re.compile(
    r"^[+-]?((\d+|\d*,\d+|\d+,)(e[+-]?\d+)?|nan|inf(inity)?)$", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\s|,;:]+")
_PLAIN_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
# RDB's formats, and units; a value of a candidate is none of them in all columns of a row.
_UNIT = re.compile(
    r"^[(\[]?(\d*[SNM]|deg(rees?)?|pix(els?)?|px|mag|arcsec|arcmin|rad|hours?|hms|dms|days?|d|mjd|jd"
    r"|sec(onds?)?|adu|counts?|electrons?|e-|none|null|-+)[)\]]?$"
)
# A rule stands under the names, or under names and units.
_DEEPEST = 3
_ABOVE = 65536
_LINE = 8192


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


def in_usual_form(text: str) -> str:
    """A text with ``#`` before its comments, and no lines drawn of ``-`` and ``=``.

    - Lines before the table that begin with ``//``, ``!`` or ``%`` are comments.
    - A line drawn under the names (VizieR, Markdown, reStructuredText) becomes a comment, and so
      do the units between the two, and lines drawn above and below the table.
    - A line of nothing but units or formats (RDB's ``S``, ``N``) under the names becomes one too.
    - Bars all around (Markdown) go.
    - Where the names stand in single quotes, these become double ones, in the rows as well; an
      apostrophe within a field stays.

    No line is added or taken away: what is said of line 7 is true of the file's line 7.
    """
    # What matters stands above: not all of a long text is taken apart.
    above = text.rfind("\n", 0, _ABOVE) + 1 if len(text) > _ABOVE else len(text)
    lines = text[:above].split("\n")
    original = list(lines)
    shown = _comments(lines)
    if not shown:
        return text
    quoted = bool(_QUOTED.match(lines[shown[0]]))
    bars = _rules(lines, shown)
    if lines != original:
        text = "\n".join(lines) + text[above:]
    if bars:
        text = _BARS.sub(r"\1", text)
    end = text[-_LINE:].rstrip()
    last = end.rpartition("\n")[2]
    if _RULE.match(last):
        place = max(len(text) - _LINE, 0) + len(end) - len(last)
        text = text[:place] + "#" + text[place:]
    return _QUOTED_FIELD.sub(_in_double_quotes, text) if quoted else text


def with_decimal_points(table: Table) -> tuple[Table, list[str]]:
    """A table in which ``12,5`` is a number, and the columns that were turned into such."""
    turned = []
    for name in table.colnames:
        if table[name].dtype.kind != "U" or table[name].ndim != 1:
            continue
        texts = np.char.strip(as_text(table[name]))
        filled = [text for text in texts.tolist() if text]
        if not any("," in text for text in filled) or not all(map(_DECIMAL_COMMA.match, filled)):
            continue
        values: Any = [float(text.replace(",", ".")) if text else np.nan for text in texts.tolist()]
        table[name] = np.array(values, np.float64)
        turned.append(name)
    return table, turned


def _comments(lines: list[str]) -> list[int]:
    """Mark the comments above the table, in place; the numbers of the first lines of the table."""
    shown: list[int] = []
    for number, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = None if shown else _COMMENT.match(line)
        if match is not None:
            lines[number] = "#" + line[match.end() :]
            continue
        shown.append(number)
        if len(shown) > _DEEPEST + 1:
            break
    return shown


def _rules(lines: list[str], shown: list[int]) -> bool:
    """Make comments of lines drawn around the names, in place; whether bars are all around."""
    drawn = [place for place, number in enumerate(shown) if _RULE.match(lines[number])]
    if not drawn:
        _units(lines, shown)
        return False
    above = drawn[0] == 0
    rest = drawn[1:] if above else drawn
    under = rest[0] if rest else None
    if above:
        lines[shown[0]] = "#" + lines[shown[0]]
    header = shown[1] if above and len(shown) > 1 else shown[0]
    if under is not None and under <= _DEEPEST:
        between = shown[1 + above : under]
        # With a row above it, it stands at the end of the table, or in its midst.
        units = [] if any(_is_row(lines[number]) for number in between) else between
        for number in (*units, shown[under]):
            lines[number] = "#" + lines[number]
    named = lines[header].strip()
    shown[:] = [header]
    return under is not None and named.startswith("|") and named.endswith("|")


def _units(lines: list[str], shown: list[int]) -> None:
    """Make a comment of the line of units under the names, in place, where there is one."""
    if len(shown) < 3:
        return
    fields = [field for field in _BETWEEN.split(lines[shown[1]]) if field]
    if len(fields) > 1 and all(map(_UNIT.match, fields)) and _is_row(lines[shown[2]]):
        lines[shown[1]] = "#" + lines[shown[1]]


def _is_row(line: str) -> bool:
    """Whether a line has two numbers, which every candidate's place takes, and hardly units."""
    return sum(map(bool, map(_PLAIN_NUMBER.match, _BETWEEN.split(line)))) > 1


def _in_double_quotes(field: re.Match[str]) -> str:
    before, blanks, content = field.groups()
    # An apostrophe in such a field is written twice.
    return before + blanks + '"' + content.replace("''", "'") + '"'
