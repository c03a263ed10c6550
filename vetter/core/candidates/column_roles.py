"""Which column of a table plays which part, by name, unit and UCD."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from vetter.core.candidates.candidate_list import ROLE_NAMES, Roles
from vetter.core.candidates.column_names import NAMES, UCDS
from vetter.errors import InputError

# SExtractor and DAOPHOT count pixels from 1, as FITS does; sep and photutils from 0.
_ONE_BASED = re.compile(r"^[XY](WIN|PSF|PEAK|MODEL)?_IMAGE$|^[XY]PEAK_IMAGE$|^[XY](CENTER|INIT)$")

_UNIT_BEHIND = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")

NO_COLUMN = "none"
"""What the user says in a column's place where no column shall play a role."""


def normal(name: str) -> str:
    """A column's name as compared: lower case, without blanks and punctuation."""
    return re.sub(r"[^0-9a-z]", "", name.lower())


def units_in_names(names: Sequence[str]) -> dict[str, str]:
    """Units that stand behind names, as in ``RA (hours)`` and ``mag [AB]``, or are a part of them,
    as in ``ra_hours``."""
    found = {name: match[1].strip() for name in names if (match := _UNIT_BEHIND.search(name))}
    return {name: "hourangle" for name in names if normal(name) == "rahours"} | found


def recognise(
    names: Sequence[str],
    units: Mapping[str, str] | None = None,
    ucds: Mapping[str, str] | None = None,
) -> Roles:
    """Find the parts that columns play.

    Parameters
    ----------
    names : sequence of str
        Column names, in the table's order.
    units : mapping, optional
        Unit of a column as text; an ``x`` in degrees is no pixel position.
    ucds : mapping, optional
        Unified content descriptor of a column; used where no name is known.

    Returns
    -------
    Roles
        x and y always come as a pair, and so do ra and dec. ``one_based`` is True where
        x has one of SExtractor's or DAOPHOT's names.
    """
    units, ucds = units or {}, ucds or {}
    by_normal: dict[str, str] = {}
    for name in names:
        by_normal.setdefault(normal(name), name)
    for name in names:
        # A field of a nested record, as candidate.ra or i:ra, where nothing else has the name,
        # and a name with its unit, as mag (AB).
        plain = _UNIT_BEHIND.sub("", name)
        by_normal.setdefault(normal(re.split(r"[.:]", plain)[-1]), name)
    found = {role: _by_name(role, by_normal, units) for role in ROLE_NAMES}
    for axes in (("x", "y"), ("ra", "dec")):
        found.update(_pair(axes, by_normal, units))
        if found[axes[0]] is None:
            by_ucd = [_by_ucd(axis, names, ucds) for axis in axes]
            if None not in by_ucd:
                found.update(dict(zip(axes, by_ucd, strict=True)))
    for role in ("key", "mag", "mag_err", "time", "filter"):
        found[role] = found[role] or _by_ucd(role, names, ucds)
    if found["name"] == found["key"]:
        found["name"] = None
    if found["key"] is not None and normal(found["key"]) in ("mag", "x", "y"):
        found["key"] = None
    return Roles(**found, one_based=is_named_one_based(found["x"]))


def chosen(roles: Roles, columns: Mapping[str, str], names: Sequence[str], filename: str) -> Roles:
    """Roles with the user's own choice of columns put in; ``none`` stands for no column.

    Raises
    ------
    InputError
        A role or a column that does not exist; the text lists those that do.
    """
    lower = {name.lower(): name for name in names}
    changes: dict[str, str | None] = {}
    for role, column in columns.items():
        if role not in ROLE_NAMES:
            raise InputError(
                f"--column {role}={column}: no such role; there are {', '.join(ROLE_NAMES)}"
            )
        actual = column if column in names else lower.get(column.lower())
        if actual is None and column.lower() == NO_COLUMN:
            changes[role] = None
            continue
        if actual is None:
            raise InputError(
                f"{filename}: no column {column!r} for {role}; its columns are {listed(names)}"
            )
        changes[role] = actual
    if "x" in changes and changes["x"] != roles.x:
        return roles.with_(**changes, one_based=is_named_one_based(changes["x"]))
    return roles.with_(**changes)


def is_named_one_based(column: str | None) -> bool:
    """Whether a column has a name of SExtractor's or DAOPHOT's, which count pixels from 1."""
    return column is not None and _ONE_BASED.match(column) is not None


def listed(names: Sequence[str], most: int = 20) -> str:
    """Column names for one line of text, cut short where there are many."""
    # A damaged file may call a column by a whole header.
    text = ", ".join(name if len(name) <= 60 else f"{name[:57]}..." for name in names[:most])
    return text + (f" and {len(names) - most} more" if len(names) > most else "") or "none"


def fits_role(role: str, unit: str) -> bool:
    """Whether a column of that unit can play the part: no pixels in degrees."""
    unit = unit.lower().strip()
    if role in ("x", "y"):
        return unit in ("", "pix", "pixel", "pixels", "px", "none", "count")
    if role == "fwhm":
        return unit in ("", "pix", "pixel", "pixels", "px")
    return True


def _by_name(role: str, by_normal: Mapping[str, str], units: Mapping[str, str]) -> str | None:
    for known in NAMES[role]:
        name = by_normal.get(known)
        if name is not None and fits_role(role, units.get(name, "")):
            return name
    return None


def _pair(
    axes: tuple[str, str], by_normal: Mapping[str, str], units: Mapping[str, str]
) -> dict[str, str | None]:
    """Both columns of a position, of one make: X_IMAGE never goes with YWIN_IMAGE."""
    first, second = axes
    if by_normal.keys().isdisjoint(NAMES[first]):
        return {first: None, second: None}
    for one, other in partners(first, second):
        a, b = by_normal.get(one), by_normal.get(other)
        if a and b and fits_role(first, units.get(a, "")) and fits_role(second, units.get(b, "")):
            return {first: a, second: b}
    return {first: None, second: None}


@cache
def partners(first: str, second: str) -> tuple[tuple[str, str], ...]:
    """Normal names of two coordinates that belong together, the most telling first."""
    if first == "x":
        return tuple(zip(NAMES["x"], NAMES["y"], strict=True))
    return tuple((ra, dec) for ra in NAMES["ra"] for dec in NAMES["dec"] if _akin(ra, dec))


def _akin(ra: str, dec: str) -> bool:
    """Whether two names were made by one hand: ``ra`` with ``dec``, ``decl`` or ``de``."""
    if ra in ("ra", "rightascension"):
        return dec in ("dec", "decl", "declination", "de")
    stem = ra.replace("rightascension", "").replace("alpha", "").replace("ra", "", 1)
    if stem == "hours":
        return dec in ("dec", "decdeg", "decd", "decl", "declination")
    if stem == "hms":
        return dec == "decdms"
    for prefix in ("declination", "delta", "decl", "dec", "de"):
        if prefix in dec and dec.replace(prefix, "", 1) == stem:
            return ("alpha" in ra) == (prefix == "delta")
    return False


def _by_ucd(role: str, names: Sequence[str], ucds: Mapping[str, str]) -> str | None:
    for wanted in UCDS.get(role, ()):
        for name in names:
            ucd = ucds.get(name, "").lower()
            # Those of the first kind go on with an underscore, of the second with a semicolon.
            longer = ucd.startswith((f"{wanted};", f"{wanted}_")) and "error" not in ucd
            if ucd == wanted or longer:
                return name
    return None
