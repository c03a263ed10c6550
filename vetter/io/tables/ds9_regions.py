"""DS9 region files as lists of candidates: their points and circles.

astropy's ``regions`` is not used: it takes 1.2 ms for each circle on the sky (two minutes for
100,000), and leaves out physical coordinates.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from astropy.table import MaskedColumn, Table

from vetter.core.coordinates.angle_text import parse_angle
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName
from vetter.io.tables.encoding import lines_of, table_text
from vetter.io.tables.table_file import TableFile

# Names of frames in DS9's reference manual, and astropy's names for them.
_PIXELS = ("image", "physical")
_SKY = {
    "fk5": "fk5",
    "j2000": "fk5",
    "icrs": "icrs",
    "fk4": "fk4",
    "b1950": "fk4",
    "galactic": "galactic",
    "ecliptic": "geocentrictrueecliptic",
}
_OTHER = ("linear", "detector", "amplifier", "wcs", "tile")
_FRAME = re.compile(rf"^({'|'.join((*_PIXELS, *_SKY, *_OTHER))})\w?\b\s*", re.IGNORECASE)
_SHAPE = re.compile(r"^([+-]?)\s*([a-z]+(?:[ \t]+point)?)\s*(?:\(([^)]*)\)|\s([^#]*))", re.I)
# Texts are limited to 1000 characters: else each brace of a megabyte is tried to the line's end.
_PROPERTY = re.compile(r"""(\w+)\s*=\s*(\{[^}]{0,1000}\}|"[^"]{0,1000}"|'[^']{0,1000}'|\S+)""")
_TEXT = re.compile(r"""\{[^}]{0,1000}\}|"[^"]{0,1000}"|'[^']{0,1000}'""")
_COMMENTED = re.compile(r";\s*[+-]?\s*(circle|point)\s*[( ]", re.IGNORECASE)
_SIZES = {
    '"': ("arcsec", 1.0),
    "'": ("arcsec", 60.0),
    "d": ("arcsec", 3600.0),
    "r": ("arcsec", 206264.80624709636),
}


@dataclass
class _Found:
    """Regions of a file, collected while it is read."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)
    physical: list[int] = field(default_factory=list)
    commented: list[str] = field(default_factory=list)


def read_regions(name: FitsName) -> TableFile:
    """Read the points and circles of a DS9 region file.

    Columns are ``name`` (the regions' texts), ``shape``, ``x`` and ``y`` (pixels from 1, as DS9
    counts), ``ra`` and ``dec`` (degrees, ICRS), ``radius_px``, ``radius_arcsec`` and ``color``;
    columns without any value are left out.

    Raises
    ------
    InputError
        The file has no point or circle; the text names the shapes that it has.
    """
    found = _Found()
    frame = "physical"
    for number, statement in _statements(table_text(name.path)):
        frame = _add_statement(number, statement, frame, found)
    if not found.rows:
        raise InputError(
            f"{name}: expected a region file with points or circles, found "
            f"{_counted(found.others) or 'none'}"
        )
    notes, physical = tuple(_notes(name, found)), tuple(found.physical)
    return TableFile(_table(found.rows), notes=notes, one_based=True, physical=physical)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield line number and text of each statement; ``;`` separates statements on a line.

    A semicolon behind ``#`` belongs to the text. Quotes hold text there alone: within a shape they
    are units.
    """
    for number, line in enumerate(lines_of(text), 1):
        line = line.strip()
        if not line:
            continue
        if line.startswith("#"):
            # DS9 writes shapes of its own as comments, which other programs skip.
            if re.match(r"^#\s*(vector|text|ruler|compass|projection|segment)\s*\(", line):
                yield number, line[1:].strip()
            continue
        if ";" not in line:
            yield number, line
            continue
        shapes, mark, properties = line.partition("#")
        *whole, last = (part.strip() for part in shapes.split(";"))
        texts = (*whole, last and f"{last} {mark}{properties}")
        yield from ((number, text) for text in texts if text)


def _add_statement(number: int, statement: str, frame: str, found: _Found) -> str:
    """Add a statement (a frame, a shape, or both); return the frame of the next statement."""
    if statement.lower().startswith("global"):
        return frame
    match = _FRAME.match(statement)
    if match is not None:
        frame, statement = match[1].lower(), statement[match.end() :]
        if not statement or statement.startswith("#"):
            return frame
    match = _SHAPE.match(statement)
    if _COMMENTED.search(_TEXT.sub("", statement.partition("#")[2])):
        found.commented.append(f"line {number}")
    if match is None:
        found.unread.append(f"line {number}")
        return frame
    sign, shape, inside, bare = match.groups()
    shape = "point" if shape.lower().endswith(" point") else shape.lower()
    if sign == "-":
        found.others["excluded"] += 1
    elif shape not in ("point", "circle"):
        found.others[shape] += 1
    elif frame in _OTHER:
        found.others[f"{shape} in {frame} coordinates"] += 1
    else:
        row = _row(shape, (inside or bare).replace(",", " ").split(), frame)
        if row is None:
            found.unread.append(f"line {number}")
        else:
            if row.pop("physical", False):
                found.physical.append(len(found.rows))
            found.rows.append(row | _properties(statement[match.end() :]))
    return frame


