"""Listed pixels as pixels of the image: counted from 0 or 1, of its parent, or the sky instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import Roles
from vetter.core.candidates.column_roles import is_named_one_based, normalise_name
from vetter.core.candidates.placement.pixel_convention import (
    Offsets,
    measure_offsets,
    sky_to_pixels,
)
from vetter.core.candidates.placement.sky_columns import sky_pairs

if TYPE_CHECKING:
    from astropy.table import Table
    from astropy.wcs import WCS

    from vetter.core.coordinates.parent_pixels import ParentPixels

Floats = npt.NDArray[np.float64]

_MAX_SAMPLE = 1000
_ZERO_BASED = frozenset(
    (*("xcentroid", "xfit", "xinit"), *("basesdsscentroidx", "slotcentroidx", "centroidx"))
)
"""Names that photutils and the Rubin pipeline give to pixels counted from 0."""
_SEP = "tnpix"
"""Column that only sep writes, which calls its pixels x and y and counts them from 0."""


class AxisOrigin(Enum):
    """Evidence for the pixel from which x and y count."""

    USER = "as you say"
    WCS = "by the WCS"
    NAME = "by name"
    """Names of the columns, or the file's format."""


@dataclass(frozen=True, eq=False)
class ImageFrame:
    """An image as far as it decides where listed pixels are.

    Attributes
    ----------
    wcs : `~astropy.wcs.WCS` or None
    shape : (int, int) or None
        Rows and columns.
    parents : sequence of ParentPixels
        Larger images that the image is part of.
    """

    wcs: WCS | None = None
    shape: tuple[int, int] | None = None
    parents: Sequence[ParentPixels] = ()


@dataclass(frozen=True, eq=False)
class ListedPixels:
    """Pixels of the image, shape (n,), 0-based; whether the list counts from 1; what was decided.

    ``from_sky`` is True if the sky positions are taken instead; ``cautions`` are notes too.
    ``axis_origin`` is the evidence for the convention.
    """

    x: Floats
    y: Floats
    one_based: bool
    from_sky: bool
    notes: tuple[str, ...]
    cautions: tuple[str, ...]
    axis_origin: AxisOrigin = AxisOrigin.NAME


def read_pixels(
    table: Table,
    roles: Roles,
    units: Mapping[str, str],
    listed: tuple[Floats, Floats],
    sky: tuple[Floats, Floats],
    image: ImageFrame,
    one_based: bool | None,
) -> ListedPixels:
    """Return listed pixels as pixels of the image.

    Parameters
    ----------
    table : `~astropy.table.Table`
    roles : Roles
        ``x`` and ``y`` are columns; ``one_based`` is what their names or the format mean.
    units : mapping
        Units of columns, as text.
    listed : (ndarray, ndarray), shape (n,)
        x and y as the table has them.
    sky : (ndarray, ndarray), shape (n,)
        RA and Dec in degrees, NaN without such columns.
    image : ImageFrame
    one_based : bool or None
        The user's choice of the pixel convention.
    """
    compared, pair = _compare(table, roles, units, listed, sky, image)
    found = _convert(table, roles, listed, sky, image, one_based, compared, pair)
    return replace(found, axis_origin=_axis_origin(one_based, compared))


def _axis_origin(one_based: bool | None, compared: Offsets | None) -> AxisOrigin:
    if one_based is not None:
        return AxisOrigin.USER
    is_settled = compared is not None and compared.one_based is not None
    return AxisOrigin.WCS if is_settled else AxisOrigin.NAME


