"""The cutout of an alert packet: all its stamps on one grid, and the candidate on it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.mask_bits import bad_bits
from vetter.core.cutout.noise_estimate import ESTIMATED_NOISE, estimate_err
from vetter.core.cutout.plane import Array, Provenance
from vetter.core.library_warnings import quiet
from vetter.errors import InputError
from vetter.io.alerts.history import light_curve
from vetter.io.alerts.packets.producers import Producer, field_of, number
from vetter.io.alerts.stamps import Stamp, read_stamp
from vetter.io.fits.header_blocks import card_value

if TYPE_CHECKING:
    from astropy.io.fits import Header

STAMPS = {"image": "cutoutScience", "template": "cutoutTemplate", "diff": "cutoutDifference"}
_NONE = "there is none"
# Cards that describe the file and not the sky.
_STRUCTURE = re.compile(
    r"SIMPLE|BITPIX|NAXIS\d*|EXTEND|END|PCOUNT|GCOUNT|XTENSION|EXTNAME|CUTMIN[XY]"
)

Shape = tuple[int, int]


def packet_cutout(record: Mapping[str, Any], producer: Producer, meta: dict[str, Any]) -> Cutout:
    """The cutout of a packet, with its light curve.

    Parameters
    ----------
    record : mapping
        The whole packet.
    producer : Producer
    meta : dict
        The candidate's columns, kept as the cutout's; ``x`` and ``y`` 0-based.

    Returns
    -------
    Cutout
        ``image``, ``template``, ``diff`` as far as there are stamps, ``err`` and ``mask``.

    Raises
    ------
    InputError
        Not one stamp can be used; the text says why for each.
    """
    stamps, unusable = _stamps(record)
    if not stamps:
        if set(unusable.values()) == {_NONE}:
            raise InputError("the packet brings no stamps")
        reasons = "; ".join(f"{name}: {why}" for name, why in unusable.items())
        raise InputError(f"no stamp in the packet can be used ({reasons})")
    body = record.get(producer.body)
    position = _parent_position(body if isinstance(body, Mapping) else {}, producer)
    corners = {name: _corner(stamp.header) for name, stamp in stamps.items()}
    grid = stamp_grid({n: s.image.shape for n, s in stamps.items()}, corners, producer, position)
    cutout = Cutout({}, meta, origin=_origin(grid, corners, producer, position))
    for name, stamp in stamps.items():
        if name not in grid.offsets:
            cutout.notes[name] = f"left out: shape {stamp.image.shape}"
            continue
        cutout[name] = placed(stamp.image, grid.offsets[name], grid.shape)
        said = "; ".join(filter(None, (stamp.said, grid.said)))
        if said:
            cutout.notes[name] = said
    for name, why in unusable.items():
        cutout.notes[name] = why
        if why != _NONE:
            cutout.unread[name] = why
    _put_err(cutout, stamps, grid)
    _put_mask(cutout, stamps, grid)
    _put_sky(cutout, stamps, grid)
    cutout.light_curve = light_curve(record, producer)
    science = stamps.get("image")
    cutout.psf_image = None if science is None else science.psf
    return cutout


def _stamps(record: Mapping[str, Any]) -> tuple[dict[str, Stamp], dict[str, str]]:
    """The stamps by plane, and why others cannot be used."""
    stamps: dict[str, Stamp] = {}
    unusable: dict[str, str] = {}
    for plane, name in STAMPS.items():
        try:
            stamp = read_stamp(field_of(record, name))
        except InputError as error:
            unusable[plane] = str(error)
            continue
        if stamp is None:
            unusable[plane] = _NONE
        else:
            stamps[plane] = stamp
    return stamps, unusable


def _parent_position(body: Mapping[str, Any], producer: Producer) -> tuple[float, float]:
    """(x, y) in the image that the stamps are cut out of, 0-based; NaN where unknown."""
    base = int(producer.one_based)
    return number(body.get(producer.x)) - base, number(body.get(producer.y)) - base


def _corner(header: str) -> tuple[int, int] | None:
    """Rubin's CUTMINX and CUTMINY, which are one less than the column and row of the corner."""
    found = []
    for keyword in ("CUTMINX", "CUTMINY"):
        match = re.match(r" *(-?\d{1,9})\s", card_value(header, keyword))
        if match is None:
            return None
        found.append(int(match[1]) + 1)
    return found[0], found[1]


