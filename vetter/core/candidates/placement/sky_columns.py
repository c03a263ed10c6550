"""Pairs of columns that can be a sky position on an image, whatever their names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.column_values import plain_array
from vetter.core.candidates.placement.pixel_convention import pixels_to_sky
from vetter.core.coordinates.angles import to_degrees

if TYPE_CHECKING:
    from astropy.table import Table
    from astropy.wcs import WCS

Floats = npt.NDArray[np.float64]

_MAX_ROWS = 200
"""Rows looked at: a pair that agrees with pixels on as many is not a coincidence."""
_MAX_COLUMNS = 4
"""Columns tried on each axis; a WCS with distortions takes milliseconds a pair."""
_MARGIN = 1.5
"""Distance from the image's centre, in units of that to its corners: lists exceed their image."""
# Text is parsed, which is slow, only in columns whose name has one of these.
_NAMES = re.compile(r"ra|dec|alpha|delta|lon|lat|coord|de", re.IGNORECASE)


class SkyPair(NamedTuple):
    """Two columns and their values in degrees, in the rows that were looked at."""

    ra_name: str
    dec_name: str
    ra: Floats
    dec: Floats


def sky_pairs(
    table: Table,
    units: Mapping[str, str],
    wcs: WCS,
    shape: tuple[int, int],
    excluded: Collection[str | None],
) -> tuple[npt.NDArray[np.intp], Iterator[SkyPair]]:
    """Return the rows looked at, and the pairs of columns with positions near the image.

    Parameters
    ----------
    table : `~astropy.table.Table`
    units : mapping
        Units of columns, as text.
    wcs : `~astropy.wcs.WCS`
    shape : (int, int)
        Rows and columns of the image.
    excluded : collection of str
        Columns that are something else.
    """
    count = len(table)
    rows = np.arange(0, count, max(1, count // _MAX_ROWS))[:_MAX_ROWS]
    return rows, _pairs(table, units, wcs, shape, excluded, rows)


def _pairs(
    table: Table,
    units: Mapping[str, str],
    wcs: WCS,
    shape: tuple[int, int],
    excluded: Collection[str | None],
    rows: npt.NDArray[np.intp],
) -> Iterator[SkyPair]:
    width, height = shape[1] - 1.0, shape[0] - 1.0
    x = np.array([width / 2, 0.0, width, 0.0, width])
    y = np.array([height / 2, 0.0, 0.0, height, height])
    corner_ra, corner_dec = pixels_to_sky(wcs, x, y)
    if not np.isfinite(corner_ra).all():
        return
    ra, dec = float(corner_ra[0]), float(corner_dec[0])
    reach_dec = _MARGIN * float(np.abs(corner_dec - dec).max())
    reach_ra = _MARGIN * float(np.abs(_turned(corner_ra - ra)).max())
    near_ra: list[tuple[float, str, Floats]] = []
    near_dec: list[tuple[float, str, Floats]] = []
    for name in table.colnames:
        if name in excluded or table[name].ndim != 1:
            continue
        values = plain_array(table[name][rows])
        if values.dtype.kind not in "fiu" and not (
            values.dtype.kind in "USO" and _NAMES.search(name)
        ):
            continue
        unit = units.get(name, "")
        as_ra, as_dec = to_degrees(values, unit, True), to_degrees(values, unit, False)
        # Numbers without a unit may be hours or radians as well.
        is_plain = values.dtype.kind in "fiu" and not unit
        for factor in (1.0, 15.0, 180.0 / np.pi) if is_plain else (1.0,):
            with np.errstate(invalid="ignore"):
                share_ra = float(np.mean(np.abs(_turned(as_ra * factor - ra)) <= reach_ra))
                share_dec = float(np.mean(np.abs(as_dec * factor - dec) <= reach_dec))
            if share_ra:
                near_ra.append((share_ra, name, np.mod(as_ra * factor, 360.0)))
            if share_dec and factor != 15.0:
                in_range = np.abs(as_dec * factor) <= 90
                near_dec.append((share_dec, name, np.where(in_range, as_dec * factor, np.nan)))
    for near in (near_ra, near_dec):
        near.sort(key=lambda found: -found[0])
    for _, ra_name, ra_values in near_ra[:_MAX_COLUMNS]:
        for _, dec_name, dec_values in near_dec[:_MAX_COLUMNS]:
            if ra_name != dec_name:
                yield SkyPair(ra_name, dec_name, ra_values, dec_values)


def _turned(degrees: Floats) -> Floats:
    """Return differences of right ascension, from -180 to 180 degrees."""
    return (degrees + 180.0) % 360.0 - 180.0
