"""Reading of a table of any known kind, recognised by content rather than by name."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vetter.core.candidates.column_roles import format_names
from vetter.errors import InputError, suppress_warnings
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.unreadable import input_errors
from vetter.io.tables.encoding import encoding_notes, lines_of, table_text, text_head
from vetter.io.tables.kinds import kind_of
from vetter.io.tables.table_file import (
    MAX_COLUMNS,
    TableFile,
    check_value_count,
    too_many_columns_error,
    ucds_of,
    units_of,
    values_of,
)

if TYPE_CHECKING:
    from astropy.table import Table

# IRAF's %-2147483647s, and ECSV's format: '%2147483647d'.
_WIDE_FORMAT = re.compile(r"^#(?:[FKN].*%[-+ #0]*[\d.]*\d{4}|.*\bformat: [^,}\n]*\d{4})", re.M)

# A column in a byte-by-byte description: bytes, then a Fortran format.
_MRT_COLUMN = re.compile(r"^ *(?:\d+ *- *)?\d+ +[AIFE]\d", re.MULTILINE)
# Formats with a reader that keeps the cells' text, and the reader's name in astropy.io.ascii.
_FORMATTED = {"latex": "Latex", "aastex": "AASTex", "mrt": "Mrt"}
_ECSV_ARRAY = re.compile(r"^#.*\bsubtype: ['\"]?\w+\[([\d, null]+)\]", re.MULTILINE)


def read_table(name: FitsName) -> TableFile:
    """Read a table of candidates.

    Parameters
    ----------
    name : FitsName
        The file, and the HDU of the table if the user named one.

    Raises
    ------
    InputError
        The file is not a table, or cannot be read.
    """
    kind = kind_of(name.path)
    reader = _READERS.get(kind)
    if reader is None:
        raise InputError(f"{name.path}: expected a candidate table, found a file of kind {kind}")
    with suppress_warnings():
        # Readers warn of unit spellings and of repairs, which do not matter to a list.
        file = reader(name)
    return _with_encoding(name, file) if kind in _TEXTS else file


def _with_encoding(name: FitsName, file: TableFile) -> TableFile:
    """Return a table with a note on its encoding, which is a caution if that was guessed."""
    note, is_guess = encoding_notes(name.path)
    if not note:
        return file
    cautions = (*file.cautions, note) if is_guess else file.cautions
    return dataclasses.replace(file, notes=(*file.notes, note), cautions=cautions)


def _text(name: FitsName) -> TableFile:
    # Imported late: most lists are FITS tables or packets, and expressions take long to compile.
    from vetter.io.tables.dialects.mrt import described_text, is_described, text_with_readme
    from vetter.io.tables.text import is_ipac

    head = text_head(name.path)
    if is_ipac(head):
        return _ascii(name, "ipac", "an IPAC table that cannot be read")
    described = described_text(name.path) if is_described(head) else text_with_readme(name.path)
    if described is not None:
        columns = len(_MRT_COLUMN.findall(described.rpartition("\n---")[0]))
        if columns > MAX_COLUMNS:
            raise too_many_columns_error(name.path, columns)
        what = "a machine-readable table (CDS, AAS) that cannot be read"
        return _ascii(name, "mrt", what, described)
    if "\\begin{tabular}" in head:
        return _ascii(name, "latex", "a LaTeX table that cannot be read")
    if "\\startdata" in head:
        return _ascii(name, "aastex", "a deluxetable of AASTeX that cannot be read")
    return _delimited(name, head)


def _delimited(name: FitsName, head: str) -> TableFile:
    """Read a table of which each line is a row, with any delimiter."""
    from vetter.io.tables.dialects.title_lines import without_titles
    from vetter.io.tables.text import (
        layout_of,
        read_text_table,
        to_usual_dialect,
        units_under_names,
        with_decimal_points,
    )

    titles = without_titles(head)
    usual = to_usual_dialect(titles.text)
    layout = layout_of(name.path, usual, titles.delimiter)
    if len(layout.names) < 2:
        raise InputError(
            f"{name.path}: expected a table of candidates with a position each, "
            f"found one column: {layout.names[0][:60]!r}"
        )
    notes = [layout.note] if layout.note else []
    if titles.titles:
        notes.append(f"{name.label}: {titles.note()}")
    table, row_notes, cautions, written = read_text_table(name.path, layout)
    notes += row_notes
    if layout.delimiter != ",":
        table, converted = with_decimal_points(table)
        if converted:
            notes.append(f"{name.label}: decimal commas in {format_names(converted)}")
    units = units_under_names(titles.text, usual, layout)
    return TableFile(
        table,
        units,
        notes=tuple(notes),
        cautions=cautions,
        written=written,
        is_untyped=True,
        is_unnamed=layout.is_unnamed,
    )


def _ascii(name: FitsName, form: str, what: str, text: str | None = None) -> TableFile:
    from astropy.io import ascii as ascii_tables

    text = table_text(name.path) if text is None else text
    _refuse_wide_formats(name, text)
    with input_errors(name, what):
        # rstrip: in a table of fixed widths, empty lines at the end would be rows.
        lines = lines_of(text.rstrip())
        table = ascii_tables.read(lines, format=form, guess=False)
    written = FormattedCells(lines, form) if form in _FORMATTED else None
    return TableFile(table, units_of(table), written=written, is_untyped=form != "mrt")


@dataclass(frozen=True, slots=True)
class FormattedCells:
    """Cells of a table of one of astropy's formats, as they stand in the file."""

    lines: list[str]
    form: str

    def of_column(self, name: str) -> list[str]:
        """Return a column's cells, one for each row."""
        from astropy.io import ascii as ascii_tables

        reader = ascii_tables.get_reader(getattr(ascii_tables, _FORMATTED[self.form]))
        reader.read(self.lines)
        column = next(column for column in reader.cols if column.name == name)
        return [str(text).strip() for text in column.str_vals]

    def may_be_padded(self, _name: str) -> bool:
        """Return True: such tables are short."""
        return True


