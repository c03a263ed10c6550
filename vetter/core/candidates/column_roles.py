"""Roles of a table's columns, by name, unit and UCD, and other columns that could have them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from vetter.core.candidates.candidate_list import ROLE_NAMES, Roles
from vetter.errors import InputError

# SExtractor and DAOPHOT count pixels from 1, as FITS does; sep and photutils from 0.
_ONE_BASED = re.compile(r"^[XY](WIN|PSF|PEAK|MODEL)?_IMAGE$|^[XY]PEAK_IMAGE$|^[XY](CENTER|INIT)$")

_UNIT_BEHIND = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")

NO_COLUMN = "none"
_NUMBER = re.compile(r"#(\d{1,6})")
"""Word that the user gives in place of a column if no column should have a role."""

# Most specific first. Names are compared in lower case without '_', '-', '.' and blanks, so
# that X_IMAGE, x_image and xImage are equal. A key names one detection in one image; objectId,
# which groups the epochs of an object, therefore comes late.
NAMES: dict[str, tuple[str, ...]] = {
    role: tuple(text.split())
    for role, text in {
        "key": """
            candid candidateid diasourceid candkey key detectionid detid alertid vetid
            id sourceid srcid objid candno catalogid uid uuid idnumber number num label recno
            diaobjectid objectid oid designation trksub provid permid name index rownames
            unnamed0 indexlevel0 source
        """,
        "name": """
            name candname candidatename designation objectname objname iauname tnsname
            objectid sourcename mainid target trksub provid permid
        """,
        "x": """
            x ximage xwinimage xpsfimage xpeakimage xcentroid xcenter xcentre xpos xpix
            xpixel xfit xinit xcen xc xwin xcandidate xpeak xccd basesdsscentroidx
            slotcentroidx centroidx col column xmean
        """,
        "y": """
            y yimage ywinimage ypsfimage ypeakimage ycentroid ycenter ycentre ypos ypix
            ypixel yfit yinit ycen yc ywin ycandidate ypeak yccd basesdsscentroidy
            slotcentroidy centroidy row line ymean
        """,
        "ra": """
            ra radeg raj2000 alphaj2000 alphawinj2000 alphapsfj2000 alphasky alphawinsky
            raicrs rightascension coordra alpha raepoch2000 rad rahms rastring rastr
            ra2000 objra meanra skycentroidra ramean rastack rahours
            rahour rahrs rahr rah radecimalhours radecimalhour radechours rainhours
            rarad raradian raradians rainrad rainradians
        """,
        "dec": """
            dec decl decdeg dej2000 decj2000 deltaj2000 deltawinj2000 deltapsfj2000
            deltasky deltawinsky deicrs decicrs declination coorddec delta decepoch2000
            decd ded dedeg decdms decstring decstr de dec2000 objdec meandec skycentroiddec decmean
            decstack decrad decradian decradians decinrad decinradians declrad
        """,
        "mag": """
            magcalib mag magpsf psfmag magap magauto magbest magiso magaper magnitude
            magfit magmodel calmag instmag photgmeanmag gmag rmag imag zmag ymag umag vmag bmag
            jmag hmag kmag discoverymag
        """,
        "mag_err": """
            magcaliberr magerr sigmapsf magpsferr psfmagerr sigmagap sigmag magerrauto
            magerrbest magerriso magerraper emag magerror errmag dmag merr rmsmag
        """,
        "time": """
            time mjd jd mjdobs dateobs obsjd obsmjd midpointmjdtai midpointtai obstime
            date hjd bjd utc discoverydate
        """,
        "filter": "filter filt band filtername filterid fid passband",
        "fwhm": "fwhm fwhmimage fwhmpix psffwhm fwhmpsf seeingpix fwhmpx",
    }.items()
}

_RA_IN_HOURS = frozenset(
    "rah rahr rahrs rahour rahours radecimalhours radecimalhour radechours rainhours".split()
)

_IN_RADIANS = re.compile(r"^(ra|decl?)(in)?rad(ians?)?$")

UCDS: dict[str, tuple[str, ...]] = {
    "key": ("meta.id;meta.main", "id_main"),
    "x": ("pos.cartesian.x", "instr.det.x"),
    "y": ("pos.cartesian.y", "instr.det.y"),
    "ra": ("pos.eq.ra;meta.main", "pos.eq.ra", "pos_eq_ra_main"),
    "dec": ("pos.eq.dec;meta.main", "pos.eq.dec", "pos_eq_dec_main"),
    "mag": ("phot.mag", "phot_mag"),
    "mag_err": ("stat.error;phot.mag",),
    "time": ("time.epoch", "time.start"),
    "filter": ("instr.filter", "instr.bandpass"),
}

_MAX_CHOICES = 4


def normalise_name(name: str) -> str:
    """Return a column's name for comparison: lower case, without blanks and punctuation."""
    return re.sub(r"[^0-9a-z]", "", name.lower())


