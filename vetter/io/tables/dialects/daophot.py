"""Lists of stars in DAOPHOT II's own formats (.coo, .ap, .als...).

The header has two lines, names (``NL  NX  NY LOWBAD HIGHBAD``...) and numbers. IRAF's DAOPHOT has
another format, which astropy reads.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from astropy.table import Table

from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName
from vetter.io.tables.encoding import lines_of, table_text
from vetter.io.tables.table_file import MAX_COLUMNS, TableFile, too_many_columns_error

_PAIRS = 2
_FOUND = ("ID", "X", "Y", "MAG", "SHARP", "ROUND", "ROUND_Y")
_FITTED = ("ID", "X", "Y", "MAG", "MERR", "SKY", "NITER", "CHI", "SHARP")
_LEAST = 3
_MOST_DIGITS = 9
# Above this, floats cannot represent every integer.
_MOST_EXACT = 2**53

Row = tuple[int, list[str]]


def read_daophot_ii(name: FitsName) -> TableFile:
    """Read a list of DAOPHOT II, whose x and y count from 1.

    Columns are ``ID``, ``X``, ``Y``, ``MAG``, then those of FIND (6 or 7) or of the fits (9 in
    all); for aperture photometry ``MAG`` and ``MERR`` of the first aperture, and ``SKY``. Further
    columns are named ``col5`` and so on.

    Raises
    ------
    InputError
        Rows differ in length, or hold other values than numbers; the text names the line.
    """
    lines = lines_of(table_text(name.path))
    longest = max((len(line.split(None, MAX_COLUMNS)) for line in lines), default=0)
    if longest > MAX_COLUMNS:
        raise too_many_columns_error(name.path, longest)
    kind, rows = _kind(name, lines), _rows(lines)
    if kind == _PAIRS:
        names, values = _apertures(name, list(rows))
    else:
        stars = list(rows)
        values = [_numbers(name, row) for row in stars]
        names = _names(len(values[0]) if values else _LEAST)
        _check_lengths(name, stars)
    table = Table()
    data = np.array(values, np.float64).reshape(len(values), len(names))
    for place, column in enumerate(names):
        table[column] = data[:, place]
    if (np.abs(table["ID"]) < _MOST_EXACT).all() and (table["ID"] == np.round(table["ID"])).all():
        table["ID"] = np.asarray(table["ID"]).astype(np.int64)
    return TableFile(table, one_based=True)


def _kind(name: FitsName, lines: list[str]) -> int:
    """Return the number under ``NL``, which gives the lines of each star."""
    for line in lines[1:]:
        if line.strip():
            first = line.split()[0]
            if first.isdecimal() and len(first) <= _MOST_DIGITS:
                return int(first)
            break
    raise InputError(
        f"{name}: expected a number under NL in the header that DAOPHOT II writes, found none; "
        "delete the header and name the columns in the first line"
    )


def _rows(lines: list[str]) -> Iterator[Row]:
    """Yield the rows below the header, each with its line number."""
    below = (row for row in enumerate(lines[1:], 2) if row[1].strip())
    next(below, None)
    for number, line in below:
        yield number, line.split()


def _apertures(name: FitsName, rows: list[Row]) -> tuple[tuple[str, ...], list[list[float]]]:
    """Return names and values of stars with two lines each.

    The first line has position and magnitudes, the second the sky, its statistics and the errors.
    """
    if len(rows) % 2:
        raise InputError(
            f"{name}: line {rows[-1][0]}: expected two lines for each star, as NL = 2, found one; "
            "the file is cut short: copy or write it again"
        )
    values = []
    for first, second in zip(rows[::2], rows[1::2], strict=True):
        star, sky = _numbers(name, first, 4), _numbers(name, second, 4)
        values.append([*star[:4], sky[3], sky[0]])
    return ("ID", "X", "Y", "MAG", "MERR", "SKY"), values


def _numbers(name: FitsName, row: Row, least: int = _LEAST) -> list[float]:
    number, words = row
    try:
        values = [float(word) for word in words]
    except ValueError:
        values = []
    if len(values) < least:
        raise InputError(
            f"{name}: line {number}: expected {least} numbers or more, found "
            f"{' '.join(words)[:60]!r}; put blanks between them, or delete the line"
        )
    return values


def _check_lengths(name: FitsName, rows: list[Row]) -> None:
    for number, words in rows:
        if len(words) != len(rows[0][1]):
            raise InputError(
                f"{name}: line {number}: {len(words)} numbers where the first star has "
                f"{len(rows[0][1])}; write each star on one line, with blanks between numbers"
            )


def _names(count: int) -> tuple[str, ...]:
    if count == len(_FITTED):
        return _FITTED
    if len(_FOUND) - 1 <= count <= len(_FOUND):
        return _FOUND[:count]
    return (*_FOUND[: min(count, 4)], *(f"col{place}" for place in range(5, count + 1)))