def _convert(
    table: Table,
    roles: Roles,
    listed: tuple[Floats, Floats],
    sky: tuple[Floats, Floats],
    image: ImageFrame,
    one_based: bool | None,
    compared: Offsets | None,
    pair: str,
) -> ListedPixels:
    """Return listed pixels as pixels of the image, given their offsets from the sky columns."""
    if compared is not None and compared.settles and compared.parent is not None:
        base = compared.one_based if one_based is None else one_based
        return _of_parent(roles, listed, compared.parent, bool(base), compared, pair)
    if compared is not None and not compared.settles and compared.apart > 0.5:
        found = _prefer_sky(roles, listed, sky, image, one_based)
        if found is not None:
            return found
    if compared is None or not compared.settles:
        parent = _parent_on_image(listed, image)
        if parent is not None:
            base = roles.one_based if one_based is None else one_based
            return _of_parent(roles, listed, parent, base, None, pair)
    base, notes, cautions = _choose_convention(roles, table.colnames, one_based, compared, pair)
    cautions += _list_disagreements(roles, one_based, compared, pair)
    x, y = listed[0] - base, listed[1] - base
    return ListedPixels(x, y, base, False, (*notes, *cautions), tuple(cautions))


def _compare(
    table: Table,
    roles: Roles,
    units: Mapping[str, str],
    listed: tuple[Floats, Floats],
    sky: tuple[Floats, Floats],
    image: ImageFrame,
) -> tuple[Offsets | None, str]:
    """Return the offsets from the listed sky, or from any columns that settle the convention.

    The text names the columns of the sky.
    """
    if image.wcs is None or not image.wcs.has_celestial:
        return None, ""
    own = f"{roles.ra} and {roles.dec}"
    compared = (
        None if roles.ra is None else measure_offsets(*listed, *sky, image.wcs, image.parents)
    )
    if (compared is not None and compared.settles) or image.shape is None:
        return compared, own
    excluded = roles.x, roles.y
    rows, pairs = sky_pairs(table, units, image.wcs, image.shape, excluded)
    x, y = listed[0][rows], listed[1][rows]
    for pair in pairs:
        if (pair.ra_name, pair.dec_name) == (roles.ra, roles.dec):
            continue
        other = measure_offsets(x, y, pair.ra, pair.dec, image.wcs, image.parents)
        if other is not None and other.settles:
            return other, f"{pair.ra_name} and {pair.dec_name}"
    return compared, own


def _of_parent(
    roles: Roles,
    listed: tuple[Floats, Floats],
    parent: ParentPixels,
    base: bool,
    compared: Offsets | None,
    pair: str,
) -> ListedPixels:
    """Return pixels of a parent as pixels of the image; a caution if the sky does not prove it."""
    columns = f"{roles.x} and {roles.y}"
    if compared is not None:
        note = (
            f"{_where(columns, compared, pair)}: they count pixels of the image's parent "
            f"({parent.name}) from {int(base)}"
        )
    else:
        note = (
            f"{columns} lie off the image, but on it as pixels of its parent ({parent.name}): "
            f"taken as those, counted from {int(base)}"
        )
    x, y = listed[0] - parent.dx - base, listed[1] - parent.dy - base
    return ListedPixels(x, y, base, False, (note,), () if compared is not None else (note,))


def _prefer_sky(
    roles: Roles,
    listed: tuple[Floats, Floats],
    sky: tuple[Floats, Floats],
    image: ImageFrame,
    one_based: bool | None,
) -> ListedPixels | None:
    """Return the pixels of the sky positions if those are on the image and the listed are not."""
    if image.wcs is None or image.shape is None:
        return None
    rows = _sample(len(sky[0]))
    by_sky = sky_to_pixels(image.wcs, sky[0][rows], sky[1][rows])
    with_sky, with_pixels = (
        _count_on_image(x, y, image.shape) for x, y in (by_sky, (listed[0][rows], listed[1][rows]))
    )
    if not with_sky > 2 * with_pixels:
        return None
    base = roles.one_based if one_based is None else one_based
    x, y = sky_to_pixels(image.wcs, *sky)
    known = np.isfinite(x) & np.isfinite(y)
    caution = (
        f"{roles.x}, {roles.y} and {roles.ra}, {roles.dec} disagree: {roles.ra}, {roles.dec} are "
        f"used, which put {with_sky} of {len(rows)} candidates on the image ({roles.x}, {roles.y}: "
        f"{with_pixels})"
    )
    x, y = np.where(known, x, listed[0] - base), np.where(known, y, listed[1] - base)
    return ListedPixels(x, y, base, True, (caution,), (caution,))


