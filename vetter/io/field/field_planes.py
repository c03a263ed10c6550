"""Planes of one field on one pixel grid; missing ``diff`` and ``err`` are computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.cutout.plane import ORDER, Box, Plane, Provenance
from vetter.core.cutout_source import Fingerprint
from vetter.errors import InputError
from vetter.io.field.planes import (
    Conversion,
    DifferencePlane,
    ErrorPlane,
    EstimatedErrorPlane,
    FilePlane,
    ImagePlane,
    LostPlane,
    MaskPlane,
    ReadablePart,
    image_of,
    open_plane,
)
from vetter.io.field.reprojected import PlaneGrids
from vetter.io.files.fingerprint import plane_fingerprint
from vetter.io.files.hdu_names import FitsName
from vetter.io.fits.image_wcs import image_wcs

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

    from vetter.io.fits.images import FitsImage

# masked_share() samples N x N pieces of one row and this many columns.
_PIECES_PER_AXIS = 5
_PIECE_COLUMNS = 64


@dataclass
class FieldPlanes:
    """Planes on one pixel grid, with the header and WCS of the first.

    Attributes
    ----------
    planes : dict of str to Plane
        All planes in the order of the panels, computed ones included.
    files : dict of str to FilePlane
        Planes that are read from files.
    header : `~astropy.io.fits.Header`
    wcs : `~astropy.wcs.WCS` or None
    plane_notes : dict of str to str
        Notes on planes that were computed, converted or reprojected.
    provenance : dict of str to Provenance
        The same facts as flags.
    notes : list of str
        Notes for the user, one line each.
    """

    planes: dict[str, Plane]
    files: dict[str, FilePlane]
    header: Header
    wcs: WCS | None
    plane_notes: dict[str, str] = field(default_factory=dict)
    provenance: dict[str, Provenance] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    primary: Header | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of the image, on whose grid all planes are read."""
        return next(iter(self.planes.values())).shape

    @property
    def headers(self) -> list[Header]:
        """Header of the first plane, then the primary header behind it, if another."""
        return [self.header] if self.primary is None else [self.header, self.primary]

    @property
    def image_name(self) -> FitsName:
        """File and HDU of the first plane."""
        return image_of(next(iter(self.files.values()))).name

    @property
    def image_file(self) -> Path:
        """The file of the first plane."""
        return self.image_name.path

    def fingerprints(self) -> list[Fingerprint]:
        """Return a fingerprint of each file's plane, which covers mask bits and conversion."""
        return [
            plane_fingerprint(
                name,
                image_of(plane).name.path,
                image_of(plane).name.suffix + _conversion_suffix(plane),
            )
            for name, plane in self.files.items()
        ]

    def close(self) -> None:
        """Close the files."""
        for plane in self.files.values():
            image_of(plane).close()


def open_planes(
    specs: Mapping[str, str],
    variance: str | None = None,
    weight: str | None = None,
    mask_bits: str | None = None,
    mask_good: str | None = None,
    lenient: bool = False,
) -> FieldPlanes:
    """Open the planes of a field; only headers are read, and a few rows of the mask.

    Parameters
    ----------
    specs : mapping
        Plane name to file, also as ``file.fits[EXT]``.
    variance, weight : str, optional
        Files to convert into ``err``.
    mask_bits, mask_good : str, optional
        See `vetter.core.cutout.mask_bits.bad_bits`.
    lenient : bool
        Whether a plane that cannot be opened becomes a `LostPlane`; the first one never does.

    Raises
    ------
    InputError
        A file cannot be used, planes differ in shape and lack a WCS, or ``err`` is given twice.
    """
    ordered = _order_specs(specs, variance, weight)
    if not ordered:
        raise InputError("no plane was given: name the image with --image FILE")
    files: dict[str, FilePlane] = {}
    lost: dict[str, str] = {}
    try:
        for name, (spec, convert) in ordered.items():
            try:
                files[name] = open_plane(name, spec, convert, mask_bits, mask_good)
            except InputError as error:
                if not lenient or not files:
                    raise
                lost[name] = str(error)
        field_ = _align(files)
        for name, reason in lost.items():
            field_.planes[name] = LostPlane(name, field_.shape, reason)
        bits = "--mask-bits" if mask_bits else "--mask-good" if mask_good else ""
        if bits and not any(plane.is_mask for plane in field_.planes.values()):
            raise InputError(
                f"{bits}: there is no mask to choose bits of; name it with --mask FILE"
            )
        _compute_missing(field_)
        _add_notes(field_)
    except BaseException:
        for plane in files.values():
            image_of(plane).close()
        raise
    return field_


