"""Candidate lists from tables: recognised columns, positions and unique keys."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import (
    CandidateList,
    Roles,
    Whereabouts,
    find_whereabouts,
)
from vetter.core.candidates.column_roles import (
    apply_choices,
    format_names,
    normalise_name,
    other_choices,
    recognise,
    units_in_names,
)
from vetter.core.candidates.column_values import cell_text, is_empty, plain_array, text_array
from vetter.core.candidates.keys import is_float_key, make_keys
from vetter.core.candidates.number_words import is_missing_word, with_numbers_among_words
from vetter.core.candidates.placement.listed_pixels import ImageFrame
from vetter.core.candidates.placement.position_text import (
    find_position_column,
    read_position_text,
)
from vetter.core.candidates.placement.positions import (
    Positions,
    find_positions,
    galactic_pair,
    galactic_to_equatorial,
)
from vetter.core.candidates.placement.split_sexagesimal import (
    find_split_columns,
    read_split_columns,
)
from vetter.core.candidates.sentinels import find_sentinels, sentinel_note
from vetter.core.coordinates.angle_text import parse_angle
from vetter.core.coordinates.parent_pixels import parent_pixels
from vetter.core.number_text import format_count
from vetter.errors import ColumnsWanted, InputError
from vetter.io.files.hdu_names import FitsName, parse_fits_name
from vetter.io.tables.named_content import explain_wrong_ending
from vetter.io.tables.reading import read_table
from vetter.io.tables.table_file import TableFile

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.table import Column
    from astropy.wcs import WCS

_MAX_TRIED = 50
Floats = npt.NDArray[np.float64]
# Columns that name the object of a candidate, which is the same in all epochs.
_OBJECTS = frozenset("objectid diaobjectid ssobjectid objid oid object objname".split())
_SAMPLE = 100
# Spreadsheets and tables of floats write 1155522101501501507 so.
_ROUNDED = re.compile(r"^[1-9]\.[0-9]{2,}[Ee]\+[0-9]{2}$")
_DIGITS = tuple("0123456789")
_FORMULA = re.compile(r'^="(.*)"$')
_KEYWORDS = {"LTM1_1": 1.0, "LTM1_2": 0.0, "LTM2_1": 0.0, "LTM2_2": 1.0, "LTV1": 0.0, "LTV2": 0.0}


class WcsNeeded(InputError):
    """A list of sky positions for an image without a WCS."""


def read_candidates(
    path: str | Path,
    wcs: WCS | None = None,
    shape: tuple[int, int] | None = None,
    columns: Mapping[str, str] | None = None,
    one_based: bool | None = None,
    header: Header | None = None,
) -> CandidateList:
    """Read a list of candidates.

    Parameters
    ----------
    path : str or Path
        The table, possibly as ``file.fits[EXT]``.
    wcs : `~astropy.wcs.WCS`, optional
        WCS of the image, by which the missing pair of coordinates is computed, and x and y are
        found to count from 0 or 1.
    shape : (int, int), optional
        Rows and columns of the image, to count the candidates off the image.
    columns : mapping, optional
        The user's choice of columns, role to name.
    one_based : bool, optional
        The user's choice of pixel convention: whether x and y count from 1.
    header : `~astropy.io.fits.Header`, optional
        Header of the image; LTM and LTV give its place in a larger image.

    Raises
    ------
    InputError
        No table, no rows, or no usable columns of positions.
    """
    listed = read_list(path, columns)
    return place_candidates(listed, wcs, shape, one_based, header)


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list as read: the file's name, its table, and the roles of the columns.

    ``is_of_chip`` is True if the rows of other chips were left out.
    """

    name: FitsName
    file: TableFile
    roles: Roles
    is_of_chip: bool = False

    def of_chip(self, keep: npt.NDArray[np.bool_], note: str = "") -> ReadList:
        """Return the list with the rows of one chip, shape (n,), and a note on the others."""
        physical = np.zeros(len(keep), bool)
        physical[list(self.file.physical)] = True
        kept = tuple(np.flatnonzero(physical[keep]).tolist())
        notes = (*self.file.notes, note) if note else self.file.notes
        table = self.file.table[keep]
        file = dataclasses.replace(self.file, table=table, physical=kept, notes=notes)
        return dataclasses.replace(self, file=file, is_of_chip=True)