def _origin(
    grid: Grid,
    corners: Mapping[str, tuple[int, int] | None],
    producer: Producer,
    position: tuple[float, float],
) -> tuple[int, int] | None:
    """Column and row of the grid's first pixel in the parent image; None where unknown."""
    if not np.isfinite(position).all():
        return None
    for name, offset in grid.offsets.items():
        corner = corners[name]
        if corner is not None:
            x, y = corner[0] - offset[0], corner[1] - offset[1]
            inside = 0 <= position[0] - x < grid.shape[1] and 0 <= position[1] - y < grid.shape[0]
            return (x, y) if inside else None
    if grid.middle is None or not producer.centred:
        return None
    return half_up(position[0]) - grid.middle[0], half_up(position[1]) - grid.middle[1]


def _put_err(cutout: Cutout, stamps: Mapping[str, Stamp], grid: Grid) -> None:
    """``err`` is that of the difference where a stamp tells it, else that of the image."""
    for name in ("diff", "image"):
        stamp = stamps.get(name)
        if stamp is not None and stamp.sigma is not None and name in grid.offsets:
            cutout["err"] = placed(stamp.sigma, grid.offsets[name], grid.shape)
            cutout.notes["err"] = stamp.sigma_said or f"of the {name}"
            return
    image = cutout.planes.get("image", cutout.planes.get("diff"))
    if image is not None:
        with np.errstate(all="ignore"):
            cutout["err"] = estimate_err(image)
        cutout.notes["err"] = ESTIMATED_NOISE
        cutout.provenance["err"] = Provenance.ESTIMATED


def _put_mask(cutout: Cutout, stamps: Mapping[str, Stamp], grid: Grid) -> None:
    for name in ("diff", "image"):
        stamp = stamps.get(name)
        if stamp is None or stamp.mask is None or name not in grid.offsets:
            continue
        bits = bad_bits(stamp.mask_header)
        cutout["mask"] = placed(bits.bad(stamp.mask), grid.offsets[name], grid.shape)
        if stamp.mask.shape == grid.shape:
            cutout.bits["mask"] = stamp.mask
        if bits.said:
            cutout.notes["mask"] = bits.said
        return


def _put_sky(cutout: Cutout, stamps: Mapping[str, Stamp], grid: Grid) -> None:
    """Header and WCS of the first stamp that has one; never an error for a WCS."""
    for name, offset in grid.offsets.items():
        text = stamps[name].header
        if not card_value(text, "CRPIX1"):
            continue
        header = _header(text)
        if header is None:
            return
        mended = "CTYPE1" not in header and "CTYPE2" not in header and "CRVAL1" in header
        if mended:
            header["CTYPE1"], header["CTYPE2"] = "RA---TAN", "DEC--TAN"
        for axis, shift in enumerate(offset, start=1):
            value = header.get(f"CRPIX{axis}")
            if isinstance(value, (int, float)):
                header[f"CRPIX{axis}"] = value + shift
        cutout.header = header
        if not (mended and _is_plain_tangent(header)) and not _has_sky(cutout):
            cutout.header = None
        elif mended:
            cutout.notes.setdefault("wcs", "without CTYPE: taken as a tangent plane")
        return


def _has_sky(cutout: Cutout) -> bool:
    with quiet():
        try:
            return cutout.wcs is not None
        except InputError:
            return False


def _is_plain_tangent(header: Header) -> bool:
    """Whether a header has numbers for all that a tangent plane wants: it can be used.

    Making a WCS to find out takes longer than reading the packet.
    """
    wanted = ["CRVAL1", "CRVAL2", "CRPIX1", "CRPIX2", "CDELT1", "CDELT2"]
    wanted += ["PC1_1", "PC1_2", "PC2_1", "PC2_2"]
    numbers = [header.get(keyword) for keyword in wanted]
    if not all(isinstance(n, (int, float)) and np.isfinite(n) for n in numbers):
        return False
    scales, matrix = numbers[4:6], numbers[6:]
    flat = matrix[0] * matrix[3] - matrix[1] * matrix[2]
    return bool(abs(numbers[1]) <= 90 and scales[0] * scales[1] * flat != 0)


