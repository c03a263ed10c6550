"""Positions of all candidates of a table, pixels and sky, from its columns and the WCS."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import Roles, Whereabouts, find_whereabouts
from vetter.core.candidates.column_roles import normalise_name
from vetter.core.candidates.column_values import plain_array, without_values
from vetter.core.candidates.placement.listed_pixels import AxisOrigin, ImageFrame, read_pixels
from vetter.core.candidates.placement.pixel_convention import pixels_to_sky, sky_to_pixels
from vetter.core.candidates.placement.unplaced import count_unplaced, read_pair
from vetter.core.coordinates.angle_text import parse_decimal
from vetter.core.coordinates.angles import to_degrees
from vetter.core.coordinates.frames import from_galactic

if TYPE_CHECKING:
    from astropy.table import Table
    from astropy.wcs import WCS

_COORD = re.compile(r"^(.*[._])?coord_?(ra|dec)$", re.IGNORECASE)
Floats = npt.NDArray[np.float64]
_THOUSANDS = re.compile(r"^[^,]*,[0-9]{3}$")
_MAX_SAMPLE = 1000
_DEGREES = ("", "deg", "degree", "degrees", "d:m:s", '"d:m:s"', "dms")

# Most specific first, normalised by `normalise_name`.
_GALACTIC_PAIRS = (
    ("glon", "glat"),
    ("gallon", "gallat"),
    ("gallong", "gallat"),
    ("gall", "galb"),
    ("lgal", "bgal"),
    ("galacticlon", "galacticlat"),
    ("galacticlongitude", "galacticlatitude"),
    ("galacticl", "galacticb"),
    ("lii", "bii"),
    ("ldeg", "bdeg"),
    ("l", "b"),
)
_GALACTIC_UCDS = ("pos.galactic.lon", "pos.galactic.lat"), ("pos_gal_lon", "pos_gal_lat")
_ANGLE_UNITS = ("", "deg", "degree", "degrees", "rad", "radian", "radians", "arcmin", "arcsec")


@dataclass(frozen=True, eq=False)
class Positions:
    """Positions of all candidates: x, y 0-based pixels, ra, dec degrees, shape (n,), NaN unknown.

    ``roles`` hold the pixel convention, ``axis_origin`` the evidence for it (None without x and
    y), ``notes`` how it was found; ``cautions`` are the notes that the user should see at once.
    ``empty_count`` candidates have an empty cell where each kind of position needs one.
    """

    x: Floats
    y: Floats
    ra: Floats
    dec: Floats
    roles: Roles
    notes: tuple[str, ...]
    cautions: tuple[str, ...] = ()
    axis_origin: AxisOrigin | None = None
    empty_count: int = 0


def find_positions(
    table: Table,
    roles: Roles,
    units: Mapping[str, str],
    image: ImageFrame,
    one_based: bool | None,
    sentinels: Mapping[str, Sequence[float]] | None = None,
    rows: npt.NDArray[np.intp] | None = None,
) -> Positions:
    """Read the positions off a table's columns, and fill the missing pair through the WCS.

    Parameters
    ----------
    table : `~astropy.table.Table`
    roles : Roles
    units : mapping
        Units of columns as text; radians and hours are converted.
    image : ImageFrame
        The image that the candidates are on.
    one_based : bool or None
        The user's choice of the pixel convention; None: by the WCS, else by the columns' names.
    sentinels : mapping, optional
        Values of columns that mean "missing".
    rows : ndarray of int, shape (n,), optional
        Rows of the list that the table has, for texts; all by default.
    """
    wcs = image.wcs
    count, sentinels = len(table), sentinels or {}
    listed_x, listed_y = (
        _read_numbers(table, column, count, sentinels) for column in (roles.x, roles.y)
    )
    units, notes = _choose_angle_units(table, roles, units, wcs)
    ra = _read_angles(table, roles.ra, units, True, sentinels)
    dec = _read_angles(table, roles.dec, units, False, sentinels)
    cautions: list[str] = []
    if _may_count_hours(roles, units):
        evidence = _find_hours((listed_x, listed_y), ra, dec, wcs, image.shape)
        if evidence:
            ra = np.mod(ra * 15, 360.0)
            cautions.append(f"{roles.ra} is taken to count hours: {evidence}")
    sky = pixels = None
    if roles.ra is not None and roles.dec is not None:
        sky = read_pair(table, (roles.ra, ra), (roles.dec, dec), sentinels)
    if roles.x is not None and roles.y is not None:
        pixels = read_pair(table, (roles.x, listed_x), (roles.y, listed_y), sentinels)
    has_pixels, has_sky = roles.x is not None, roles.ra is not None
    origin = None
    if has_pixels:
        listed = read_pixels(table, roles, units, (listed_x, listed_y), (ra, dec), image, one_based)
        origin = listed.axis_origin
        notes += [note for note in listed.notes if note not in listed.cautions]
        cautions += listed.cautions
        roles = roles.with_(one_based=listed.one_based)
        x, y = listed.x, listed.y
    else:
        x = y = np.full(count, np.nan)
    if wcs is not None and has_sky and np.isnan(x).any():
        x, y = _fill((x, y), sky_to_pixels(wcs, ra, dec))
        if not has_pixels:
            notes.append(f"x and y are computed from {roles.ra} and {roles.dec} through the WCS")
    nowhere = np.isnan(x) | np.isnan(y)
    found = count_unplaced(
        nowhere, pixels, sky, wcs is not None, np.arange(count) if rows is None else rows
    )
    notes, cautions = notes + found.notes, cautions + found.cautions
    if wcs is not None and has_pixels and np.isnan(ra).any():
        ra, dec = _fill((ra, dec), pixels_to_sky(wcs, x, y))
    return Positions(
        x,
        y,
        ra,
        dec,
        roles,
        (*notes, *cautions),
        tuple(cautions),
        origin,
        found.empty_count,
    )


def _choose_angle_units(
    table: Table, roles: Roles, units: Mapping[str, str], wcs: WCS | None
) -> tuple[Mapping[str, str], list[str]]:
    """Return units, completed for LSST's coord_ra and coord_dec without a unit, and notes.

    These columns are radians in some files and degrees in others.
    """
    ra, dec = roles.ra, roles.dec
    if ra is None or dec is None or not _COORD.match(ra) or units.get(ra) or units.get(dec):
        return units, []
    first, second = (_read_angles(table, column, {}, False, wide=True) for column in (ra, dec))
    known = np.isfinite(first) & np.isfinite(second)
    if not known.any() or np.abs(first[known]).max() > 6.3 or np.abs(second[known]).max() > 1.6:
        return units, []
    radians = {**units, ra: "rad", dec: "rad"}
    if wcs is not None and wcs.has_celestial:
        off = [
            _median_distance(
                wcs, _read_angles(table, ra, tried, True), _read_angles(table, dec, tried, False)
            )
            for tried in (radians, units)
        ]
        if off[1] < off[0]:
            return units, [f"{ra} and {dec} have no unit: degrees, by the WCS"]
    return radians, [f"{ra} and {dec} have no unit: taken to be in radians"]


def _median_distance(wcs: WCS, ra: Floats, dec: Floats) -> float:
    """Return the median distance of positions from the WCS's reference pixel, in pixels."""
    step = max(1, len(ra) // 1000)
    x, y = sky_to_pixels(wcs, ra[::step], dec[::step])
    away = np.hypot(x - wcs.wcs.crpix[0], y - wcs.wcs.crpix[1])
    return float(np.median(np.where(np.isfinite(away), away, np.inf)))


def _may_count_hours(roles: Roles, units: Mapping[str, str]) -> bool:
    """Return whether right ascensions were read in degrees, by their unit or for lack of one."""
    return roles.ra is not None and units.get(roles.ra, "").strip().lower() in _DEGREES


def _find_hours(
    listed: tuple[Floats, Floats],
    ra: Floats,
    dec: Floats,
    wcs: WCS | None,
    shape: tuple[int, int] | None,
) -> str:
    """Return the evidence that right ascensions count hours; empty if they count degrees.

    They do if no position in degrees lies on the image, and most positions in hours do. Where
    x and y are listed, most positions in hours must agree with them.
    """
    known = np.flatnonzero(np.isfinite(ra) & np.isfinite(dec))
    if wcs is None or shape is None or not wcs.has_celestial or not len(known):
        return ""
    if ra[known].max() > 24:
        return ""
    rows = known[:: max(1, len(known) // _MAX_SAMPLE)]

    def count_on_image(degrees: Floats) -> int:
        x, y = sky_to_pixels(wcs, degrees, dec[rows])
        on_image = find_whereabouts(x, y, shape) == Whereabouts.ON
        near = np.hypot(listed[0][rows] - x, listed[1][rows] - y) < 3
        return int((on_image & (near | np.isnan(listed[0][rows]))).sum())

    in_hours = count_on_image(np.mod(ra[rows] * 15, 360.0))
    if 2 * in_hours <= len(rows) or count_on_image(ra[rows]):
        return ""
    return f"in degrees no candidate lies on the image, in hours {in_hours} of {len(rows)} do"


def _read_numbers(
    table: Table, column: str | None, count: int, sentinels: Mapping[str, Sequence[float]]
) -> Floats:
    if column is None:
        return np.full(count, np.nan)
    values = without_values(plain_array(table[column]), sentinels.get(column, ()))
    if values.dtype.kind in "USO":
        return np.array([_parse_number(value) for value in values], np.float64)
    numbers = np.array(values, np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _parse_number(value: object) -> float:
    text = str(value).strip()
    try:
        number = float(text)
    except ValueError:
        # 1,234 may be a thousand.
        number = float("nan") if _THOUSANDS.match(text) else parse_decimal(text)
    return number if np.isfinite(number) else float("nan")


def _read_angles(
    table: Table,
    column: str | None,
    units: Mapping[str, str],
    is_ra: bool,
    sentinels: Mapping[str, Sequence[float]] | None = None,
    wide: bool = False,
) -> Floats:
    if column is None:
        return np.full(len(table), np.nan)
    values = without_values(plain_array(table[column]), (sentinels or {}).get(column, ()))
    degrees = to_degrees(values, units.get(column, ""), is_ra)
    degrees = np.where(np.isfinite(degrees), degrees, np.nan)
    if wide:
        return degrees
    if is_ra:
        # Unwrapped ones go beyond a turn.
        return np.mod(np.where(np.abs(degrees) <= 720, degrees, np.nan), 360.0)
    return np.where(np.abs(degrees) <= 90, degrees, np.nan)


def _fill(known: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Return positions with gaps filled from `other`, always both coordinates of a row."""
    gap = np.isnan(known[0]) | np.isnan(known[1])
    return np.where(gap, other[0], known[0]), np.where(gap, other[1], known[1])


def galactic_pair(
    names: Sequence[str],
    units: Mapping[str, str] | None = None,
    ucds: Mapping[str, str] | None = None,
) -> tuple[str, str] | None:
    """Return the columns of galactic longitude and latitude, by name or UCD, or None.

    Parameters
    ----------
    names : sequence of str
        Column names, in the table's order.
    units, ucds : mapping, optional
        Units and UCDs of columns, as text; columns in a unit other than an angle's are skipped.
    """
    units, ucds = units or {}, ucds or {}
    angles = [name for name in names if units.get(name, "").strip().lower() in _ANGLE_UNITS]
    by_normal: dict[str, str] = {}
    for name in angles:
        by_normal.setdefault(normalise_name(name), name)
    for name in angles:
        # The last part names a field of a nested column, as in pos.l.
        by_normal.setdefault(normalise_name(name.rpartition(".")[2]), name)
    for pair in _GALACTIC_PAIRS:
        first, second = (by_normal.get(word) for word in pair)
        if first is not None and second is not None:
            return first, second
    for pair_of_ucds in _GALACTIC_UCDS:
        columns = [
            next((n for n in angles if _is_kind_of(ucds.get(n, ""), kind)), None)
            for kind in pair_of_ucds
        ]
        if columns[0] is not None and columns[1] is not None:
            return columns[0], columns[1]
    return None


def _is_kind_of(ucd: str, kind: str) -> bool:
    return ucd.lower() == kind or ucd.lower().startswith((f"{kind};", f"{kind}_"))


def galactic_to_equatorial(
    lon: npt.NDArray[np.generic], lat: npt.NDArray[np.generic], units: tuple[str, str]
) -> tuple[Floats, Floats]:
    """Return RA and Dec (ICRS, degrees) of galactic columns; NaN for invalid values.

    The Hipparcos and Gaia catalogues define galactic coordinates in this way; astropy, which
    uses FK5, differs by 0.02 arcsec.

    Parameters
    ----------
    lon, lat : ndarray, shape (n,)
        Numbers, or texts in degrees.
    units : (str, str)
        Units of `lon` and `lat`; '' is degrees.
    """
    first, second = (to_degrees(v, unit, False) for v, unit in zip((lon, lat), units, strict=True))
    known = np.isfinite(first) & np.isfinite(second) & (np.abs(second) <= 90)
    ra, dec = from_galactic(np.where(known, first, 0.0), np.where(known, second, 0.0))
    return np.where(known, ra, np.nan), np.where(known, dec, np.nan)
