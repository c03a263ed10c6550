"""Text tables written in other ways, brought into the usual one before they are looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.candidates.column_values import as_text

if TYPE_CHECKING:
    from astropy.table import Table

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
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
# RDB's formats, and units; a value of a candidate is none of them in all columns of a row.
_UNIT = re.compile(
    r"^[(\[]?(\d*[SNM]|deg(rees?)?|pix(els?)?|px|mag|arcsec|arcmin|rad|hours?|hms|dms|days?|d|mjd|jd"
    r"|sec(onds?)?|adu|counts?|electrons?|e-|none|null|-+)[)\]]?$"
)
# A rule stands under the names, or under names and units.
_DEEPEST = 3
_ABOVE = 65536
_LINE = 8192


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
    return sum(map(bool, map(_NUMBER.match, _BETWEEN.split(line)))) > 1


def _in_double_quotes(field: re.Match[str]) -> str:
    before, blanks, content = field.groups()
    # An apostrophe in such a field is written twice.
    return before + blanks + '"' + content.replace("''", "'") + '"'
