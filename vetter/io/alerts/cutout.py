"""Cutouts of alert packets: all stamps on one grid, with the candidate's position."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.coordinates.wcs import header_wcs
from vetter.core.cutout.cutout import Cutout, crop_cutout, cut_to
from vetter.core.cutout.mask_bits import bad_bits
from vetter.core.cutout.noise_estimate import ESTIMATED_NOISE, estimate_err
from vetter.core.cutout.plane import Array, Box, Provenance
from vetter.core.number_text import format_count
from vetter.errors import InputError, suppress_warnings
from vetter.io.alerts.difference_sign import is_brighter, is_turned
from vetter.io.alerts.history import light_curve
from vetter.io.alerts.matched_planes import (
    CROSS_MATCHED,
    FROM_DIFFERENCE,
    MEASURED_NOISE,
    NO_NOISE,
    find_obstacle,
    put_matched_planes,
)
from vetter.io.alerts.packets.producers import ZTF, Producer, field_of, number
from vetter.io.alerts.sky_marks import past_detections, sky_marks
from vetter.io.alerts.stamps import Stamp, read_stamp
from vetter.io.fits.header_blocks import card_value

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

STAMPS = {"image": "cutoutScience", "template": "cutoutTemplate", "diff": "cutoutDifference"}
_MISSING = "there is none"
TURNED_NOTE = "turned: was template - image"
# Cards that describe the file, not the sky.
_STRUCTURE = re.compile(
    r"SIMPLE|BITPIX|NAXIS\d*|EXTEND|END|PCOUNT|GCOUNT|XTENSION|EXTNAME|CUTMIN[XY]"
)

Shape = tuple[int, int]


class StampCutout(Cutout):
    """Cutout whose header is made at its first use: fits of packets never need it.

    Attributes
    ----------
    make_header : callable or None
        Returns the header; None if there is none to make.
    has_survey_sky : bool
        Whether the sky is that of the survey's pixel scale about the known position.
    """

    make_header: Callable[[], Header | None] | None = None
    has_survey_sky = False

    @property
    def header(self) -> Header | None:
        """Header of the cutout's own grid; None if there is none."""
        if self._header is None and self.make_header is not None:
            self._header, self.make_header = self.make_header(), None
        return self._header

    @header.setter
    def header(self, header: Header | None) -> None:
        self._header, self._made_wcs, self.make_header = header, None, None

    @property
    def wcs(self) -> WCS | None:
        """WCS of the cutout's own grid, made from the header; None without one."""
        if self._wcs is None and self._made_wcs is None and self.header is not None:
            self._made_wcs = header_wcs(self._header)
        return self._wcs if self._wcs is not None else self._made_wcs

    @wcs.setter
    def wcs(self, wcs: WCS | None) -> None:
        self._wcs, self._made_wcs, self.make_header = wcs, None, None


def packet_cutout(record: Mapping[str, Any], producer: Producer, meta: dict[str, Any]) -> Cutout:
    """Build the cutout of a packet, with its light curve.

    Parameters
    ----------
    record : mapping
        The whole packet.
    producer : Producer
    meta : dict
        The candidate's columns, used as the cutout's; ``x`` and ``y`` 0-based.

    Returns
    -------
    Cutout
        ``image``, ``template`` and ``diff`` from the stamps present, ``err`` and ``mask``.

    Raises
    ------
    InputError
        No stamp can be used; the text gives the reason for each.
    """
    cutout, stamps, grid = _place_stamps(record, producer, meta)
    _put_sky(cutout, stamps, grid, producer)
    cutout.sky_marks = (*sky_marks(record, producer), *past_detections(record, producer))
    cutout.light_curve = light_curve(record, producer)
    return cutout


