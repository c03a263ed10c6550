"""Candidate lists from tables: recognised columns, positions and unique keys."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList, Roles, Whereabouts, whereabouts
from vetter.core.candidates.column_roles import (
    chosen,
    listed,
    other_choices,
    recognise,
    units_in_names,
)
from vetter.core.candidates.column_values import is_empty, plain
from vetter.core.candidates.keys import is_float_key, make_keys
from vetter.core.candidates.positions import Positions, equatorial, find_positions, galactic_pair
from vetter.core.number_text import counted
from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName, parse_fits_name
from vetter.io.tables.kinds import kind_of
from vetter.io.tables.named_content import as_named
from vetter.io.tables.reading import read_table
from vetter.io.tables.table_file import TableFile

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

_KEYWORDS = {"LTM1_1": 1.0, "LTM1_2": 0.0, "LTM2_1": 0.0, "LTM2_2": 1.0, "LTV1": 0.0, "LTV2": 0.0}


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
    name = parse_fits_name(path)
    with as_named(name.path):
        file, roles = _read(name, columns or {})
    _check_positions(name, file, roles, wcs)
    file = on_image(file, header, name.label)
    positions = find_positions(file.table, roles, file.units, wcs, one_based)
    keys, key_notes = make_keys(file.table, roles.key)
    if roles.key is not None and is_float_key(file.table, roles.key):
        key_notes += (
            f"{roles.key} holds floating-point numbers: long identities may have lost digits",
        )
    notes = (
        f"{name.label}: {counted(len(keys), 'candidate')}, {positions.roles.in_words()}",
        *file.notes,
        *positions.notes,
        *key_notes,
        *other_choices(file.table.colnames, positions.roles, file.units),
        *_off_image(positions, shape),
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
        (*file.cautions, *positions.cautions),
    )


def check_is_list(name: FitsName, columns: Mapping[str, str]) -> None:
    """Check that a file is a list of candidates, without an image; raise InputError if not.

    Raises
    ------
    InputError
        No table, no rows, or no columns of positions.
    """
    with as_named(name.path):
        _read(name, columns)


def _read(name: FitsName, columns: Mapping[str, str]) -> tuple[TableFile, Roles]:
    file = read_table(name)
    if len(file.table) == 0:
        raise InputError(
            f"{name}: the list has no rows; its columns are {listed(file.table.colnames)}"
        )
    file, roles = _roles(name, file, columns)
    if roles.x is None and roles.ra is None:
        raise InputError(
            f"{name}: expected columns of positions (x and y, or ra and dec), found "
            f"{listed(file.table.colnames)}; name them with --column x=NAME --column y=NAME"
        )
    return file, roles


def _roles(name: FitsName, file: TableFile, columns: Mapping[str, str]) -> tuple[TableFile, Roles]:
    names = [str(column) for column in file.table.colnames]
    scalar = [column for column in names if file.table[column].ndim == 1]
    filled = [column for column in scalar if not is_empty(file.table[column])]
    file = dataclasses.replace(file, units=units_in_names(names) | file.units)
    roles = recognise(filled or scalar, file.units, file.ucds)
    if file.one_based is not None and roles.x is not None:
        roles = roles.with_(one_based=file.one_based)
    roles = chosen(roles, columns, names, str(name))
    if roles.key and is_float_key(file.table, roles.key) and kind_of(name.path) == "text":
        # An id such as 1.155e18, or ids with missing ones, became floats: read them as text.
        again = read_table(name, key_as_text=roles.key)
        file = dataclasses.replace(file, table=again.table)
    return _add_equatorial(file, roles, filled or scalar)


def _add_equatorial(file: TableFile, roles: Roles, names: Sequence[str]) -> tuple[TableFile, Roles]:
    """Add columns of RA and Dec to a list whose only positions are galactic."""
    pair = galactic_pair(names, file.units, file.ucds)
    lacks_positions = roles.x is None and roles.y is None and roles.ra is None and roles.dec is None
    # Also if the user chose the galactic columns as ra and dec.
    if pair is None or not (lacks_positions or (roles.ra, roles.dec) == pair):
        return file, roles
    first, second = (plain(file.table[column]) for column in pair)
    units = file.units.get(pair[0], ""), file.units.get(pair[1], "")
    computed = dict(zip(("ra", "dec"), equatorial(first, second, units), strict=True))
    table = file.table.copy(copy_data=False)
    taken = {str(column).lower() for column in table.colnames}
    new_names = {role: role if role not in taken else f"{role}_icrs" for role in computed}
    for role, values in computed.items():
        table[new_names[role]] = values
    note = f"ra and dec are made of {pair[0]} and {pair[1]}, taken as galactic coordinates"
    file = dataclasses.replace(file, table=table, notes=(*file.notes, note))
    return file, roles.with_(**new_names)


def _check_positions(name: FitsName, file: TableFile, roles: Roles, wcs: WCS | None) -> None:
    for one, other in (("x", "y"), ("ra", "dec")):
        if (getattr(roles, one) is None) != (getattr(roles, other) is None):
            lone, missing = (one, other) if getattr(roles, one) else (other, one)
            raise InputError(
                f"{name}: {lone} is column {getattr(roles, lone)}, but no column is {missing}; "
                f"name it with --column {missing}=NAME"
            )
    if roles.x is None and wcs is None:
        raise InputError(
            f"{name}: the list has {roles.ra} and {roles.dec} but no x and y, and the image has no "
            f"WCS to place them; its columns are {listed(file.table.colnames)}"
        )


def _off_image(positions: Positions, shape: tuple[int, int] | None) -> list[str]:
    counts = np.bincount(whereabouts(positions.x, positions.y, shape), minlength=3)
    notes = []
    if counts[Whereabouts.NOWHERE]:
        words = counted(int(counts[Whereabouts.NOWHERE]), "candidate has", "candidates have")
        notes.append(f"{words} no position")
    if counts[Whereabouts.OFF]:
        words = counted(int(counts[Whereabouts.OFF]), "candidate lies", "candidates lie")
        notes.append(f"{words} off the image")
    return notes


def on_image(file: TableFile, header: Header | None, label: str) -> TableFile:
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
