"""Tables in text: CSV, TSV, other delimiters, white space, commented headers.

Other dialects are converted into the usual one before the table is read.
"""

from __future__ import annotations

import csv
import dataclasses
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.candidates.column_roles import recognise
from vetter.core.candidates.column_values import text_array
from vetter.core.candidates.number_words import is_missing_word
from vetter.errors import InputError
from vetter.io.files.unreadable import input_errors
from vetter.io.tables.arrow import read_with_arrow
from vetter.io.tables.dialects.hash_rows import with_hash_rows
from vetter.io.tables.dialects.row_lengths import ROW_NAMES, even_rows
from vetter.io.tables.dialects.title_lines import without_titles
from vetter.io.tables.encoding import lines_of, table_text
from vetter.io.tables.table_file import MAX_COLUMNS, too_many_columns_error, unique_names

if TYPE_CHECKING:
    from astropy.table import Table

MISSING = ("", "null", "NULL", "None", "N/A", "--")
# Characters above which pyarrow saves more time than its import takes.
ARROW_PAYS = 1_000_000
_UNUSUAL = "^~&:!@$/\\\x1f\x01"
"""Delimiters tried if lines have neither white space nor one of the usual delimiters."""
_EMPTY_FIRST = re.compile(r"^\t", re.MULTILINE)
_EMPTY_LAST = re.compile(r"\t(?=\r?$)", re.MULTILINE)
_OPEN_FIELD = re.compile(r'(?:^|[,;|\t]) *"[^"]*$')
_MAX_FIELD_LINES = 50
_MAX_COMPARED = 21
_NO_NAMES = "no line of column names: the columns are called col1, col2 and so on"
_ECSV_COMMA = re.compile(r"^# delimiter: ['\"]?,", re.MULTILINE)
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*([eEdD][+-]?\d+)?|\.\d+([eEdD][+-]?\d+)?|nan|inf)$", re.I)

_COMMENT = re.compile(r"^\s*(//|!|%)")
# No two repeated parts match the same character: else a damaged line would take hours.
_RULE = re.compile(r"^[\s|+,;]*:?[-=]{2,}([\s|+,;:]+[-=]+)*[\s|+,;:]*$")
_QUOTED = re.compile(r"^\s*+'[^'\"]*'([^\S\t]*+[,;|\t]\s*+'[^'\"]*')+\s*$")
_QUOTED_FIELD = re.compile(
    r"(^|[,;|\t])( *)'((?:[^'\"\n]|'')*)'(?= *(?:[,;|\t\r]|$))", re.MULTILINE
)
_BARS = re.compile(r"^[ \t]*\|(.*)\|[ \t]*\r?$", re.MULTILINE)
_DECIMAL_COMMA = re.compile(
    r"^[+-]?((\d+|\d*,\d+|\d+,)([ed][+-]?\d+)?|nan|inf(inity)?)$", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\s|,;:]+")
_PLAIN_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
# RDB's formats, and units; no row of a candidate consists of these in all columns.
_UNIT = re.compile(
    r"^[(\[]?(\d*[SNM]|deg(rees?)?|pix(els?)?|px|mag|arcsec|arcmin|rad|h(ou)?rs?|h|\"?[hd]:m:s\"?|hms|dms|days?|d|mjd|jd"
    r"|min(utes?)?|sec(onds?)?|s|adu|counts?|electrons?|e-|none|null|-+)[)\]]?$|^[(\[][)\]]$"
)
# Units that decide how a position or magnitude is read.
_TELLING_UNIT = re.compile(
    r"^[(\[]?\"?(deg(?:rees?)?|pix(?:els?)?|px|mag|arcsec|arcmin|rad|h(?:ou)?rs?|h|[hd]:m:s|hms|dms)"
    r"\"?[)\]]?$"
)
# Lines of the table up to the rule: names, or names and units.
_DEEPEST = 3
_PADDED = re.compile(r"^([+\s\"']|0[0-9]|-0)")
_HEAD_LINES = 1000
_ABOVE = 65536
_LINE = 8192


@dataclass(frozen=True, slots=True)
class TextLayout:
    """Layout of a text table.

    ``delimiter`` is ``' '`` for any white space; ``names`` are the header's, made unique;
    ``data_start`` is the line of the first row, counted from 0 without comments and empty
    lines; ``note`` lists the names that were repeated, or says that the file has no names,
    which is also ``is_unnamed``.
    """

    delimiter: str
    names: tuple[str, ...]
    data_start: int
    note: str = ""
    is_unnamed: bool = False