def planes_for_fit(record: Mapping[str, Any], producer: Producer, meta: dict[str, Any]) -> Cutout:
    """Build the cutout of a packet for a fit: matched planes, no light curve, marks or idle WCS.

    Parameters and errors are those of `packet_cutout`; the packet may lack its history.
    """
    cutout, stamps, grid = _place_stamps(record, producer, meta, for_fit=True)
    if cutout.origin is None:
        # Its position may be known on the sky alone.
        _put_sky(cutout, stamps, grid, producer)
    put_matched_planes(cutout, *_placed_stamps(stamps, grid))
    return cutout


def describe_fit(record: Mapping[str, Any], producer: Producer) -> tuple[str, str]:
    """Return where the planes of a packet's fit come from, and why fits are not judged.

    The reason is empty if they are. Raise InputError if no stamp can be used.
    """
    cutout, stamps, grid = _place_stamps(record, producer, {})
    if not find_obstacle(cutout, *_placed_stamps(stamps, grid)):
        return CROSS_MATCHED, ""
    if "image" not in cutout.planes or "diff" not in cutout.planes:
        return "", "the template is not matched to the image"
    estimated = Provenance.ESTIMATED in cutout.provenance.get("err", Provenance.GIVEN)
    return FROM_DIFFERENCE, NO_NOISE if estimated else ""


def _placed_stamps(
    stamps: Mapping[str, Stamp], grid: StampGrid
) -> tuple[dict[str, Stamp], dict[str, Array]]:
    """Return the stamps on a grid, and the 1 sigma of those that have it, placed on it."""
    placed = {name: stamps[name] for name in grid.offsets}
    sigmas = {
        name: place_on_grid(stamp.sigma, grid.offsets[name], grid.shape)
        for name, stamp in placed.items()
        if stamp.sigma is not None
    }
    return placed, sigmas


def _place_stamps(
    record: Mapping[str, Any], producer: Producer, meta: dict[str, Any], for_fit: bool = False
) -> tuple[StampCutout, dict[str, Stamp], StampGrid]:
    """Return the planes of a packet as a cutout, and the stamps with their common grid.

    Missing noise is measured on the image, for a fit on the difference.
    """
    names = _stamps_of_fit(record, producer) if for_fit else STAMPS
    stamps, missing, unusable = _read_stamps(record, names)
    if unusable and names is not STAMPS:
        stamps, missing, unusable = _read_stamps(record, STAMPS)
    if not stamps:
        if not unusable:
            raise InputError("the packet brings no stamps")
        reasons = "; ".join(
            f"{name}: {unusable.get(name, _MISSING)}" for name in STAMPS if name not in stamps
        )
        raise InputError(f"no stamp in the packet can be used ({reasons})")
    body = record.get(producer.body)
    position = _parent_position(body if isinstance(body, Mapping) else {}, producer)
    corners = {name: _corner(stamp.header) for name, stamp in stamps.items()}
    grid = stamp_grid({n: s.image.shape for n, s in stamps.items()}, corners, producer, position)
    cutout = StampCutout({}, meta, origin=_origin(grid, corners, producer, position))
    cutout.covered = _covered_box(grid, stamps)
    for name, stamp in stamps.items():
        if name not in grid.offsets:
            cutout.notes[name] = f"left out: shape {stamp.image.shape}"
            continue
        cutout[name] = place_on_grid(stamp.image, grid.offsets[name], grid.shape)
        note = "; ".join(filter(None, (stamp.note, rows_without_data(stamp.image), grid.note)))
        if note:
            cutout.notes[name] = note
    cutout.notes.update(dict.fromkeys(missing, _MISSING) | unusable)
    cutout.unread.update(unusable)
    _turn_difference(cutout, record, producer)
    _put_err(cutout, stamps, grid, for_fit)
    _put_mask(cutout, stamps, grid)
    science = stamps.get("image")
    cutout.psf_image = None if science is None else science.psf
    return cutout, stamps, grid


