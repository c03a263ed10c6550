"""Candidate list of plain stamps, made of file names and the values of image headers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.column_roles import recognise
from vetter.core.coordinates.angle_text import parse_angle
from vetter.core.decisions.decision import storable
from vetter.io.cutouts.listing import HeaderScan, make_table, scan_first_image
from vetter.io.cutouts.triplet_names import PlaneSet

_GRID_KEYWORD = re.compile(
    r"(crval|crpix|cdelt|ctype|cunit|crota|lonpole|latpole|wcsaxes|wcsname|radesys|equinox|cd|pc|pv"
    r"|pv\d*_|a_|b_|ap_|bp_|ltv|ltm|z(image|cmptype|tile|name|val|simple|bitpix|naxis|extend|quantiz"
    r"|dither|blank)|tform|ttype|tfields|tunit|theap|bscale|bzero|blank|inherit|datamin|datamax"
    r"|origin|comment|history|longstrn|date$|groups)\d*(_\d+)*[a-z]?"
)
_RA_KEYWORDS = ("ra", "objra", "candra", "ra_obj", "ra_deg", "obj_ra", "cand_ra")
_DEC_KEYWORDS = ("dec", "objdec", "canddec", "dec_obj", "dec_deg", "obj_dec", "cand_dec")


@dataclass(frozen=True, slots=True)
class StampHeader:
    """Header of a stamp's image: values by column, position in degrees, columns and rows."""

    values: dict[str, Any]
    ra: float
    dec: float
    axes: tuple[int, ...]


def stamp_header(plane_set: PlaneSet) -> StampHeader | None:
    """Read the header of a candidate's image; None if it cannot be read as FITS."""
    try:
        scan = scan_first_image(Path(plane_set.planes["image"]))
    except (OSError, EOFError):
        return None
    if scan is None:
        return None
    ra, dec = _position(scan)
    values = {name: value for name, value in scan.values.items() if not _is_grid(name)}
    for name in (*_RA_KEYWORDS, *_DEC_KEYWORDS, "id", "name"):
        if name in values:
            values[f"header_{name}"] = values.pop(name)
    if np.isfinite(ra):
        values["ra"], values["dec"] = ra, dec
    return StampHeader(values, ra, dec, scan.axes)


def list_stamps(sets: Sequence[PlaneSet], headers: Sequence[StampHeader | None]) -> CandidateList:
    """Return the candidates of plain stamps.

    A key is the name that a candidate's files share. Columns are the values of the images'
    headers, without the pixel grid. ``ra`` and ``dec`` (degrees) are the header's if they lie on
    the stamp, else those of its middle by the WCS. If candidates differ in planes, ``missing``
    names the planes that a candidate lacks.
    """
    table = make_table([{} if header is None else header.values for header in headers])
    table.add_column(np.array([files.name for files in sets], dtype=str), index=0, name="id")
    missing = _missing(sets)
    if any(missing):
        table["missing"] = missing
    roles = recognise([str(name) for name in table.colnames])
    roles = roles.with_(key="id", name=None, x=None, y=None, one_based=False)
    keys = np.empty(len(sets), object)
    keys[:] = [storable(files.name) for files in sets]
    unknown = np.full(len(sets), np.nan)
    ra = np.array([np.nan if header is None else header.ra for header in headers])
    dec = np.array([np.nan if header is None else header.dec for header in headers])
    return CandidateList(table, roles, keys, unknown, unknown.copy(), ra, dec, ())


def stamp_middle(values: dict[str, Any], shape: tuple[int, ...]) -> tuple[float, float, float]:
    """Return the sky position of a stamp's middle by a tangential WCS.

    Computed without astropy, whose ten thousand WCS take longer than scanning all headers.

    Parameters
    ----------
    values : dict
        Header values by lower-case keyword.
    shape : tuple of int
        Columns and rows.

    Returns
    -------
    ra, dec, size : float
        Degrees; size is half of the stamp's diagonal. NaN if the WCS is of another kind.
    """
    try:
        types = str(values["ctype1"]), str(values["ctype2"])
        if not (types[0].startswith("RA---TAN") and types[1].startswith("DEC--TAN")):
            return np.nan, np.nan, np.nan
        if "cd1_1" in values or "cd2_2" in values:
            matrix = [[float(values.get(f"cd{i}_{j}", 0.0)) for j in (1, 2)] for i in (1, 2)]
        else:
            steps = [float(values[f"cdelt{i}"]) for i in (1, 2)]
            matrix = [
                [float(values.get(f"pc{i}_{j}", float(i == j))) * steps[i - 1] for j in (1, 2)]
                for i in (1, 2)
            ]
        ra0, dec0 = float(values["crval1"]), float(values["crval2"])
        dx = (shape[0] + 1) / 2 - float(values["crpix1"])
        dy = (shape[1] + 1) / 2 - float(values["crpix2"])
    except (KeyError, TypeError, ValueError, IndexError):
        return np.nan, np.nan, np.nan
    xi, eta = (np.radians(row[0] * dx + row[1] * dy) for row in matrix)
    size = max(math.hypot(*row) for row in matrix) * math.hypot(shape[0], shape[1]) / 2
    below = np.cos(np.radians(dec0)) - eta * np.sin(np.radians(dec0))
    ra = ra0 + np.degrees(np.arctan2(xi, below))
    above = np.sin(np.radians(dec0)) + eta * np.cos(np.radians(dec0))
    dec = np.degrees(np.arctan2(above, np.hypot(xi, below)))
    return float(ra % 360.0), float(dec), float(size)


@lru_cache(4096)
def _is_grid(keyword: str) -> bool:
    return _GRID_KEYWORD.fullmatch(keyword) is not None


def _position(scan: HeaderScan) -> tuple[float, float]:
    written, middle = _written_position(scan.values), stamp_middle(scan.values, scan.axes)
    # RA and DEC of a header are often the telescope's pointing, far from the stamp.
    return written if is_on_stamp(written, middle) else middle[:2]


def is_on_stamp(position: tuple[float, float], middle: tuple[float, float, float]) -> bool:
    """Return whether a finite position lies on the stamp; True without a WCS to check it."""
    ra, dec, size = middle
    if not np.isfinite(position[0] + position[1]):
        return False
    if not np.isfinite(size):
        return True
    east = (position[0] - ra + 180.0) % 360.0 - 180.0
    return bool(np.hypot(east * np.cos(np.radians(dec)), position[1] - dec) <= size)


def _written_position(values: dict[str, Any]) -> tuple[float, float]:
    """Return the RA and Dec that a header contains, degrees; NaN for none."""
    for ra_keyword, dec_keyword in zip(_RA_KEYWORDS, _DEC_KEYWORDS, strict=True):
        if ra_keyword in values and dec_keyword in values:
            ra = parse_angle(str(values[ra_keyword]).strip(), hours=True)
            dec = parse_angle(str(values[dec_keyword]).strip(), hours=False)
            if 0 <= ra <= 360 and -90 <= dec <= 90:
                return ra, dec
    return np.nan, np.nan


def _missing(sets: Sequence[PlaneSet]) -> list[str]:
    names: dict[str, None] = {}
    for files in sets:
        names.update(dict.fromkeys(files.planes))
    return [", ".join(plane for plane in names if plane not in files.planes) for files in sets]