@dataclass(frozen=True, slots=True)
class WrittenCells:
    """Cells of a text table as they stand in the file, split only for the columns asked for.

    ``text`` is the table's, in the form that its reader split.
    """

    text: str
    layout: TextLayout

    def of_column(self, name: str) -> list[str] | None:
        """Return a column's cells, one for each row; None if the table cannot be split again."""
        delimiter = self.layout.delimiter
        text = self.text.replace("\t", " ") if delimiter == " " else self.text
        lines = lines_of(text)
        if "#" in text:
            lines = [line for line in lines if not line.lstrip().startswith("#")]
        place, first = self.layout.names.index(name), self.layout.data_start
        try:
            split = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
            # A row has two fields at least; empty lines have one or none.
            rows = (row for row in split if len(row) > 1)
            return [row[place].strip() for row in islice(rows, first, None)]
        except (csv.Error, IndexError):
            # Fields longer than the csv module's limit, and rows cut short.
            return None

    def may_be_padded(self, name: str) -> bool:
        """Return whether whole numbers of a column may have zeros or a plus in front.

        In the first column, where most keys are, beginnings of lines tell in 20 ms for 100,000
        that none has; to split them takes 100 ms.
        """
        if self.layout.names[0] != name:
            return True
        return any(map(_PADDED.match, {line[:2] for line in lines_of(self.text)}))


def is_ipac(head: str) -> bool:
    r"""Return whether a text begins as an IPAC table: ``\\`` lines, then names between bars.

    In other tables with bars at both ends of the header, the rows have bars too.
    """
    lines = [line for line in lines_of(head) if line.strip() and not line.startswith("\\")]
    if not (lines and lines[0].startswith("|") and lines[0].rstrip().endswith("|")):
        return False
    return any(not line.startswith("|") for line in lines[1:5])


def layout_of(path: Path, head: str, declared: str | None = None) -> TextLayout:
    """Recognise the layout of a text table; ``declared`` is the delimiter that the file names.

    Columns of a file without a line of names are called ``col1``, ``col2`` and so on.

    Raises
    ------
    InputError
        There is no data.
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
        raise InputError(f"{path}: expected a candidate table, found no line of data")
    signs = max(lines[0].count(sign) for sign in ",\t;|")
    if signs >= MAX_COLUMNS:
        raise too_many_columns_error(path, signs + 1)
    with input_errors(path, "not a table that can be read"):
        delimiter = declared if declared and declared in lines[0] else _delimiter(lines)
        first = _fields(lines[0], delimiter)
        if delimiter == " ":
            first = _with_blanks_in_names(first, lines)
    if not any(_NUMBER.match(field) for field in first):
        return _layout(path, delimiter, first, 1)
    header = _commented_header(comments, delimiter, len(first))
    if header is not None:
        return _layout(path, delimiter, header, 0)
    if _is_like(first, [_fields(line, delimiter) for line in lines[1:_MAX_COMPARED]]):
        names = [f"col{number}" for number in range(1, len(first) + 1)]
        layout = _layout(path, delimiter, names, 0)
        return dataclasses.replace(layout, note=f"{path.name}: {_NO_NAMES}", is_unnamed=True)
    return _layout(path, delimiter, first, 1)


def _is_like(first: list[str], rows: list[list[str]]) -> bool:
    """Return whether a file's first line is a row: it has numbers where most rows have them."""
    numbers = [place for place, field in enumerate(first) if _NUMBER.match(field)]
    if len(numbers) < 2:
        return False
    for place, _ in enumerate(first):
        cells = [row[place] for row in rows if place < len(row) and row[place]]
        found = sum(_NUMBER.match(cell) is not None for cell in cells)
        if place not in numbers and first[place] and 2 * found > len(cells):
            return False
    return True


def _with_blanks_in_names(names: list[str], lines: list[str]) -> list[str]:
    """Return names that may hold blanks, ``RA (deg)``, if as many as each row has fields."""
    counts = {len(_fields(line, " ")) for line in lines[1:20]}
    if len(counts) != 1 or counts & {len(names), len(names) + 1}:
        return names
    wide = re.split(r"\s{2,}|\t", lines[0].strip())
    with_units = re.sub(r"\s+([(\[])", r"\1", lines[0]).split()
    return next((found for found in (with_units, wide) if len(found) in counts), names)


def _layout(path: Path, delimiter: str, header: list[str], data_start: int) -> TextLayout:
    if len(header) > MAX_COLUMNS:
        raise too_many_columns_error(path, len(header))
    if not header[0] and ROW_NAMES not in header:
        # The index of pandas, and row names of R.
        header = [ROW_NAMES, *header[1:]]
    names, note = unique_names(header, path.name)
    return TextLayout(delimiter, names, data_start, note)


