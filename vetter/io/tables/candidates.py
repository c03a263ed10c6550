"""Candidate lists from tables: columns recognised, positions found, keys made unique."""

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
        The image's: fills in the pair of coordinates that is missing, and tells whether
        x and y count from 1.
    shape : (int, int), optional
        Rows and columns of the image, to count the candidates that lie off it.
    columns : mapping, optional
        The user's own choice of columns, role to name.
    one_based : bool, optional
        The user's word on the pixel convention.
    header : `~astropy.io.fits.Header`, optional
        The image's, which tells what part of a larger one it is.

    Raises
    ------
    InputError
        No table, no rows, or no columns of positions that can be used.
    """
    name = parse_fits_name(path)
    with as_named(name.path):
        file, roles = _read(name, columns or {})
    _check_positions(name, file, roles, wcs)
    file = on_image(file, header, name.label)
    positions = find_positions(file.table, roles, file.units, wcs, one_based)
    keys, said = make_keys(file.table, roles.key)
    if roles.key is not None and is_float_key(file.table, roles.key):
        said += (f"{roles.key} holds floating-point numbers: long identities may have lost digits",)
    notes = (
        f"{name.label}: {counted(len(keys), 'candidate')}, {positions.roles.in_words()}",
        *file.notes,
        *positions.notes,
        *said,
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
        positions.cautions,
    )


def check_is_list(name: FitsName, columns: Mapping[str, str]) -> None:
    """Return where a file is a list of candidates, whatever image it belongs to.

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
            f"{name}: wanted columns of positions (x and y, or ra and dec), found "
            f"{listed(file.table.colnames)}; name them with --column x=NAME --column y=NAME"
        )
    return file, roles


def _roles(name: FitsName, file: TableFile, columns: Mapping[str, str]) -> tuple[TableFile, Roles]:
    names = [str(column) for column in file.table.colnames]
    fit = [column for column in names if file.table[column].ndim == 1]
    filled = [column for column in fit if not is_empty(file.table[column])]
    file = dataclasses.replace(file, units=units_in_names(names) | file.units)
    roles = recognise(filled or fit, file.units, file.ucds)
    if file.one_based is not None and roles.x is not None:
        roles = roles.with_(one_based=file.one_based)
    roles = chosen(roles, columns, names, str(name))
    if roles.key and is_float_key(file.table, roles.key) and kind_of(name.path) == "text":
        # An id such as 1.155e18 or one with gaps came as a float: read it again as it stands.
        again = read_table(name, key_as_text=roles.key)
        file = dataclasses.replace(file, table=again.table)
    return _equatorial(file, roles, filled or fit)


def _equatorial(file: TableFile, roles: Roles, names: Sequence[str]) -> tuple[TableFile, Roles]:
    """A list whose only positions are galactic ones, with columns of RA and Dec made of them."""
    pair = galactic_pair(names, file.units, file.ucds)
    nowhere = roles.x is None and roles.y is None and roles.ra is None and roles.dec is None
    # Called ra and dec by the user they are what they are all the same.
    if pair is None or not (nowhere or (roles.ra, roles.dec) == pair):
        return file, roles
    first, second = (plain(file.table[column]) for column in pair)
    units = file.units.get(pair[0], ""), file.units.get(pair[1], "")
    made = dict(zip(("ra", "dec"), equatorial(first, second, units), strict=True))
    table = file.table.copy(copy_data=False)
    taken = {str(column).lower() for column in table.colnames}
    called = {role: role if role not in taken else f"{role}_icrs" for role in made}
    for role, values in made.items():
        table[called[role]] = values
    said = f"ra and dec are made of {pair[0]} and {pair[1]}, taken as galactic coordinates"
    file = dataclasses.replace(file, table=table, notes=(*file.notes, said))
    return file, roles.with_(**called)


def _check_positions(name: FitsName, file: TableFile, roles: Roles, wcs: WCS | None) -> None:
    for one, other in (("x", "y"), ("ra", "dec")):
        if (getattr(roles, one) is None) != (getattr(roles, other) is None):
            lone, lacking = (one, other) if getattr(roles, one) else (other, one)
            raise InputError(
                f"{name}: {lone} is column {getattr(roles, lone)}, but no column is {lacking}; "
                f"name it with --column {lacking}=NAME"
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
    """A table whose physical pixels are turned into those of the image, as its header says.

    Where LTM and LTV are not in the header the two are the same, as DS9 takes them.

    Parameters
    ----------
    file : TableFile
        Its ``physical`` rows have columns x, y and perhaps radius_px; they count from 1.
    header : `~astropy.io.fits.Header` or None
        Of the image.
    label : str
        The list, for what is said.

    Raises
    ------
    InputError
        The keywords hold no numbers, or such as nothing can be computed with.
    """
    there = [] if header is None else [name for name in _KEYWORDS if name in header]
    if not file.physical or header is None or not there:
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
            f"{label}: its coordinates are physical ones, and {', '.join(there)} in the image's "
            "header do not tell where those are: save the regions in image or sky coordinates"
        )
    table, rows = file.table.copy(), list(file.physical)
    x, y = (np.asarray(table[axis][rows], np.float64) for axis in ("x", "y"))
    table["x"][rows] = m11 * x + m12 * y + v1
    table["y"][rows] = m21 * x + m22 * y + v2
    if "radius_px" in table.colnames:
        table["radius_px"][rows] = table["radius_px"][rows] * np.sqrt(area)
    said = f"{label}: physical coordinates are turned into pixels by {', '.join(there)}"
    return dataclasses.replace(file, table=table, notes=(*file.notes, said), physical=())