def _parent_on_image(listed: tuple[Floats, Floats], image: ImageFrame) -> ParentPixels | None:
    """Return the parent whose pixels put candidates on the image that are off it otherwise."""
    if image.shape is None or not image.parents:
        return None
    rows = _sample(len(listed[0]))
    x, y = listed[0][rows], listed[1][rows]
    known = int(np.count_nonzero(np.isfinite(x) & np.isfinite(y)))
    if _count_on_image(x, y, image.shape) * 10 > known:
        return None
    counts = [_count_on_image(x - p.dx, y - p.dy, image.shape) for p in image.parents]
    best = int(np.argmax(counts))
    return image.parents[best] if counts[best] * 2 >= max(known, 1) else None


def _count_on_image(x: Floats, y: Floats, shape: tuple[int, int]) -> int:
    # One pixel more: the convention is not known yet.
    return int(np.count_nonzero((x >= -0.5) & (y >= -0.5) & (x <= shape[1]) & (y <= shape[0])))


def _sample(count: int) -> npt.NDArray[np.intp]:
    return np.arange(0, count, max(1, count // _MAX_SAMPLE))[:_MAX_SAMPLE]


def _where(columns: str, compared: Offsets, pair: str) -> str:
    return (
        f"{columns} lie {compared.dx:+.2f}, {compared.dy:+.2f} px (median of {compared.rows}) "
        f"from {pair} through the WCS"
    )


def _choose_convention(
    roles: Roles,
    names: Sequence[str],
    one_based: bool | None,
    compared: Offsets | None,
    pair: str,
) -> tuple[bool, list[str], list[str]]:
    """Return the convention, notes, and cautions."""
    columns = f"{roles.x} and {roles.y}"
    if one_based is not None:
        return one_based, [f"{columns} count pixels from {int(one_based)}, as you say"], []
    if compared is None:
        if roles.one_based:
            why = "columns of this name do" if is_named_one_based(roles.x) else "this format does"
            return True, [f"{columns} are taken to count pixels from 1, as {why}"], []
        return False, [], _unsettled(roles, names)
    if np.isnan(compared.dx):
        # No pixel to compare with: the names decide, and a caution reports the disagreement.
        return roles.one_based, [], []
    if compared.one_based is not None:
        base, notes = compared.one_based, []
        if base or roles.one_based:
            notes = [f"{_where(columns, compared, pair)}: they count pixels from {int(base)}"]
        return base, notes, []
    base = roles.one_based
    note = f"{_where(columns, compared, pair)}: neither 0 nor 1 px; taken to count from {int(base)}"
    # Positions that disagree have a caution of their own.
    return (base, [note], []) if compared.apart > 0.5 else (base, [], [note])


def _unsettled(roles: Roles, names: Sequence[str]) -> list[str]:
    """Return a caution, unless the names are those of a program that counts from 0."""
    is_known = roles.x is not None and normalise_name(roles.x.rpartition(".")[2]) in _ZERO_BASED
    if is_known or _SEP in names:
        return []
    return [
        f"{roles.x} and {roles.y} may count pixels from 0 or from 1: no sky position settles it; "
        "taken to count from 0"
    ]


def _list_disagreements(
    roles: Roles, one_based: bool | None, compared: Offsets | None, pair: str
) -> list[str]:
    """Return cautions if most pixels contradict the sky, or the user's convention the WCS."""
    if compared is None:
        return []
    if compared.apart > 0.5:
        return [
            f"{roles.x}, {roles.y} and {roles.ra}, {roles.dec} disagree by more than 2 px for "
            f"{compared.apart:.0%} of the candidates: {roles.x}, {roles.y} are used"
        ]
    if None not in (one_based, compared.one_based) and one_based is not compared.one_based:
        return [
            f"{roles.x} and {roles.y} count pixels from {int(bool(one_based))}, as you say, but "
            f"{pair} mean from {int(bool(compared.one_based))} through the WCS"
        ]
    return []