def read_list(path: str | Path, columns: Mapping[str, str] | None = None) -> ReadList:
    """Read a list of candidates without its image; for the parameters see `read_candidates`.

    Raises
    ------
    InputError
        No table, no rows, or no columns of positions.
    """
    name = parse_fits_name(path)
    with explain_wrong_ending(name.path):
        return ReadList(name, *_read(name, columns or {}))


def place_candidates(
    listed: ReadList,
    wcs: WCS | None,
    shape: tuple[int, int] | None,
    one_based: bool | None,
    header: Header | None,
    cautions: tuple[str, ...] = (),
) -> CandidateList:
    """Return the candidates of a list on an image; for the parameters see `read_candidates`.

    ``cautions`` come before those of the positions.

    Raises
    ------
    InputError
        No usable columns of positions.
    """
    name, file, roles = listed.name, listed.file, listed.roles
    image = ImageFrame(wcs, shape, parent_pixels(header))
    try:
        _check_positions(name, file, roles, wcs)
    except ColumnsWanted as wanted:
        wanted.image = image
        raise
    file = convert_physical_pixels(file, header, name.label)
    return _placed(ReadList(name, file, roles), image, one_based, cautions)


def list_with_stamps(
    name: FitsName, file: TableFile, columns: Mapping[str, str] | None = None
) -> CandidateList:
    """Return the candidates of a table that come with their own pixels.

    They may lack positions; columns of pixels are of an image that is not there, and get no role.

    Parameters
    ----------
    name : FitsName
        The table, for notes and errors.
    file : TableFile
    columns : mapping, optional
        The user's choice of columns, role to name.

    Raises
    ------
    InputError
        A column that the user chose does not exist.
    """
    file, roles = _roles(name, file, columns or {})
    roles = roles.with_(x=None, y=None, one_based=False)
    if roles.ra is None or roles.dec is None:
        roles = roles.with_(ra=None, dec=None)
    if roles.key is not None and normalise_name(roles.key) == "label":
        # The label of a training set is its class, not its name.
        classes = plain_array(file.table[roles.key])
        roles = roles if len(np.unique(classes)) == len(classes) else roles.with_(key=None)
    return _placed(ReadList(name, file, roles), None, None, ())


def _placed(
    listed: ReadList, image: ImageFrame | None, one_based: bool | None, cautions: tuple[str, ...]
) -> CandidateList:
    """Return the candidates of a list; on no image for None."""
    is_placed, image = image is not None, image or ImageFrame(None, None, ())
    name, file, roles, shape = listed.name, listed.file, listed.roles, image.shape
    sentinels = find_sentinels(file.table, roles, file.units, shape)
    positions = find_positions(file.table, roles, file.units, image, one_based, sentinels)
    keys, key_notes = make_keys(file.table, roles.key)
    if roles.key is not None and is_float_key(file.table, roles.key):
        key_notes += (
            f"{roles.key} holds floating-point numbers: long identities may have lost digits",
        )
    rounded = next((key for key in keys[:_SAMPLE].tolist() if _ROUNDED.match(key)), "")
    if rounded:
        key_notes += (f"{roles.key} is written as {rounded}: long identities have lost digits",)
    off_image, all_off = _off_image(positions, shape) if is_placed else ([], [])
    notes = (
        f"{name.label}: {format_count(len(keys), 'candidate')}, {positions.roles.describe_roles()}",
        *file.notes,
        *cautions,
        *positions.notes,
        *filter(None, (sentinel_note(file.table, sentinels),)),
        *key_notes,
        *other_choices(_whole_columns(file.table.colnames), positions.roles, file.units),
        *off_image,
    )
    return CandidateList(
        file.table,
        positions.roles,
        keys,
        positions.x,
        positions.y,
        positions.ra,
        positions.dec,
        notes,
        (*file.cautions, *cautions, *positions.cautions, *all_off),
        sentinels,
    )