def _header(text: str) -> Header | None:
    from astropy.io.fits import Header, VerifyError

    cards = (text[start : start + 80] for start in range(0, len(text), 80))
    wanted = [card for card in cards if not _STRUCTURE.fullmatch(card[:8].strip())]
    with quiet():
        try:
            header = Header.fromstring("".join(card for card in wanted if card.strip()))
            # Cards are only parsed when they are looked at.
            for card in header.cards:
                _ = card.value
        except (ValueError, TypeError, LookupError, VerifyError):
            return None
    return header


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid of all stamps of a packet.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns.
    offsets : mapping of str to (int, int)
        Column and row of the grid where a stamp's first pixel lies; stamps that are not here
        cannot be placed.
    middle : (int, int) or None
        Column and row of the pixel that the stamps were cut out around; None where unknown.
    said : str
        What is to be said of it.
    """

    shape: Shape
    offsets: Mapping[str, tuple[int, int]]
    middle: tuple[int, int] | None
    said: str = ""


def half_up(value: float) -> int:
    """The nearest whole number, halves upwards: the pixel that contains a position."""
    return math.floor(value + 0.5)


def stamp_grid(
    shapes: Mapping[str, Shape],
    corners: Mapping[str, tuple[int, int] | None],
    producer: Producer,
    position: tuple[float, float],
) -> Grid:
    """One grid for the stamps of a packet.

    Parameters
    ----------
    shapes : mapping of str to (rows, columns)
        Of the stamps, the most important first.
    corners : mapping of str to (column, row) or None
        Of a stamp's first pixel in the parent image, where its header tells.
    producer : Producer
        Tells the side of a whole stamp.
    position : (x, y)
        Of the candidate in the parent image, NaN where unknown: a stamp that the edge of the
        image cuts lacks columns on the left where x is small, else on the right.
    """
    known = {name: corner for name, corner in corners.items() if corner is not None}
    if set(known) == set(shapes):
        return _by_corners(shapes, known)
    side = producer.side or max(max(shape) for shape in shapes.values())
    if all(shape == (side, side) for shape in shapes.values()):
        return _same(shapes, (side, side))
    first = next(iter(shapes.values()))
    whole = all(max(shape) <= side for shape in shapes.values())
    if not all(map(math.isfinite, position)) or not whole or side % 2 == 0:
        if set(shapes.values()) == {first} and first[0] == first[1]:
            return _same(shapes, first)
        alike = {name: (0, 0) for name, shape in shapes.items() if shape == first}
        said = "" if first[0] == first[1] else "where the candidate lies on the stamp is not known"
        return Grid(first, alike, None, said)
    offsets = {
        name: (
            _missing_before(columns, side, position[0]),
            _missing_before(rows, side, position[1]),
        )
        for name, (rows, columns) in shapes.items()
    }
    said = "cut by the image's edge: filled up to its whole size"
    return Grid((side, side), offsets, (side // 2, side // 2), said)


def placed(image: Array, offset: tuple[int, int], shape: Shape) -> Array:
    """A stamp on the grid; NaN (masks: bad) where it does not reach."""
    if image.shape == shape:
        return image
    fill: object = True if image.dtype.kind == "b" else np.nan if image.dtype.kind == "f" else 0
    out = np.full(shape, fill, image.dtype)
    rows, columns = image.shape
    x, y = offset
    out[y : y + rows, x : x + columns] = image
    return out


def _missing_before(length: int, side: int, position: float) -> int:
    """Pixels that an edge took on the low side: all that are missing, or none."""
    return side - length if position < side else 0


def _same(shapes: Mapping[str, Shape], shape: Shape) -> Grid:
    odd = shape[0] % 2 == 1 and shape[1] % 2 == 1
    middle = (shape[1] // 2, shape[0] // 2) if odd else None
    return Grid(shape, dict.fromkeys(shapes, (0, 0)), middle)


def _by_corners(shapes: Mapping[str, Shape], corners: Mapping[str, tuple[int, int]]) -> Grid:
    """The grid that holds all stamps, by where their headers say that they are cut out."""
    first = next(iter(shapes))
    rows, columns = shapes[first]
    right = max(corners[n][0] + shapes[n][1] for n in shapes)
    top = max(corners[n][1] + shapes[n][0] for n in shapes)
    left, bottom = min(c[0] for c in corners.values()), min(c[1] for c in corners.values())
    if right - left > 2 * columns or top - bottom > 2 * rows:
        # One of the headers is wrong; the first stamp is shown.
        return Grid((rows, columns), {first: (0, 0)}, None)
    offsets = {n: (corners[n][0] - left, corners[n][1] - bottom) for n in shapes}
    return Grid((top - bottom, right - left), offsets, None)
