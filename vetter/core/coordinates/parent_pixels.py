"""Pixels of the larger image that an image is part of, as its header states them.

IRAF writes LTV, the Rubin and HSC pipelines an alternate WCS too, STDPipe CROP_X1 and CROP_Y1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any, NamedTuple

_SKY = re.compile(r"(RA|DEC|[GESH]LON|[GESH]LAT)?-|.*-(?:[A-Z]{3}|TAB|LOG)$")


class ParentPixels(NamedTuple):
    """Offset of a parent's pixels: parent = image + (dx, dy), both counted from 0 or both from 1.

    ``name`` holds the keywords that state it.
    """

    dx: float
    dy: float
    name: str


def parent_pixels(header: Mapping[str, Any] | None) -> tuple[ParentPixels, ...]:
    """Return the parents that a header states, each offset once.

    Parents of another pixel scale are left out.

    Parameters
    ----------
    header : mapping or None
        Header of the image.
    """
    if header is None:
        return ()
    found = [_by_ltv(header), _by_crop(header)]
    found += [_by_alternate(header, letter) for letter in ascii_uppercase]
    parents: dict[tuple[float, float], ParentPixels] = {}
    for parent in found:
        if parent is not None and (parent.dx or parent.dy):
            parents.setdefault((round(parent.dx, 3), round(parent.dy, 3)), parent)
    return tuple(parents.values())


def _by_ltv(header: Mapping[str, Any]) -> ParentPixels | None:
    if "LTV1" not in header and "LTV2" not in header:
        return None
    matrix = ("LTM1_1", 1.0), ("LTM1_2", 0.0), ("LTM2_1", 0.0), ("LTM2_2", 1.0)
    if any(_number(header, keyword, usual) != usual for keyword, usual in matrix):
        return None
    return _parent(-_number(header, "LTV1", 0.0), -_number(header, "LTV2", 0.0), "LTV1, LTV2")


def _by_crop(header: Mapping[str, Any]) -> ParentPixels | None:
    x, y = _number(header, "CROP_X1", math.nan), _number(header, "CROP_Y1", math.nan)
    return _parent(x, y, "CROP_X1, CROP_Y1")


def _by_alternate(header: Mapping[str, Any], letter: str) -> ParentPixels | None:
    if f"CRVAL1{letter}" not in header:
        return None
    offsets = []
    for axis, other in ((1, 2), (2, 1)):
        kind = header.get(f"CTYPE{axis}{letter}", "")
        if not isinstance(kind, str) or _SKY.match(kind.strip().upper()):
            return None
        scale = _number(header, f"CDELT{axis}{letter}", 1.0)
        along, across = f"{axis}_{axis}{letter}", f"{axis}_{other}{letter}"
        for matrix in ("CD", "PC"):
            if _number(header, matrix + across, 0.0) != 0:
                return None
            scale *= _number(header, matrix + along, 1.0)
        if scale != 1:
            return None
        # CRPIX counts from 1, the pixels here from 0.
        reference = _number(header, f"CRPIX{axis}{letter}", 0.0)
        offsets.append(_number(header, f"CRVAL{axis}{letter}", math.nan) - reference + 1)
    return _parent(offsets[0], offsets[1], f"WCS {letter}")


def _parent(dx: float, dy: float, name: str) -> ParentPixels | None:
    return ParentPixels(dx, dy, name) if math.isfinite(dx) and math.isfinite(dy) else None


def _number(header: Mapping[str, Any], keyword: str, usual: float) -> float:
    """Return a card's number, the usual one without the card, NaN for text."""
    value = header.get(keyword, usual)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number else math.nan