def units_in_names(names: Sequence[str]) -> dict[str, str]:
    """Return units in column names, as ``RA (hours)``, ``mag [AB]``, ``ra_hours``, ``dec_rad``."""
    units = {name: match[1].strip() for name in names if (match := _UNIT_BEHIND.search(name))}
    plain = {name: normalise_name(re.split(r"[.:]", name)[-1]) for name in names}
    hours = {name: "hourangle" for name in names if plain[name] in _RA_IN_HOURS}
    return hours | {name: "rad" for name in names if _IN_RADIANS.match(plain[name])} | units


def columns_by_name(names: Sequence[str]) -> dict[str, str]:
    """Return columns by normalised name; of several with one name the first.

    Fields of nested records and of brokers (``candidate.ra``, ``i:ra``) and names with a unit
    (``mag (AB)``) count under their plain names too, if no other column has the name.

    Examples
    --------
    >>> columns_by_name(["i:ra", "mag (AB)"])
    {'ira': 'i:ra', 'magab': 'mag (AB)', 'ra': 'i:ra', 'mag': 'mag (AB)'}
    """
    by_normal: dict[str, str] = {}
    for name in names:
        by_normal.setdefault(normalise_name(name), name)
    for name in names:
        plain = _UNIT_BEHIND.sub("", name)
        by_normal.setdefault(normalise_name(re.split(r"[.:]", plain)[-1]), name)
    return by_normal


def recognise(
    names: Sequence[str],
    units: Mapping[str, str] | None = None,
    ucds: Mapping[str, str] | None = None,
) -> Roles:
    """Find the roles of columns.

    Parameters
    ----------
    names : sequence of str
        Column names, in the table's order.
    units : mapping, optional
        Unit of a column as text; a column ``x`` in degrees is not a pixel position.
    ucds : mapping, optional
        Unified content descriptor of a column; used if no name is known.

    Returns
    -------
    Roles
        x and y always come as a pair, and so do ra and dec. ``one_based`` is True if
        x has one of SExtractor's or DAOPHOT's names.
    """
    units, ucds = units or {}, ucds or {}
    by_normal = columns_by_name(names)
    found = {role: _find_by_name(role, by_normal, units) for role in ROLE_NAMES}
    for axes in (("x", "y"), ("ra", "dec")):
        found.update(_find_pair(axes, by_normal, units))
        if found[axes[0]] is None:
            by_ucd = [_find_by_ucd(axis, names, ucds) for axis in axes]
            if None not in by_ucd:
                found.update(dict(zip(axes, by_ucd, strict=True)))
    for role in ("key", "mag", "mag_err", "time", "filter"):
        found[role] = found[role] or _find_by_ucd(role, names, ucds)
    if found["name"] == found["key"]:
        found["name"] = None
    if found["key"] is not None and normalise_name(found["key"]) in ("mag", "x", "y"):
        found["key"] = None
    return Roles(**found, one_based=is_named_one_based(found["x"]))


def apply_choices(
    roles: Roles, columns: Mapping[str, str], names: Sequence[str], filename: str
) -> Roles:
    """Return roles with the user's choice of columns; ``none`` stands for no column.

    Raises
    ------
    InputError
        A role or a column does not exist; the text lists the existing ones.
    """
    lower = {name.lower(): name for name in names}
    changes: dict[str, str | None] = {}
    for role, column in columns.items():
        if role not in ROLE_NAMES:
            raise InputError(
                f"--column {role}={column}: no such role; there are {', '.join(ROLE_NAMES)}"
            )
        actual = column if column in names else lower.get(column.lower())
        if actual is None:
            actual = _numbered(column, names)
        if actual is None and column.lower() == NO_COLUMN:
            changes[role] = None
            continue
        if actual is None:
            raise InputError(
                f"{filename}: no column {column!r} for {role}; its columns are "
                f"{format_names(names)}"
            )
        changes[role] = actual
    if "x" in changes and changes["x"] != roles.x:
        return roles.with_(**changes, one_based=is_named_one_based(changes["x"]))
    return roles.with_(**changes)


def _numbered(text: str, names: Sequence[str]) -> str | None:
    """Return the column that a number as ``#3`` stands for, counted from 1; None for no number."""
    match = _NUMBER.fullmatch(text.strip())
    number = int(match[1]) if match else 0
    return names[number - 1] if 1 <= number <= len(names) else None


def typed_name(name: str, number: int) -> str:
    """Return a column's name with its number if it is hard to type, or the number alone.

    Parameters
    ----------
    name : str
    number : int
        Place among the columns, counted from 1.
    """
    if name.isascii() and name.isprintable() and name == name.strip() and name:
        return name
    is_readable = name.isprintable() and bool(name.strip()) and "\ufffd" not in name
    return f"{name.strip()} (#{number})" if is_readable else f"#{number}"


def is_named_one_based(column: str | None) -> bool:
    """Return whether a column's name is SExtractor's or DAOPHOT's, which count pixels from 1."""
    return column is not None and _ONE_BASED.match(column) is not None


