"""Planes of one field on one pixel grid; missing ``diff`` and ``err`` are computed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.cutout.plane import ORDER, Box, Plane, Provenance
from vetter.core.cutout_source import Fingerprint
from vetter.errors import InputError
from vetter.io.field.companions import find_companions
from vetter.io.field.plane_checks import (
    compare_difference,
    difference_caution,
    difference_note,
    is_convolved_image,
    is_top_down,
    no_data_note,
    row_order_caution,
)
from vetter.io.field.planes import (
    Conversion,
    DifferencePlane,
    ErrorPlane,
    EstimatedErrorPlane,
    FilePlane,
    ImagePlane,
    KernelErrorPlane,
    KernelPlane,
    LostPlane,
    MaskPlane,
    ReadablePart,
    SamePlane,
    image_of,
    open_plane,
)
from vetter.io.field.reprojected_plane import PlaneGrids
from vetter.io.files.fingerprint import plane_fingerprint
from vetter.io.files.hdu_names import FitsName
from vetter.io.fits.derived_images.flipped_image import FlippedImage
from vetter.io.fits.derived_images.rubin_kernel import read_kernel
from vetter.io.fits.image_wcs import settled_image_wcs

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

    from vetter.io.fits.images import FitsImage

# masked_share() samples N x N pieces of one row and this many columns.
_PIECES_PER_AXIS = 5
_PIECE_COLUMNS = 64


@dataclass(eq=False)
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
    notes, cautions : list of str
        Notes for the user, one line each; cautions are shown at once, and are among the notes.
    wcs_reason : str
        Reason why there is no WCS, '' with one.
    wcs_decisions : tuple of str
        Contradictions of the WCS cards, with what is taken.
    """

    planes: dict[str, Plane]
    files: dict[str, FilePlane]
    header: Header
    wcs: WCS | None
    plane_notes: dict[str, str] = field(default_factory=dict)
    provenance: dict[str, Provenance] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    cautions: list[str] = field(default_factory=list)
    wcs_reason: str = ""
    wcs_decisions: tuple[str, ...] = ()
    primary: Header | None = None

    def caution(self, text: str) -> None:
        """Add a caution, unless the text is empty."""
        if text:
            self.notes.append(text)
            self.cautions.append(text)

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
    given: Collection[str] | None = (),
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
    given : collection of str, optional
        Planes that are given elsewhere: MASK and VARIANCE beside the image in its file are used
        for others (see `vetter.io.field.companions`). None, for stamps, which are opened often:
        never, and the difference is not compared with the other planes.

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
        problems: list[str] = []
        named = {*ordered, *(given or ())}
        beside = [] if given is None else find_companions(files, named, problems)
        for one in beside:
            try:
                plane = open_plane(one.plane, one.name, one.convert, mask_bits, mask_good)
            except InputError as error:
                # Nobody asked for it: the field is shown without.
                problems.append(f"{one.plane} is not used: {error}")
            else:
                files[one.plane] = plane
        beside = [one for one in beside if one.plane in files]
        files = {name: files[name] for name in sorted(files, key=_place)}
        turned = _turn_rows(files)
        field_ = _align(files)
        field_.notes += [one.note for one in beside]
        for problem in (*problems, turned):
            field_.caution(problem)
        for name, reason in lost.items():
            field_.planes[name] = LostPlane(name, field_.shape, reason)
        bits = "--mask-bits" if mask_bits else "--mask-good" if mask_good else ""
        if bits and not any(plane.is_mask for plane in field_.planes.values()):
            raise InputError(
                f"{bits}: there is no mask to choose bits of; name it with --mask FILE"
            )
        _name_by_header(field_)
        if given is not None:
            _add_convolved(field_)
        _compute_missing(field_)
        if given is not None:
            _check_difference(field_)
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
    settled = settled_image_wcs(first)
    wcs, reason = settled.wcs, settled.reason
    grids = PlaneGrids(first, f"{name} ({first.name.label})", wcs)
    notes = [reason] if reason else []
    planes = FieldPlanes({}, files, settled.header, wcs, notes=notes, primary=first.primary)
    planes.wcs_reason, planes.wcs_decisions = reason, settled.decisions
    for decision in settled.decisions:
        planes.caution(f"{first.name.label}: {decision}")
    if reason and wcs is None and settled.header is not first.header:
        planes.cautions.append(reason)
    for name, plane in files.items():
        planes.planes[name], note = grids.on_grid(plane)
        if note:
            planes.plane_notes[name] = note
            planes.provenance[name] = Provenance.REPROJECTED | plane.provenance
        elif plane.provenance:
            planes.provenance[name] = plane.provenance
    for caution in grids.cautions:
        planes.caution(caution)
    return planes


def _turn_rows(files: dict[str, FilePlane]) -> str:
    """Turn the rows of planes without a WCS and with the opposite ROWORDER; return a caution."""
    name, first = next(iter(files.items()))
    if not row_order_caution(files):
        return ""
    turned = []
    for other, plane in files.items():
        images = image_of(first), image_of(plane)
        has_cards = all("ROWORDER" in image.header for image in images)
        has_wcs = any("CTYPE1" in image.header for image in images)
        if is_top_down(plane) != is_top_down(first) and has_cards and not has_wcs:
            source = plane.plane if isinstance(plane, ErrorPlane) else plane
            source.image = FlippedImage(source.image)
            turned.append(other)
    if not turned:
        return row_order_caution(files)
    return f"the rows of {', '.join(turned)} are turned: ROWORDER is opposite to that of {name}"