def own_size(cutout: Cutout) -> Cutout:
    """Return a packet's cutout without the rows and columns that no stamp covers.

    `packet_cutout` fills up a stamp that the image's edge cuts, so that its candidate is in the
    middle, as fits need it.
    """
    covered = cutout.covered
    if covered is None or covered.shape == cutout.shape:
        return cutout
    part = _with_true_origin(cut_to(cutout, covered))
    part.offset_in_whole = covered.x0, covered.y0
    rows, columns = cutout.shape
    part.middle = (columns - 1) / 2 - covered.x0, (rows - 1) / 2 - covered.y0
    return part


def cropped_stamp(cutout: Cutout, radius: float) -> Cutout:
    """Return a packet's cutout within a radius of its position; itself if it is no larger."""
    part = crop_cutout(cutout, radius)
    return part if part is cutout else _with_true_origin(part)


def _with_true_origin(part: Cutout) -> Cutout:
    """Return a part of a stamp whose header has its place in the image, not in the stamp."""
    header, origin = part.header, part.origin
    if header is None:
        return part
    for axis, size in ((0, part.shape[1]), (1, part.shape[0])):
        names = f"LTV{axis + 1}", f"CROP_{'XY'[axis]}1", f"CROP_{'XY'[axis]}2"
        if origin is None:
            for name in names:
                header.remove(name, ignore_missing=True)
        else:
            values = -float(origin[axis]), origin[axis], origin[axis] + size
            header.update(dict(zip(names, values, strict=True)))
    return part


def rows_without_data(image: Array) -> str:
    """Return a note on the rows and columns of a stamp that are NaN throughout; else empty."""
    empty = ~np.isfinite(image)
    if not empty.any():
        return ""
    if empty.all():
        return "no data"
    parts = [
        format_count(number, kind)
        for number, kind in (
            (int(empty.all(axis=1).sum()), "row"),
            (int(empty.all(axis=0).sum()), "column"),
        )
        if number
    ]
    return f"no data in {' and '.join(parts)}" if parts else ""


def _turn_difference(cutout: Cutout, record: Mapping[str, Any], producer: Producer) -> None:
    """Make ``diff`` image - template, whatever the producer's sign."""
    diff = cutout.planes.get("diff")
    if diff is None:
        return
    x, y = cutout.position
    middle = half_up(x), half_up(y)
    image, template = cutout.planes.get("image"), cutout.planes.get("template")
    if is_turned(diff, image, template, is_brighter(record, producer), middle):
        cutout["diff"] = -diff
        cutout.provenance["diff"] = Provenance.TURNED
        note = cutout.notes.get("diff")
        cutout.notes["diff"] = TURNED_NOTE + (f"; {note}" if note else "")


def _stamps_of_fit(record: Mapping[str, Any], producer: Producer) -> Mapping[str, str]:
    """Return the stamps to read, by plane.

    A fit to image - difference needs the template for the difference's sign alone, and ZTF's
    positive candidates have one sign. To unpack a stamp takes a tenth of a packet's time.
    """
    is_known = producer is ZTF and is_brighter(record, producer) is True
    if is_known and all(field_of(record, STAMPS[n]) for n in ("image", "diff")):
        return {plane: name for plane, name in STAMPS.items() if plane != "template"}
    return STAMPS


def _read_stamps(
    record: Mapping[str, Any], names: Mapping[str, str]
) -> tuple[dict[str, Stamp], list[str], dict[str, str]]:
    """Return the usable stamps by plane, the planes without a stamp, and reasons for the others.

    ``names`` are the record's fields of the stamps to read, by plane.
    """
    stamps: dict[str, Stamp] = {}
    missing: list[str] = []
    unusable: dict[str, str] = {}
    for plane, name in names.items():
        try:
            stamp = read_stamp(field_of(record, name))
        except InputError as error:
            unusable[plane] = str(error)
            continue
        if stamp is None:
            missing.append(plane)
        else:
            stamps[plane] = stamp
    return stamps, missing, unusable


def _parent_position(body: Mapping[str, Any], producer: Producer) -> tuple[float, float]:
    """Return (x, y) in the parent image of the stamps, 0-based; NaN if unknown."""
    base = int(producer.one_based)
    return number(body.get(producer.x)) - base, number(body.get(producer.y)) - base