def format_names(names: Sequence[str], most: int = 20) -> str:
    """Return at most `most` column names in one line of text, and the number of the others."""
    # A damaged file may have a whole header as the name of a column.
    typed = [typed_name(str(name), number) for number, name in enumerate(names[:most], 1)]
    text = ", ".join(name if len(name) <= 60 else f"{name[:57]}..." for name in typed)
    return text + (f" and {len(names) - most} more" if len(names) > most else "") or "none"


def suits_role(role: str, unit: str) -> bool:
    """Return whether a column of this unit can have the role; x in degrees cannot."""
    unit = unit.lower().strip()
    if role in ("x", "y"):
        return unit in ("", "pix", "pixel", "pixels", "px", "none", "count")
    if role == "fwhm":
        return unit in ("", "pix", "pixel", "pixels", "px")
    return True


def _find_by_name(role: str, by_normal: Mapping[str, str], units: Mapping[str, str]) -> str | None:
    for known in NAMES[role]:
        name = by_normal.get(known)
        if name is not None and suits_role(role, units.get(name, "")):
            return name
    return None


def _find_pair(
    axes: tuple[str, str], by_normal: Mapping[str, str], units: Mapping[str, str]
) -> dict[str, str | None]:
    """Return both columns of a position, of one kind: X_IMAGE never goes with YWIN_IMAGE."""
    first, second = axes
    if by_normal.keys().isdisjoint(NAMES[first]):
        return {first: None, second: None}
    for one, other in partners(first, second):
        a, b = by_normal.get(one), by_normal.get(other)
        if a and b and suits_role(first, units.get(a, "")) and suits_role(second, units.get(b, "")):
            return {first: a, second: b}
    return {first: None, second: None}


@cache
def partners(first: str, second: str) -> tuple[tuple[str, str], ...]:
    """Return normalised names of two coordinates that belong together, most specific first."""
    if first == "x":
        return tuple(zip(NAMES["x"], NAMES["y"], strict=True))
    return tuple((ra, dec) for ra in NAMES["ra"] for dec in NAMES["dec"] if _are_partners(ra, dec))


def _are_partners(ra: str, dec: str) -> bool:
    """Return whether two names follow one scheme: ``ra`` goes with ``dec``, ``decl`` or ``de``."""
    if ra in ("ra", "rightascension"):
        return dec in ("dec", "decl", "declination", "de")
    stem = ra.replace("rightascension", "").replace("alpha", "").replace("ra", "", 1)
    if ra in _RA_IN_HOURS:
        return dec in ("dec", "decdeg", "decd", "decl", "declination", "ded", "dedeg")
    if stem == "hms":
        return dec == "decdms"
    for prefix in ("declination", "delta", "decl", "dec", "de"):
        if prefix in dec and dec.replace(prefix, "", 1) == stem:
            return ("alpha" in ra) == (prefix == "delta")
    return False


def _find_by_ucd(role: str, names: Sequence[str], ucds: Mapping[str, str]) -> str | None:
    for kind in UCDS.get(role, ()):
        for name in names:
            ucd = ucds.get(name, "").lower()
            # UCD1 continues with an underscore, UCD1+ with a semicolon.
            longer = ucd.startswith((f"{kind};", f"{kind}_")) and "error" not in ucd
            if ucd == kind or longer:
                return name
    return None


def other_choices(
    names: Sequence[str], roles: Roles, units: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return a line for each role that other columns might have.

    Parameters
    ----------
    names : sequence of str
        Columns of the table.
    roles : Roles
        Roles in use.
    units : mapping, optional
        Units of the columns, as text.
    """
    units = units or {}
    used = {getattr(roles, role) for role in ROLE_NAMES}
    by_normal: dict[str, list[str]] = {}
    for name in names:
        if name not in used:
            by_normal.setdefault(normalise_name(name), []).append(name)
    lines: list[str] = []
    for first, second in (("x", "y"), ("ra", "dec")):
        taken = getattr(roles, first), getattr(roles, second)
        if None in taken or by_normal.keys().isdisjoint(NAMES[first]):
            continue
        others = [
            f"{a}, {b}"
            for one, other in partners(first, second)
            for a, b in zip(by_normal.get(one, []), by_normal.get(other, []), strict=False)
            if suits_role(first, units.get(a, "")) and suits_role(second, units.get(b, ""))
        ]
        if others:
            lines.append(_choice_line("positions", ", ".join(taken), others))
    for role, word in (("key", "identities"), ("mag", "magnitudes")):
        found = [name for known in NAMES[role] for name in by_normal.get(known, [])]
        column = getattr(roles, role)
        if column and found:
            lines.append(_choice_line(word, column, found))
    return tuple(lines)


def _choice_line(word: str, taken: str, others: Sequence[str]) -> str:
    choices = "; ".join(others[:_MAX_CHOICES]) + (" and more" if len(others) > _MAX_CHOICES else "")
    return f"{word} are taken from {taken}; they might be {choices}"