def check_is_list(name: FitsName, columns: Mapping[str, str]) -> None:
    """Check that a file is a list of candidates, without an image; raise InputError if not.

    Raises
    ------
    InputError
        No table, no rows, or no columns of positions.
    """
    with explain_wrong_ending(name.path):
        _read(name, columns)


def _read(name: FitsName, columns: Mapping[str, str]) -> tuple[TableFile, Roles]:
    file = read_table(name)
    if len(file.table) == 0:
        raise InputError(
            f"{name}: the list has no rows; its columns are {format_names(file.table.colnames)}"
        )
    file, roles = _roles(name, file, columns)
    if roles.x is None and roles.ra is None:
        unnamed = " (the file has no line of names)" if file.is_unnamed else ""
        raise _columns_wanted(
            f"{name}: expected columns of positions (x and y, or ra and dec), found "
            f"{format_names(file.table.colnames)}{unnamed}; name them with --column x=NAME "
            "--column y=NAME",
            name,
            file,
            roles,
        )
    return file, roles


def _columns_wanted(text: str, name: FitsName, file: TableFile, roles: Roles) -> InputError:
    """Return an error with the rows, from which the user may choose the columns.

    Without two columns of numbers or angles there is nothing to choose.
    """
    usable = [column for column in file.table.colnames if _may_be_coordinate(file.table[column])]
    if len(usable) < 2:
        return InputError(text)
    unknown = np.full(len(file.table), np.nan)
    candidates = CandidateList(
        file.table,
        roles,
        make_keys(file.table, roles.key)[0],
        unknown,
        unknown.copy(),
        unknown.copy(),
        unknown.copy(),
        (),
    )
    return ColumnsWanted(text, str(name), candidates)


def _roles(name: FitsName, file: TableFile, columns: Mapping[str, str]) -> tuple[TableFile, Roles]:
    names = [str(column) for column in file.table.colnames]
    scalar = [column for column in names if file.table[column].ndim == 1]
    filled = [column for column in scalar if not is_empty(file.table[column])]
    file = dataclasses.replace(file, units=units_in_names(names) | file.units)
    roles = recognise(filled or scalar, file.units, file.ucds)
    if file.one_based is not None and roles.x is not None:
        roles = roles.with_(one_based=file.one_based)
    roles = apply_choices(roles, columns, names, str(name))
    objects = [column for column in scalar if normalise_name(column) in _OBJECTS]
    identities = dict.fromkeys((roles.key, roles.name, *objects))
    file = _with_written_cells(file, identities)
    file = _with_numbers(file, identities)
    file, roles = _add_split_position(file, roles, scalar)
    file, roles = _add_position_text(file, roles, filled or scalar)
    return _add_equatorial(file, roles, filled or scalar)


def _with_written_cells(file: TableFile, columns: Iterable[str | None]) -> TableFile:
    """Return a table whose columns are text where their numbers are not as Python writes them.

    000123, 1.155e18, +5 and identities of which some are missing became numbers.
    """
    texts = {}
    for column in filter(None, columns):
        cells = _written_cells(file, column)
        if cells is not None:
            texts[column] = cells
    if not texts:
        return file
    table = file.table.copy(copy_data=False)
    for column, cells in texts.items():
        table[column] = cells
    return dataclasses.replace(file, table=table)


def _written_cells(file: TableFile, column: str) -> list[str] | None:
    """Return the cells of a column of numbers; None if its numbers are as they are written."""
    values, written = file.table[column], file.written
    kind = values.dtype.kind
    if kind == "U" and file.is_untyped:
        texts = text_array(values)
        # Spreadsheets keep zeros in a formula: ="000123".
        has_formulas = bool(np.char.startswith(texts, '="').any())
        return [_FORMULA.sub(r"\1", text) for text in texts.tolist()] if has_formulas else None
    if written is None or kind not in "if":
        return None
    if kind == "i" and not written.may_be_padded(column):
        return None
    cells = written.of_column(column)
    if cells is None or len(cells) != len(values):
        return None
    if kind == "i":
        masked = np.ma.getmaskarray(values).tolist()
        numbers = np.asarray(np.ma.getdata(values)).tolist()
        rows = list(zip(cells, numbers, masked, strict=True))
        if all(is_masked or cell == str(number) for cell, number, is_masked in rows):
            return None
        return ["" if is_masked else cell for cell, _, is_masked in rows]
    # Numbers with missing ones among them: a word such as NaN names nothing.
    return ["" if cell[:1] not in _DIGITS and is_missing_word(cell) else cell for cell in cells]