def _corner(header: str) -> tuple[int, int] | None:
    """Return a corner's column and row: Rubin's CUTMINX and CUTMINY plus one; None if missing."""
    corner = []
    for keyword in ("CUTMINX", "CUTMINY"):
        match = re.match(r" *(-?\d{1,9})\s", card_value(header, keyword))
        if match is None:
            return None
        corner.append(int(match[1]) + 1)
    return corner[0], corner[1]


def _origin(
    grid: StampGrid,
    corners: Mapping[str, tuple[int, int] | None],
    producer: Producer,
    position: tuple[float, float],
) -> tuple[int, int] | None:
    """Return column and row of the grid's first pixel in the parent image; None if unknown."""
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


def _put_err(cutout: Cutout, stamps: Mapping[str, Stamp], grid: StampGrid, for_fit: bool) -> None:
    """Set ``err`` from the uncertainty of the difference, else of the image, else estimated."""
    for name in ("diff", "image"):
        stamp = stamps.get(name)
        if stamp is not None and stamp.sigma is not None and name in grid.offsets:
            cutout["err"] = place_on_grid(stamp.sigma, grid.offsets[name], grid.shape)
            cutout.notes["err"] = stamp.sigma_note or f"of the {name}"
            return
    image, diff = cutout.planes.get("image"), cutout.planes.get("diff")
    if diff is not None and (for_fit or image is None):
        # Every other column: neighbours are correlated, and half of a stamp gives 2%.
        with np.errstate(all="ignore"):
            cutout["err"] = estimate_err(diff, around=diff[:, ::2] if for_fit else None)
        cutout.notes["err"] = MEASURED_NOISE if for_fit else ESTIMATED_NOISE
        cutout.provenance["err"] = Provenance.ESTIMATED
    elif image is not None:
        with np.errstate(all="ignore"):
            cutout["err"] = estimate_err(image)
        cutout.notes["err"] = ESTIMATED_NOISE
        cutout.provenance["err"] = Provenance.ESTIMATED


def _put_mask(cutout: Cutout, stamps: Mapping[str, Stamp], grid: StampGrid) -> None:
    for name in ("diff", "image"):
        stamp = stamps.get(name)
        if stamp is None or stamp.mask is None or name not in grid.offsets:
            continue
        bits = bad_bits(stamp.mask_header)
        cutout["mask"] = place_on_grid(bits.find_bad(stamp.mask), grid.offsets[name], grid.shape)
        if stamp.mask.shape == grid.shape:
            cutout.bits["mask"] = stamp.mask
        if bits.note:
            cutout.notes["mask"] = bits.note
        return


def _put_sky(
    cutout: StampCutout, stamps: Mapping[str, Stamp], grid: StampGrid, producer: Producer
) -> None:
    """Set the header of a stamp, else one from the survey's pixel scale."""
    _put_stamp_sky(cutout, stamps, grid)
    if cutout.header is None and producer.pixel_scale:
        _put_survey_sky(cutout, producer)


def _put_stamp_sky(cutout: Cutout, stamps: Mapping[str, Stamp], grid: StampGrid) -> None:
    """Set the header of the first stamp with a WCS, shifted to the grid; None if unusable."""
    for name, offset in grid.offsets.items():
        text = stamps[name].header
        if not card_value(text, "CRPIX1"):
            continue
        header = _parse_header(text)
        if header is None:
            return
        is_repaired = "CTYPE1" not in header and "CTYPE2" not in header and "CRVAL1" in header
        if is_repaired:
            header["CTYPE1"], header["CTYPE2"] = "RA---TAN", "DEC--TAN"
        for axis, shift in enumerate(offset, start=1):
            value = header.get(f"CRPIX{axis}")
            if isinstance(value, (int, float)):
                header[f"CRPIX{axis}"] = value + shift
        cutout.header = header
        if not (is_repaired and _is_plain_tangent(header)) and not _has_sky(cutout):
            cutout.header = None
        elif is_repaired:
            cutout.notes.setdefault("wcs", "without CTYPE: taken as a tangent plane")
        return