def _sextractor(name: FitsName) -> TableFile:
    # astropy adds a column for every number missing up to the last.
    numbers = re.findall(r"^#\s*(\d{1,30})\d*\s", text_head(name.path), re.MULTILINE)
    last = max(map(int, numbers), default=0)
    if last > MAX_COLUMNS:
        raise too_many_columns_error(name.path, last)
    return _ascii(name, "sextractor", "a SExtractor table that cannot be read")


def _daophot(name: FitsName) -> TableFile:
    return _ascii(name, "daophot", "an IRAF/DAOPHOT table that cannot be read")


def _daophot_ii(name: FitsName) -> TableFile:
    from vetter.io.tables.dialects.daophot import read_daophot_ii

    return read_daophot_ii(name)


def _mpc(name: FitsName) -> TableFile:
    from vetter.io.tables.dialects.mpc import read_mpc

    return read_mpc(name)


def _ecsv(name: FitsName) -> TableFile:
    from astropy.table import Table

    from vetter.io.tables.text import ARROW_PAYS, ecsv_rows

    head = text_head(name.path)
    if head.count("\n# - {name:") > MAX_COLUMNS:
        raise too_many_columns_error(name.path, head.count("\n# - {name:"))
    _refuse_wide_formats(name, head)
    arrays = sum(values_of(shape) for shape in _ECSV_ARRAY.findall(head))
    rows = head.count("\n") * max(1, name.path.stat().st_size // max(len(head), 1))
    check_value_count(name, arrays * rows, name.path.stat().st_size)
    with name.path.open("rb") as file:
        plain = file.read(1) == b"#"
    hash_note = ""
    with input_errors(name, "an ECSV table that cannot be read"):
        if plain and name.path.stat().st_size > ARROW_PAYS and _has_fast_ecsv():
            table = Table.read(name.path, format="ecsv", engine="pyarrow")
        else:
            # astropy skips every row that begins with #, even if astropy wrote it.
            text, hash_note = ecsv_rows(table_text(name.path))
            table = Table.read(lines_of(text), format="ascii.ecsv")
        table = _flat(table)
    notes = (f"{name.label}: {hash_note}",) if hash_note else ()
    return TableFile(table, units_of(table), ucds_of(table), notes)


def _refuse_wide_formats(name: FitsName, text: str) -> None:
    """Refuse number formats thousands of characters wide, which astropy would try."""
    if _WIDE_FORMAT.search(text):
        raise InputError(
            f"{name}: a damaged table: a column's format is thousands of letters wide; write it "
            "again"
        )


def _flat(table: Table) -> Table:
    """Replace columns of SkyCoord by two columns each, RA and Dec in degrees (ICRS)."""
    for column in [name for name in table.colnames if hasattr(table[name], "represent_as")]:
        place, sphere = table.colnames.index(column), table[column].icrs.spherical
        table.add_column(sphere.lon.deg, place, f"{column}.ra")
        table.add_column(sphere.lat.deg, place + 1, f"{column}.dec")
        table.remove_column(column)
    return table


def _votable(name: FitsName) -> TableFile:
    from vetter.io.tables.votable import read_votable

    return read_votable(name)


def _parquet(name: FitsName) -> TableFile:
    from vetter.io.tables.arrow import read_parquet

    return read_parquet(name)


def _regions(name: FitsName) -> TableFile:
    from vetter.io.tables.ds9_regions import read_regions

    return read_regions(name)


def _crtf(name: FitsName) -> TableFile:
    raise InputError(
        f"{name.path}: a region file in CASA's format (CRTF), which is not read; save the regions "
        "in DS9's format"
    )


def _html(name: FitsName) -> TableFile:
    from vetter.io.tables.dialects.web_page import read_html

    return read_html(name)


def _json(name: FitsName) -> TableFile:
    from vetter.io.tables.json_lines import read_json

    return read_json(name)


def _fits(name: FitsName) -> TableFile:
    from vetter.io.tables.fits_table import read_fits_table

    table, note = read_fits_table(name)
    return TableFile(table, units_of(table), ucds_of(table), (note,) if note else ())


_TEXTS = ("text", "sextractor", "daophot", "daophot ii", "mpc", "ecsv", "regions", "html", "json")
"""Kinds of files that are decoded here."""


def _has_fast_ecsv() -> bool:
    """Return whether astropy (7.2 or later) can read ECSV by pyarrow, four times faster."""
    from importlib.util import find_spec

    from vetter.io.tables.arrow import has_pyarrow

    return has_pyarrow() and find_spec("astropy.io.misc.ecsv") is not None


_READERS: dict[str, Callable[[FitsName], TableFile]] = {
    "text": _text,
    "sextractor": _sextractor,
    "daophot": _daophot,
    "daophot ii": _daophot_ii,
    "mpc": _mpc,
    "ecsv": _ecsv,
    "votable": _votable,
    "parquet": _parquet,
    "regions": _regions,
    "crtf": _crtf,
    "html": _html,
    "json": _json,
    "fits": _fits,
}