def _with_numbers(file: TableFile, identities: Iterable[str | None]) -> TableFile:
    """Return a table whose columns of numbers and words for "missing" are masked numbers."""
    if not file.is_untyped:
        return file
    split = find_split_columns(file.table.colnames) or ()
    kept = [column for column in (*identities, *split) if column is not None]
    table, note = with_numbers_among_words(file.table, kept)
    return dataclasses.replace(file, table=table, notes=(*file.notes, *([note] if note else [])))


def _add_split_position(
    file: TableFile, roles: Roles, names: Sequence[str]
) -> tuple[TableFile, Roles]:
    """Add columns of RA and Dec to a list with one position split over columns."""
    split = find_split_columns(names)
    if split is None or not (roles.ra is None or roles.ra in split):
        return file, roles
    # The sign of -00 is in the text alone.
    file = _with_written_cells(file, (split.degrees,)) if split.sign is None else file
    ra, dec = read_split_columns(file.table, split)
    unread = [
        row
        for row in np.flatnonzero(np.isnan(ra)).tolist()
        if not is_missing_word(cell_text(file.table[split.hours], row))
    ]
    if unread:
        texts = (f"{name} {cell_text(file.table[name], unread[0])!r}" for name in split if name)
        caution = (
            f"{format_count(len(unread), 'candidate has', 'candidates have')} a position in "
            f"{split.described()} that cannot be read: {', '.join(texts)} in row {unread[0] + 1}"
        )
        file = dataclasses.replace(
            file, notes=(*file.notes, caution), cautions=(*file.cautions, caution)
        )
    note = f"ra and dec are made of {split.described()}"
    file, new_names = _with_equatorial(file, ra, dec, note)
    return file, roles.with_(**new_names)


def _add_position_text(
    file: TableFile, roles: Roles, names: Sequence[str]
) -> tuple[TableFile, Roles]:
    """Add columns of RA and Dec to a list whose only positions are texts of both angles."""
    has_positions = any((roles.x, roles.y, roles.ra, roles.dec))
    column = None if has_positions else find_position_column(file.table, names)
    if column is None:
        return file, roles
    ra, dec = read_position_text(plain_array(file.table[column]))
    file, new_names = _with_equatorial(file, ra, dec, f"ra and dec are made of {column}")
    return file, roles.with_(**new_names)


def _whole_columns(names: Sequence[str]) -> list[str]:
    """Return column names without those of a position split over columns."""
    split = find_split_columns(names) or ()
    return [name for name in names if name not in split]


def _with_equatorial(
    file: TableFile, ra: Floats, dec: Floats, note: str
) -> tuple[TableFile, dict[str, str]]:
    """Return a table with added columns of RA and Dec, and the names of these."""
    table = file.table.copy(copy_data=False)
    taken = {str(column).lower() for column in table.colnames}
    new_names = {role: role if role not in taken else f"{role}_icrs" for role in ("ra", "dec")}
    for role, values in (("ra", ra), ("dec", dec)):
        table[new_names[role]] = values
    return dataclasses.replace(file, table=table, notes=(*file.notes, note)), new_names


def _add_equatorial(file: TableFile, roles: Roles, names: Sequence[str]) -> tuple[TableFile, Roles]:
    """Add columns of RA and Dec to a list whose only positions are galactic."""
    pair = galactic_pair(names, file.units, file.ucds)
    lacks_positions = roles.x is None and roles.y is None and roles.ra is None and roles.dec is None
    # Also if the user chose the galactic columns as ra and dec.
    if pair is None or not (lacks_positions or (roles.ra, roles.dec) == pair):
        return file, roles
    first, second = (plain_array(file.table[column]) for column in pair)
    units = file.units.get(pair[0], ""), file.units.get(pair[1], "")
    note = f"ra and dec are made of {pair[0]} and {pair[1]}, taken as galactic coordinates"
    file, new_names = _with_equatorial(file, *galactic_to_equatorial(first, second, units), note)
    return file, roles.with_(**new_names)