def _commented_header(comments: list[str], delimiter: str, count: int) -> list[str] | None:
    """Return the column names in a comment, preferring one with names of positions; else None."""
    candidates: list[list[str]] = []
    for comment in reversed(comments):
        for mark in dict.fromkeys((delimiter, " ", ",")):
            names = _fields(comment, mark)
            if len(names) == count and not any(_NUMBER.match(name) for name in names):
                candidates.append(names)
    for names in candidates:
        roles = recognise(names, {}, {})
        if (roles.x and roles.y) or (roles.ra and roles.dec):
            return names
    return candidates[0] if candidates else None


def read_text_table(
    path: Path, layout: TextLayout
) -> tuple[Table, tuple[str, ...], tuple[str, ...], WrittenCells]:
    """Read a text table of a known layout.

    Returns
    -------
    `~astropy.table.Table`, tuple of str, tuple of str, WrittenCells
        The table; notes on rows that begin with ``#``, on lines left out and rows completed; the
        notes that the user should see at once; the cells.

    Raises
    ------
    InputError
        A row has another number of columns; the text names the line.
    """
    text = to_usual_dialect(without_titles(table_text(path)).text)

    def split(line: str) -> list[str]:
        return _fields(line, layout.delimiter)

    text, hash_note = with_hash_rows(text, layout.names, split, MISSING)
    even = even_rows(path, text, layout.names, layout.delimiter, layout.data_start)
    notes = (*((f"{path.name}: {hash_note}",) if hash_note else ()), *even.notes)
    text, layout = even.text, dataclasses.replace(layout, names=even.names)
    written = WrittenCells(text, layout)
    if even.problem is None and len(text) > ARROW_PAYS and layout.delimiter != " ":
        table = read_with_arrow(text, layout.delimiter, layout.names, layout.data_start, MISSING)
        if table is not None:
            return table, notes, even.cautions, written
    try:
        return _with_astropy(path, text, layout), notes, even.cautions, written
    except InputError as error:
        if even.problem is None:
            raise
        # The reader counts lines in its own way, without comments.
        raise even.problem from error


def ecsv_rows(text: str) -> tuple[str, str]:
    """Return an ECSV table with the rows that begin with ``#`` in quotes, and a note on them."""
    header = next((line for line in lines_of(text) if line.strip() and line[0] != "#"), "")
    delimiter = "," if _ECSV_COMMA.search(text) else " "

    def split(line: str) -> list[str]:
        return _fields(line, delimiter)

    return with_hash_rows(text, split(header) if header else (), split, MISSING)


def _with_astropy(path: Path, text: str, layout: TextLayout) -> Table:
    from astropy.io import ascii as ascii_tables

    if layout.delimiter == " ":
        text = text.replace("\t", " ")
    elif layout.delimiter == "\t":
        # astropy strips lines, and so loses empty fields at both ends.
        text = _EMPTY_FIRST.sub('""\t', _EMPTY_LAST.sub('\t""', text))
    options: dict[str, Any] = {
        "format": "no_header",
        "delimiter": layout.delimiter,
        "names": list(layout.names),
        "data_start": layout.data_start,
        "guess": False,
        "fill_values": [(missing, "0") for missing in MISSING],
    }
    with input_errors(path, "not a table that can be read"):
        # Lines, not the text, which astropy would split within cells; the empty line prevents that
        # for a single line too.
        read: Table = ascii_tables.read([*lines_of(text), ""], **options)
    return read


def _rows_of(head: str) -> list[str]:
    """Return the lines of a text, with the lines of a quoted field joined."""
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
        # A row that is cut short is an error of the reader, not another layout.
        if all(delimiter in line for line in sample):
            return delimiter
    for delimiter in (",", "\t", ";", "|"):
        # Lines that are no rows, and rows without their last cells, among the others.
        length = len(_fields(lines[0], delimiter))
        if length > 1 and sum(delimiter in line for line in sample) * 2 > len(sample):
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