def _row(shape: str, values: list[str], frame: str) -> dict[str, Any] | None:
    if len(values) < 2:
        return None
    row: dict[str, Any] = {"shape": shape}
    if frame in _PIXELS:
        x, y = _pixel(values[0]), _pixel(values[1])
        if not (np.isfinite(x) and np.isfinite(y)):
            return None
        row |= {"x": x, "y": y}
        if values[0][-1:] == "p" or (frame == "physical" and values[0][-1:] != "i"):
            row["physical"] = True
    else:
        # Only right ascensions are in hours; galactic longitudes are in degrees and minutes.
        first = _sky(values[0], hours=_SKY[frame] in ("fk5", "icrs", "fk4"))
        second = _sky(values[1], hours=False)
        if not (np.isfinite(first) and np.isfinite(second) and abs(second) <= 90):
            return None
        row |= {"ra": first % 360, "dec": second, "frame": _SKY[frame]}
    if shape == "circle" and len(values) > 2:
        row |= _radius(values[2], frame)
    return row


def _pixel(text: str) -> float:
    try:
        return float(text.rstrip("ip"))
    except ValueError:
        return float("nan")


def _sky(text: str, hours: bool) -> float:
    if text.endswith("r"):
        return float(np.degrees(_pixel(text[:-1])))
    number = text[:-1] if text.endswith("d") else text
    return parse_angle(number, hours)


def _radius(text: str, frame: str) -> dict[str, float]:
    unit, factor = _SIZES.get(text[-1], ("px", 1.0) if frame in _PIXELS else ("arcsec", 3600.0))
    if text[-1] in "ip":
        unit, factor = "px", 1.0
    size = _pixel(text[:-1] if text[-1] in _SIZES else text)
    return {f"radius_{unit}": size * factor} if np.isfinite(size) else {}


def _properties(text: str) -> dict[str, str]:
    """Return name and colour of a region from the text after its ``#``."""
    _, _, after = text.partition("#")
    properties: dict[str, str] = {}
    for key, value in _PROPERTY.findall(after):
        if value[0] in "{\"'" and len(value) > 1:
            value = value[1:-1]
        if key.lower() in ("text", "color") and value.strip():
            properties["name" if key.lower() == "text" else "color"] = value.strip()
    return properties


def _table(rows: list[dict[str, Any]]) -> Table:
    _to_icrs(rows)
    table = Table()
    for column in ("name", "shape", "x", "y", "ra", "dec", "radius_px", "radius_arcsec", "color"):
        values = [row.get(column) for row in rows]
        if any(value is not None for value in values):
            mask = [value is None for value in values]
            blank = "" if column in ("name", "shape", "color") else np.nan
            data = np.array([blank if value is None else value for value in values])
            table[column] = MaskedColumn(data, mask=mask) if any(mask) else data
            if column in ("ra", "dec"):
                table[column].unit = "deg"
    return table


def _to_icrs(rows: list[dict[str, Any]]) -> None:
    """Convert positions to ICRS in place, a frame at a time; FK5, within 0.1 arcsec, is kept."""
    for frame in {row.get("frame") for row in rows} - {None, "icrs", "fk5"}:
        from astropy.coordinates import SkyCoord

        inside = [row for row in rows if row.get("frame") == frame]
        longitudes = [row["ra"] for row in inside]
        latitudes = [row["dec"] for row in inside]
        sky = SkyCoord(longitudes, latitudes, unit="deg", frame=frame).icrs
        for row, ra, dec in zip(inside, sky.ra.deg.tolist(), sky.dec.deg.tolist(), strict=True):
            row |= {"ra": ra, "dec": dec}


def _counted(others: Counter[str]) -> str:
    return ", ".join(f"{count} {shape}" for shape, count in others.most_common(6))


def _notes(name: FitsName, found: _Found) -> Iterator[str]:
    if found.others:
        yield f"{name.label}: left out, neither points nor circles: {_counted(found.others)}"
    if found.commented:
        more = " and more" if len(found.commented) > 5 else ""
        yield (
            f"{name.label}: regions behind # on the same line are left out: "
            f"{', '.join(found.commented[:5])}{more}"
        )
    if found.unread:
        more = " and more" if len(found.unread) > 5 else ""
        yield (
            f"{name.label}: {format_count(len(found.unread), 'region')} could not be read: "
            f"{', '.join(found.unread[:5])}{more}"
        )