def _may_be_coordinate(column: Column) -> bool:
    """Return whether a column holds numbers, or texts of which half are angles."""
    if column.ndim != 1:
        return False
    values = plain_array(column)[:_MAX_TRIED]
    if values.dtype.kind in "iuf":
        return True
    if values.dtype.kind not in "USO":
        return False
    angles = [parse_angle(str(value).strip(), hours=False) for value in values]
    return bool(np.mean(np.isfinite(angles)) >= 0.5)


def _check_positions(name: FitsName, file: TableFile, roles: Roles, wcs: WCS | None) -> None:
    for one, other in (("x", "y"), ("ra", "dec")):
        if (getattr(roles, one) is None) != (getattr(roles, other) is None):
            lone, missing = (one, other) if getattr(roles, one) else (other, one)
            raise _columns_wanted(
                f"{name}: {lone} is column {getattr(roles, lone)}, but no column is {missing}; "
                f"name it with --column {missing}=NAME",
                name,
                file,
                roles,
            )
    if roles.x is None and wcs is None:
        raise WcsNeeded(
            f"{name}: the list has {roles.ra} and {roles.dec} but no x and y, and the image has no "
            f"WCS to place them; its columns are {format_names(file.table.colnames)}"
        )


def _off_image(positions: Positions, shape: tuple[int, int] | None) -> tuple[list[str], list[str]]:
    """Return notes on empty positions and on those off the image, and a caution if all are off."""
    counts = np.bincount(find_whereabouts(positions.x, positions.y, shape), minlength=3)
    notes = []
    if positions.empty_count:
        words = format_count(positions.empty_count, "candidate has", "candidates have")
        notes.append(f"{words} no position")
    off = int(counts[Whereabouts.OFF])
    if off:
        words = format_count(off, "candidate lies", "candidates lie")
        notes.append(f"{words} off the image")
    return notes, notes[-1:] if off > 1 and not counts[Whereabouts.ON] else []


def convert_physical_pixels(file: TableFile, header: Header | None, label: str) -> TableFile:
    """Convert a table's physical pixels into pixels of the image, by LTM and LTV of its header.

    Without LTM and LTV in the header, both are the same, as in DS9.

    Parameters
    ----------
    file : TableFile
        The ``physical`` rows have columns x, y and perhaps radius_px, which count from 1.
    header : `~astropy.io.fits.Header` or None
        Header of the image.
    label : str
        The list, for notes and errors.

    Raises
    ------
    InputError
        The keywords are not finite numbers, or their matrix is singular.
    """
    present = [] if header is None else [name for name in _KEYWORDS if name in header]
    if not file.physical or header is None or not present:
        return file
    try:
        m11, m12, m21, m22, v1, v2 = (
            float(header.get(name, usual)) for name, usual in _KEYWORDS.items()
        )
    except (TypeError, ValueError):
        m11 = m12 = m21 = m22 = v1 = v2 = np.nan
    area = abs(m11 * m22 - m12 * m21)
    if not (np.isfinite([area, v1, v2]).all() and area > 0):
        raise InputError(
            f"{label}: physical coordinates, but {', '.join(present)} in the image's header cannot "
            "be used; save the regions in image or sky coordinates"
        )
    table, rows = file.table.copy(), list(file.physical)
    x, y = (np.asarray(table[axis][rows], np.float64) for axis in ("x", "y"))
    table["x"][rows] = m11 * x + m12 * y + v1
    table["y"][rows] = m21 * x + m22 * y + v2
    if "radius_px" in table.colnames:
        table["radius_px"][rows] = table["radius_px"][rows] * np.sqrt(area)
    note = f"{label}: physical coordinates are turned into pixels by {', '.join(present)}"
    return dataclasses.replace(file, table=table, notes=(*file.notes, note), physical=())