def to_usual_dialect(text: str) -> str:
    """Return a text with ``#`` before comments and before rules of ``-`` and ``=``.

    - Lines before the table that begin with ``//``, ``!`` or ``%`` become comments.
    - A rule under the names (VizieR, Markdown, reStructuredText) becomes a comment, and so do
      units between names and rule, and rules above and below the table.
    - A line of only units or formats (RDB's ``S``, ``N``) under the names becomes a comment.
    - Bars at both ends of the lines (Markdown) are removed.
    - If the names are in single quotes, these become double quotes, in the rows as well; an
      apostrophe within a field stays.

    The number of lines stays, so that line 7 in an error is line 7 of the file.
    """
    # Only the first lines are split: the rest of a long text has nothing to convert.
    above = text.rfind("\n", 0, _ABOVE) + 1 if len(text) > _ABOVE else len(text)
    lines = text[:above].split("\n")
    original = list(lines)
    shown = _mark_comments(lines)
    if not shown:
        return text
    quoted = bool(_QUOTED.match(lines[shown[0]]))
    bars = _mark_rules(lines, shown)
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


def units_under_names(head: str, usual: str, layout: TextLayout) -> dict[str, str]:
    """Return the units in a line that `to_usual_dialect` turned into a comment; empty without such.

    Parameters
    ----------
    head, usual : str
        Beginning of the text, as it was and in the usual form.
    layout : TextLayout
    """
    lines = zip(head.split("\n")[:_HEAD_LINES], usual.split("\n"), strict=False)
    for line, made in lines:
        if line == made or _RULE.match(line) or _COMMENT.match(line):
            continue
        fields = _fields(line.strip("|"), layout.delimiter)
        matches = [_TELLING_UNIT.match(field) for field in fields]
        if len(fields) == len(layout.names) and any(matches):
            pairs = zip(layout.names, matches, strict=True)
            return {name: match[1] for name, match in pairs if match is not None}
    return {}


def with_decimal_points(table: Table) -> tuple[Table, list[str]]:
    """Convert columns of numbers such as ``12,5``; return the table and these columns."""
    converted = []
    for name in table.colnames:
        if table[name].dtype.kind != "U" or table[name].ndim != 1:
            continue
        texts = np.char.strip(text_array(table[name]))
        cells = texts.tolist()
        filled = [text for text in cells if text and not is_missing_word(text)]
        if not any("," in text for text in filled) or not all(map(_DECIMAL_COMMA.match, filled)):
            continue
        points = [text.replace(",", ".") for text in cells]
        if len(filled) < sum(map(bool, cells)) or any("d" in text.lower() for text in filled):
            # Words for missing numbers and Fortran's exponents are converted later, and noted.
            table[name] = points
        else:
            values: Any = [float(text) if text else np.nan for text in points]
            table[name] = np.array(values, np.float64)
        converted.append(name)
    return table, converted


def _mark_comments(lines: list[str]) -> list[int]:
    """Mark comments above the table in place; return the numbers of the table's first lines."""
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


def _mark_rules(lines: list[str], shown: list[int]) -> bool:
    """Turn rules around the names into comments in place; return whether bars enclose them."""
    drawn = [place for place, number in enumerate(shown) if _RULE.match(lines[number])]
    if not drawn:
        _mark_units(lines, shown)
        enclosed = (lines[number].strip() for number in shown)
        return all(line.startswith("|") and line.endswith("|") for line in enclosed)
    above = drawn[0] == 0
    below = drawn[1:] if above else drawn
    under = below[0] if below else None
    if above:
        lines[shown[0]] = "#" + lines[shown[0]]
    header = shown[1] if above and len(shown) > 1 else shown[0]
    if under is not None and under <= _DEEPEST:
        between = shown[1 + above : under]
        # A rule below a row is at the end of the table, or within it.
        units = [] if any(_is_row(lines[number]) for number in between) else between
        for number in (*units, shown[under]):
            lines[number] = "#" + lines[number]
    named = lines[header].strip()
    shown[:] = [header]
    return under is not None and named.startswith("|") and named.endswith("|")


def _mark_units(lines: list[str], shown: list[int]) -> None:
    """Turn a line of units under the names into a comment, in place."""
    if len(shown) < 3:
        return
    fields = [field for field in _BETWEEN.split(lines[shown[1]]) if field]
    if len(fields) > 1 and all(map(_UNIT.match, fields)) and _is_row(lines[shown[2]]):
        lines[shown[1]] = "#" + lines[shown[1]]


def _is_row(line: str) -> bool:
    """Return whether a line has two numbers, as every position has and units hardly ever."""
    return sum(map(bool, map(_PLAIN_NUMBER.match, _BETWEEN.split(line)))) > 1


def _in_double_quotes(field: re.Match[str]) -> str:
    before, blanks, content = field.groups()
    # In single-quoted fields an apostrophe is written twice.
    return before + blanks + '"' + content.replace("''", "'") + '"'