def _covered_box(grid: StampGrid, stamps: Mapping[str, Stamp]) -> Box:
    """Return the smallest box of the grid that holds all stamps."""
    boxes = [(*offset, *stamps[name].image.shape) for name, offset in grid.offsets.items()]
    left, bottom = (min(box[axis] for box in boxes) for axis in (0, 1))
    right = max(x + columns for x, _, _, columns in boxes)
    top = max(y + rows for _, y, rows, _ in boxes)
    return Box(left, bottom, right - left, top - bottom)


def _put_survey_sky(cutout: StampCutout, producer: Producer) -> None:
    """Set a header with the survey's pixel scale and directions about the known position."""
    ra, dec = number(cutout.meta.get("ra")), number(cutout.meta.get("dec"))
    if not (math.isfinite(ra) and abs(dec) <= 90):
        return
    x, y = cutout.position
    scale = producer.pixel_scale / 3600
    cards = {"CRPIX1": x + 1, "CRPIX2": y + 1, "CRVAL1": ra % 360, "CRVAL2": dec}
    for axis, angle in ((1, producer.east), (2, producer.north)):
        # round(): directions are multiples of 90 degrees, whose cosines have rounding errors.
        cards[f"CD{axis}_1"] = scale * (round(math.cos(math.radians(angle)), 12) + 0.0)
        cards[f"CD{axis}_2"] = scale * (round(math.sin(math.radians(angle)), 12) + 0.0)
    texts = ["CTYPE1  = 'RA---TAN'", "CTYPE2  = 'DEC--TAN'"]
    texts += [f"{name:8}= {value:20.13G}" for name, value in cards.items()]
    text = "".join(text.ljust(80) for text in texts)
    cutout.make_header, cutout.has_survey_sky = partial(_parse_header, text), True
    cutout.notes.setdefault("wcs", f"from the position and {producer.name}'s pixel scale")


def _has_sky(cutout: Cutout) -> bool:
    with suppress_warnings():
        try:
            return cutout.wcs is not None
        except InputError:
            return False


def _is_plain_tangent(header: Header) -> bool:
    """Return whether a header has all numbers of a tangent plane.

    Building a WCS as the test takes longer than reading the packet.
    """
    keywords = ["CRVAL1", "CRVAL2", "CRPIX1", "CRPIX2", "CDELT1", "CDELT2"]
    keywords += ["PC1_1", "PC1_2", "PC2_1", "PC2_2"]
    numbers = [header.get(keyword) for keyword in keywords]
    if not all(isinstance(n, (int, float)) and np.isfinite(n) for n in numbers):
        return False
    scales, matrix = numbers[4:6], numbers[6:]
    determinant = matrix[0] * matrix[3] - matrix[1] * matrix[2]
    return bool(abs(numbers[1]) <= 90 and scales[0] * scales[1] * determinant != 0)


def _parse_header(text: str) -> Header | None:
    from astropy.io.fits import Header, VerifyError

    cards = (text[start : start + 80] for start in range(0, len(text), 80))
    kept = [card for card in cards if not _STRUCTURE.fullmatch(card[:8].strip())]
    with suppress_warnings():
        try:
            header = Header.fromstring("".join(card for card in kept if card.strip()))
            # card.value: astropy parses a card at its first use.
            for card in header.cards:
                _ = card.value
        except (ValueError, TypeError, LookupError, VerifyError):
            return None
    return header


@dataclass(frozen=True, slots=True)
class StampGrid:
    """Common pixel grid of a packet's stamps.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns.
    offsets : mapping of str to (int, int)
        Column and row of each stamp's first pixel on the grid; stamps that do not fit are
        missing.
    middle : (int, int) or None
        Column and row of the pixel that the stamps were cut around; None if unknown.
    note : str
        Note for the user on the grid.
    """

    shape: Shape
    offsets: Mapping[str, tuple[int, int]]
    middle: tuple[int, int] | None
    note: str = ""


