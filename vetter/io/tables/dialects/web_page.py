"""Tables of web pages, as brokers' pages, pandas and astropy write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import numpy as np
import numpy.typing as npt
from astropy.table import Column, MaskedColumn, Table

from vetter.core.candidates.column_roles import recognise
from vetter.core.number_text import format_count
from vetter.io.files.hdu_names import FitsName
from vetter.io.tables.encoding import not_table_error, table_text
from vetter.io.tables.table_file import TableFile, unique_names

_SPAN = re.compile(r"[1-9][0-9]?")


@dataclass
class _HtmlTable:
    """Rows of texts, and whether all cells of a row are headings."""

    rows: list[list[str]] = field(default_factory=list)
    headings: list[bool] = field(default_factory=list)

    def names(self) -> tuple[str, ...]:
        """Return the names of columns: the first row of headings, else the first row."""
        place = self.headings.index(True) if True in self.headings else 0
        return unique_names([" ".join(cell.split()) for cell in self.rows[place]], "")[0]

    def body(self) -> list[list[str]]:
        """Return the rows of values."""
        rows = zip(self.rows, self.headings, strict=True)
        found = [[cell.strip() for cell in row] for row, is_heading in rows if not is_heading]
        return found if True in self.headings else found[1:]


class _Page(HTMLParser):
    """Collects the tables of a page, those within others too."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[_HtmlTable] = []
        self._open: list[_HtmlTable] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        if tag == "table":
            self._open.append(_HtmlTable())
            self.tables.append(self._open[-1])
        elif tag == "tr" and self._open:
            self._open[-1].rows.append([])
            self._open[-1].headings.append(True)
        elif tag in ("td", "th") and self._open and self._open[-1].rows:
            # A value over several columns is a remark, and its row no candidate.
            span = dict(attrs).get("colspan") if tag == "th" else None
            cells = int(span) if span and _SPAN.fullmatch(span) else 1
            self._open[-1].rows[-1] += [""] * cells
            self._open[-1].headings[-1] &= tag == "th"
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        """End a table."""
        if tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Add text to the last cell."""
        if self._open and self._open[-1].rows and self._open[-1].rows[-1]:
            self._open[-1].rows[-1][-1] += data


@dataclass(frozen=True, slots=True)
class HtmlCells:
    """Cells as they stand in the page, by column."""

    columns: dict[str, list[str]]

    def of_column(self, name: str) -> list[str] | None:
        """Return a column's cells, one for each row; None for another column."""
        return self.columns.get(name)

    def may_be_padded(self, name: str) -> bool:
        """Return True: such tables are short."""
        return True


def read_html(name: FitsName) -> TableFile:
    """Read the table of candidates of a web page: of several the largest with positions.

    Rows with another number of cells are left out, and a note counts them.

    Raises
    ------
    InputError
        The page has no table with positions.
    """
    text = table_text(name.path)
    page = _Page()
    page.feed(text)
    found = [table for table in page.tables if table.rows and _has_position(table.names())]
    if not found:
        raise not_table_error(name.path, text[:512].lstrip().encode())
    chosen = max(found, key=lambda table: len(table.rows))
    names, body = chosen.names(), chosen.body()
    rows = [row for row in body if len(row) == len(names)]
    columns = {column: [row[place] for row in rows] for place, column in enumerate(names)}
    notes = [f"{name.label}: the table of {format_count(len(rows), 'row')} in the page is read"]
    if len(rows) < len(body):
        left = format_count(len(body) - len(rows), "row")
        notes.append(f"{name.label}: {left} of another number of cells left out")
    table = Table({column: _typed(cells) for column, cells in columns.items()}, copy=False)
    return TableFile(table, notes=tuple(notes), written=HtmlCells(columns), is_untyped=True)


def _has_position(names: tuple[str, ...]) -> bool:
    roles = recognise(names)
    return roles.ra is not None or roles.x is not None


def _typed(cells: list[str]) -> Column:
    """Return a column of whole numbers, numbers or texts; empty cells of numbers are masked."""
    missing = np.array([not cell for cell in cells], bool)
    values: npt.NDArray[np.generic]
    try:
        values = np.array([int(cell or 0) for cell in cells], np.int64)
    except (ValueError, OverflowError):
        try:
            values = np.array([float(cell or "nan") for cell in cells], np.float64)
        except ValueError:
            return Column(np.array(cells, str))
    return MaskedColumn(values, mask=missing) if missing.any() else Column(values)