def _name_by_header(planes: FieldPlanes) -> None:
    """Take ``convolved`` for what it is if hotpants convolved the image, not the template."""
    if "convolved" not in planes.planes or not is_convolved_image(planes.files):
        return
    new = "convolved_image"
    owners: list[dict[str, Any]] = [planes.planes, planes.files, planes.plane_notes]
    for owner in (*owners, planes.provenance):
        if "convolved" in owner:
            owner[new] = owner.pop("convolved")
    planes.caution(
        "CONVOL00 = IMAGE: hotpants convolved the image, not the template; convolved is shown as "
        f"{new} and is no matched template"
    )


def _add_convolved(planes: FieldPlanes) -> None:
    """Make ``convolved`` of the template: by the difference's kernel, or if it is matched as is."""
    image, template, diff = (planes.planes.get(n) for n in ("image", "template", "diff"))
    if "convolved" in planes.planes or "convolved_image" in planes.planes or template is None:
        return
    if image is None or diff is None:
        return
    made = _kernel_plane(planes, template) or _matched_plane(planes, image, template, diff)
    if made is not None:
        planes.planes["convolved"] = made
        planes.plane_notes["convolved"] = made.note
        provenance = made.provenance | planes.provenance.get("template", Provenance.GIVEN)
        if provenance:
            planes.provenance["convolved"] = provenance


def _kernel_plane(planes: FieldPlanes, template: Plane) -> KernelPlane | None:
    image = image_of(planes.files["diff"]) if "diff" in planes.files else None
    if image is None or str(image.header.get("EXTNAME", "")).strip().upper() != "IMAGE":
        return None
    found = read_kernel(image.name.path)
    if found.problem:
        planes.caution(f"{image.name.path.name}: {found.problem}")
    if found.kernel is None:
        return None
    note = f"the template convolved with the kernel of {image.name.path.name}"
    if "template_err" in planes.planes:
        noise = planes.planes["template_err"]
        planes.planes["template_err"] = KernelErrorPlane(
            "template_err", noise, found.kernel, found.origin
        )
    return KernelPlane("convolved", template, found.kernel, found.origin, note)


def _matched_plane(
    planes: FieldPlanes, image: Plane, template: Plane, diff: Plane
) -> SamePlane | None:
    if any(
        Provenance.REPROJECTED in planes.provenance.get(n, Provenance.GIVEN)
        for n in ("template", "diff")
    ):
        return None
    comparison = compare_difference(image, template, diff)
    if comparison is None or not comparison.is_same:
        return None
    return SamePlane("convolved", template, "the template, as diff is image - template")


def _check_difference(planes: FieldPlanes) -> None:
    """Compare a given difference once with image - convolved."""
    given = [planes.planes.get(name) for name in ("image", "convolved", "diff")]
    image, convolved, diff = given
    if image is None or convolved is None or diff is None or "diff" not in planes.files:
        return
    if isinstance(convolved, SamePlane) or any(
        Provenance.REPROJECTED in planes.provenance.get(n, Provenance.GIVEN)
        for n in ("convolved", "diff")
    ):
        return
    comparison = compare_difference(image, convolved, diff)
    if comparison is not None:
        planes.caution(difference_caution(comparison, "convolved"))
        note = difference_note(comparison, "convolved")
        planes.notes += [note] if note else []


def _order_specs(
    specs: Mapping[str, str], variance: str | None, weight: str | None
) -> dict[str, tuple[str, Conversion | None]]:
    errors = [name for name in ("err", "variance", "weight") if specs.get(name)]
    given = {name: spec for name, spec in specs.items() if spec}
    if len(errors) + bool(variance) + bool(weight) > 1:
        raise InputError("err is given twice: use one of --err, --variance and --weight")
    # Called so by its own name, as r1_wht.fits beside r1.csv, it is converted too.
    variance, weight = given.pop("variance", variance), given.pop("weight", weight)
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
        error = EstimatedErrorPlane("err", image, gain_of(planes.header))
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
        fills = no_data_note(plane)
        if fills:
            planes.notes.append(f"{name}: {fills}")
        if plane.note:
            earlier = planes.plane_notes.get(name)
            planes.plane_notes[name] = plane.note + (f", {earlier}" if earlier else "")
        if isinstance(plane, MaskPlane):
            if plane.bad.note:
                planes.notes.append(f"{name}: {plane.bad.note}")
            share = masked_share(plane)
            if share > 0.5:
                planes.notes.append(
                    f"{name} covers {share:.0%} of the image: if its bits mark more than bad "
                    "pixels, choose with --mask-bits or --mask-good"
                )
    for name, note in planes.plane_notes.items():
        planes.notes.append(f"{name}: {note}")
    image_name, image = next(iter(planes.files.items()))
    if is_top_down(image):
        planes.notes.append(
            f"{image_name}: ROWORDER = TOP-DOWN: the file's first row is shown lowest"
        )


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _conversion_suffix(plane: FilePlane) -> str:
    if isinstance(plane, MaskPlane):
        return "" if plane.bad.bits is None else f" bits {plane.bad.bits}"
    source = plane.plane if isinstance(plane, ErrorPlane) else plane
    # Sessions of earlier versions hold fits to the fills themselves.
    fills = f" without {', '.join(source.no_data.names)}" if source.no_data.names else ""
    return plane.note + fills


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


def gain_of(header: Mapping[str, Any]) -> float | None:
    """Return the gain of a header, electrons per unit of the image; None if unknown."""
    for keyword in ("GAIN", "EGAIN", "AVGGAIN", "GAINA"):
        value = header.get(keyword)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
            return float(value)
    return None