def grid_of(name: str, image: FitsImage) -> FieldPlanes:
    """Return one image as the only plane of a field, for its grid and headers."""
    return _align({name: ImagePlane(name, image)})


def _align(files: dict[str, FilePlane]) -> FieldPlanes:
    """Put the planes on the grid of the first."""
    name, plane = next(iter(files.items()))
    first = image_of(plane)
    wcs, reason = image_wcs(first)
    grids = PlaneGrids(first, f"{name} ({first.name.label})", wcs)
    notes = [reason] if reason else []
    planes = FieldPlanes({}, files, first.header, wcs, notes=notes, primary=first.primary)
    for name, plane in files.items():
        planes.planes[name], note = grids.on_grid(plane)
        if note:
            planes.plane_notes[name] = note
            planes.provenance[name] = Provenance.REPROJECTED | plane.provenance
        elif plane.provenance:
            planes.provenance[name] = plane.provenance
    return planes


def _order_specs(
    specs: Mapping[str, str], variance: str | None, weight: str | None
) -> dict[str, tuple[str, Conversion | None]]:
    errors = [name for name in ("err", "variance", "weight") if specs.get(name)]
    given = {name: spec for name, spec in specs.items() if spec}
    if len(errors) + bool(variance) + bool(weight) > 1:
        raise InputError("err is given twice: use one of --err, --variance and --weight")
    ordered: dict[str, tuple[str, Conversion | None]] = {}
    for name in (*ORDER, *(n for n in given if n not in ORDER)):
        if name == "err" and variance:
            ordered[name] = (variance, "variance")
        elif name == "err" and weight:
            ordered[name] = (weight, "weight")
        elif name in given:
            ordered[name] = (given[name], None)
    return ordered


def _compute_missing(planes: FieldPlanes) -> None:
    image, convolved = planes.planes.get("image"), planes.planes.get("convolved")
    if "diff" not in planes.planes and image is not None and convolved is not None:
        difference = DifferencePlane("diff", image, convolved)
        planes.planes["diff"] = difference
        planes.plane_notes["diff"] = difference.note
        planes.provenance["diff"] = difference.provenance
    if "err" not in planes.planes and image is not None:
        error = EstimatedErrorPlane("err", image, _gain(planes.header))
        planes.planes["err"] = error
        planes.plane_notes["err"] = error.note
        planes.provenance["err"] = error.provenance
    present = planes.planes
    names = [*(n for n in ORDER if n in present), *(n for n in present if n not in ORDER)]
    planes.planes = {name: present[name] for name in names}


def _add_notes(planes: FieldPlanes) -> None:
    first_names: dict[tuple[object, ...], str] = {}
    for name, plane in planes.files.items():
        file = image_of(plane).name
        first = first_names.setdefault((file.path, file.extension, file.slices), name)
        if first != name:
            planes.notes.append(
                f"{name} is the same image as {first}, {file.label}: name another part of the "
                f"file as {file.path.name}[EXT]"
            )
        if isinstance(plane, ErrorPlane):
            earlier = planes.plane_notes.get(name)
            planes.plane_notes[name] = plane.note + (f", {earlier}" if earlier else "")
        if isinstance(plane, MaskPlane):
            if plane.bad.said:
                planes.notes.append(f"{name}: {plane.bad.said}")
            share = masked_share(plane)
            if share > 0.5:
                planes.notes.append(
                    f"{name} covers {share:.0%} of the image: if its bits mark more than bad "
                    "pixels, choose with --mask-bits or --mask-good"
                )
    for name, note in planes.plane_notes.items():
        planes.notes.append(f"{name}: {note}")


def _conversion_suffix(plane: Plane) -> str:
    if isinstance(plane, MaskPlane):
        return "" if plane.bad.bits is None else f" bits {plane.bad.bits}"
    return plane.note if isinstance(plane, ErrorPlane) else ""


def masked_share(plane: MaskPlane) -> float:
    """Return the share of bad pixels, from pieces of rows: a large mask is not read whole."""
    rows, columns = plane.shape
    width = min(columns, _PIECE_COLUMNS)
    boxes = [
        Box(int(x), int(y), width, 1)
        for y in np.linspace(0, rows - 1, _PIECES_PER_AXIS)
        for x in np.linspace(0, columns - width, _PIECES_PER_AXIS)
    ]
    part = ReadablePart(plane)
    return float(np.mean([part.read(box).mean() for box in boxes]))


def _gain(header: Mapping[str, Any]) -> float | None:
    for keyword in ("GAIN", "EGAIN", "AVGGAIN", "GAINA"):
        value = header.get(keyword)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
            return float(value)
    return None