def half_up(value: float) -> int:
    """Round to the nearest whole number, halves up: the pixel that contains a position."""
    return math.floor(value + 0.5)


def stamp_grid(
    shapes: Mapping[str, Shape],
    corners: Mapping[str, tuple[int, int] | None],
    producer: Producer,
    position: tuple[float, float],
) -> StampGrid:
    """Return one grid for the stamps of a packet.

    Parameters
    ----------
    shapes : mapping of str to (rows, columns)
        Shapes of the stamps, the most important first.
    corners : mapping of str to (column, row) or None
        Each stamp's first pixel in the parent image, if given in its header.
    producer : Producer
        Gives the side of a whole stamp.
    position : (x, y)
        Position of the candidate in the parent image, NaN if unknown: a stamp cut by the image's
        edge lacks columns on the left if x is small, else on the right.
    """
    known_corners = {name: corner for name, corner in corners.items() if corner is not None}
    if set(known_corners) == set(shapes):
        return _grid_by_corners(shapes, known_corners)
    side = producer.side or max(max(shape) for shape in shapes.values())
    if all(shape == (side, side) for shape in shapes.values()):
        return _same_grid(shapes, (side, side))
    first = next(iter(shapes.values()))
    fits_side = all(max(shape) <= side for shape in shapes.values())
    if not all(map(math.isfinite, position)) or not fits_side or side % 2 == 0:
        if set(shapes.values()) == {first} and first[0] == first[1]:
            return _same_grid(shapes, first)
        alike = {name: (0, 0) for name, shape in shapes.items() if shape == first}
        note = "" if first[0] == first[1] else "where the candidate lies on the stamp is not known"
        return StampGrid(first, alike, None, note)
    offsets = {
        name: (
            _missing_before(columns, side, position[0]),
            _missing_before(rows, side, position[1]),
        )
        for name, (rows, columns) in shapes.items()
    }
    return StampGrid((side, side), offsets, (side // 2, side // 2), "cut by the image's edge")


def place_on_grid(image: Array, offset: tuple[int, int], shape: Shape) -> Array:
    """Place a stamp on the grid; pixels beyond the stamp are NaN (in masks: bad)."""
    if image.shape == shape:
        return image
    fill: object = True if image.dtype.kind == "b" else np.nan if image.dtype.kind == "f" else 0
    out = np.full(shape, fill, image.dtype)
    rows, columns = image.shape
    x, y = offset
    out[y : y + rows, x : x + columns] = image
    return out


def _missing_before(length: int, side: int, position: float) -> int:
    """Return the number of pixels cut off on the low side: all missing pixels, or zero."""
    return side - length if position < side else 0


def _same_grid(shapes: Mapping[str, Shape], shape: Shape) -> StampGrid:
    odd = shape[0] % 2 == 1 and shape[1] % 2 == 1
    middle = (shape[1] // 2, shape[0] // 2) if odd else None
    return StampGrid(shape, dict.fromkeys(shapes, (0, 0)), middle)


def _grid_by_corners(
    shapes: Mapping[str, Shape], corners: Mapping[str, tuple[int, int]]
) -> StampGrid:
    """Return the grid that contains all stamps, from the corners in their headers."""
    first = next(iter(shapes))
    rows, columns = shapes[first]
    right = max(corners[n][0] + shapes[n][1] for n in shapes)
    top = max(corners[n][1] + shapes[n][0] for n in shapes)
    left, bottom = min(c[0] for c in corners.values()), min(c[1] for c in corners.values())
    if right - left > 2 * columns or top - bottom > 2 * rows:
        # Distant corners mean a wrong header: only the first stamp is placed.
        return StampGrid((rows, columns), {first: (0, 0)}, None)
    offsets = {n: (corners[n][0] - left, corners[n][1] - bottom) for n in shapes}
    return StampGrid((top - bottom, right - left), offsets, None)
