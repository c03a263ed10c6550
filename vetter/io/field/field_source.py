"""Source of cutouts made of a candidate list and the planes of its field."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.coordinates.parent_pixels import ParentPixels, parent_pixels
from vetter.core.cutout.cutout import LazyCutout
from vetter.core.cutout.plane import NOT_COVERING, Array, Box, Plane, Provenance
from vetter.core.cutout_source import CutoutSource, Fingerprint, PlaneChange, PsfFwhm
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.field.field_planes import FieldPlanes
from vetter.io.field.fwhm import contradicts, find_stars, known_fwhm, measure_widths
from vetter.io.field.planes import DifferencePlane, ErrorPlane, ImagePlane, MaskPlane, SamePlane
from vetter.io.field.reprojected_plane import ReprojectedPlane
from vetter.io.fits.exposure import exposure_middle
from vetter.io.fits.filters import filter_of
from vetter.settings import MAX_RADIUS

if TYPE_CHECKING:
    from astropy.wcs import WCS

    from vetter.core.psf.field_stars import FieldStars
    from vetter.core.psf.fwhm import StarWidths


@dataclass(eq=False)
class FieldSource(CutoutSource):
    """Cutouts of the candidates of one field.

    Attributes
    ----------
    title : str
    candidates : CandidateList
    field_planes : FieldPlanes
    default_radius : float
        Pixels.
    prints : tuple of Fingerprint
        Fingerprints of the list and the planes.
    record : dict
        Inputs and options in plain types, paths absolute.
    extra_notes, extra_cautions : tuple of str
        Notes and cautions that come before all others.
    given_fwhm : float or None
        The PSF's FWHM from the user, pixels.
    chooses_columns : bool
        Whether the user may choose other columns of the list.
    """

    title: str
    candidates: CandidateList
    field_planes: FieldPlanes
    default_radius: float
    prints: tuple[Fingerprint, ...]
    record: dict[str, Any]
    extra_notes: tuple[str, ...] = ()
    given_fwhm: float | None = None
    extra_cautions: tuple[str, ...] = ()
    chooses_columns = True
    plane_names: tuple[str, ...] = field(init=False)
    plane_provenance: Mapping[str, Provenance] = field(init=False)
    wcs: WCS | None = field(init=False)
    shape: tuple[int, int] = field(init=False)
    parents: Sequence[ParentPixels] = field(init=False)
    time: str = field(init=False, default="")
    filter: str = field(init=False, default="")
    _from_header: dict[str, Any] = field(init=False, default_factory=dict)
    _stars: FieldStars | None = field(init=False, default=None)
    _widths: StarWidths | None = field(init=False, default=None)
    _measured: bool = field(init=False, default=False)
    _fit_planes: tuple[PlaneChange, FieldPlanes] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        planes = self.field_planes
        self.plane_names, self.plane_provenance = tuple(planes.planes), planes.provenance
        self.wcs, self.shape = planes.wcs, planes.shape
        self.parents = parent_pixels(planes.header)
        self._from_header = header_facts(planes)
        self.time = self._from_header.get("time", "")
        self.filter = self._from_header.get("filter", "")

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Fingerprints of the list and the planes."""
        return self.prints

    @property
    def image_plane(self) -> Plane | None:
        """The image, or None if only other planes were given."""
        return self.field_planes.planes.get("image")

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on columns and planes that were recognised, converted or estimated."""
        return (*self.extra_notes, *self.candidates.notes, *self.field_planes.notes)

    @property
    def header(self) -> Any:
        """The image's header."""
        return self.field_planes.header

    def cutout(self, row: int, radius: float | None = None) -> LazyCutout:
        """Return the cutout of one candidate, with all planes.

        Raises
        ------
        InputError
            The candidate's position is missing or off the image, or no plane can be read.
        """
        return self.cutout_with(row, radius)

    def cutout_with(
        self, row: int, radius: float | None = None, names: Collection[str] | None = None
    ) -> LazyCutout:
        """Return the cutout of one candidate with the named planes, or all planes for None."""
        box = self._box(row, self.default_radius if radius is None else radius)
        return cut_planes(self.field_planes, box, self.meta(row), names)

    def fit_cutout(
        self, row: int, radius: float, names: Collection[str], measured: PlaneChange | None = None
    ) -> LazyCutout:
        """Return the cutout that a fit reads, with the planes that were measured for it."""
        box = self._box(row, radius)
        return cut_planes(self.planes_for_fits(measured), box, self.meta(row), names)

    def planes_for_fits(self, measured: PlaneChange | None) -> FieldPlanes:
        """Return the planes that the fits read, given what was measured on the field."""
        if measured is None:
            return self.field_planes
        if self._fit_planes is None or self._fit_planes[0] is not measured:
            given = self.field_planes
            planes = measured.replace(given.planes)
            new = [plane for name, plane in planes.items() if plane is not given.planes.get(name)]
            origins = {p.name: getattr(p, "provenance", Provenance.COMPUTED) for p in new}
            notes = {p.name: getattr(p, "note", "") for p in new}
            changed = replace(
                given,
                planes=planes,
                plane_notes={**given.plane_notes, **notes},
                provenance={**given.provenance, **origins},
            )
            self._fit_planes = measured, changed
        return self._fit_planes[1]

    def cutout_at(
        self, x: float, y: float, radius: float, measured: PlaneChange | None = None
    ) -> LazyCutout:
        """Return the cutout at a position of the image, 0-based pixels."""
        planes = self.planes_for_fits(measured)
        return cut_planes(planes, Box.around(x, y, radius), {"x": x, "y": y})

    def meta(self, row: int) -> dict[str, Any]:
        """Return a candidate's columns and name, with time, filter and file name of the image."""
        meta = self.candidates.candidate(row)
        for name, value in self._from_header.items():
            meta.setdefault(name, value)
        meta.setdefault("name", self.candidates.name(row))
        return meta

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        """Return the FWHM of the PSF and its origin; None if it is unknown.

        An FWHM from the user, the list or the header comes at once. ``measure`` allows a
        measurement on the field's stars, which takes a moment the first time: it wins over
        list and header if they differ by more than 20%, and the origin names both.
        """
        known = known_fwhm(self.given_fwhm, self.candidates, self.header, self.wcs)
        stars = self.star_widths() if measure else self._widths
        if stars is None:
            return known
        if known is None:
            return PsfFwhm(stars.fwhm, stars.note)
        if not contradicts(known, stars):
            return known
        if self.given_fwhm is not None:
            return PsfFwhm(known.value, f"{known.origin}, but {stars.note}")
        return PsfFwhm(stars.fwhm, f"{stars.note}; {known.origin} contradicts them")

    @property
    def contradicted_fwhm(self) -> str:
        """Remark on an FWHM of user, list or header that the stars contradict; empty if none does.

        If there is such an FWHM, the stars are measured.
        """
        known = known_fwhm(self.given_fwhm, self.candidates, self.header, self.wcs)
        if known is None or not contradicts(known, self.star_widths()):
            return ""
        return f"{known.origin} contradicts them"

    def stars(self) -> FieldStars | None:
        """Return the stars of the image, found at the first call; None without an image."""
        image = self.field_planes.planes.get("image")
        if self._stars is None and image is not None:
            self._stars = find_stars(image, self.field_planes.planes.get("mask"), self.header)
        return self._stars

    def star_widths(self) -> StarWidths | None:
        """Return the FWHM of the image's stars, measured at the first call; None if too few."""
        image = self.field_planes.planes.get("image")
        if not self._measured and image is not None:
            self._measured = True
            mask = self.field_planes.planes.get("mask")
            self._widths = measure_widths(image, mask, self.stars())
        return self._widths

    def close(self) -> None:
        """Close the files."""
        self.field_planes.close()

    @property
    def _doubts(self) -> str:
        """Contradictions of the WCS that may have put a candidate off the image."""
        lines = self.field_planes.wcs_decisions
        return f" ({'; '.join(lines)})" if lines and self.candidates.roles.ra else ""

    def _box(self, row: int, radius: float) -> Box:
        name = self.candidates.name(row)
        x, y = float(self.candidates.x[row]), float(self.candidates.y[row])
        if not (np.isfinite(x) and np.isfinite(y)):
            listed = self.candidates.listed_position(row)
            raise InputError(
                f"{name}: no position on the image from {listed}"
                if listed
                else f"{name}: the list gives no position"
            )
        if not 0 < radius <= MAX_RADIUS:
            raise InputError(f"radius: expected pixels from 1 to {MAX_RADIUS:.0f}, found {radius}")
        rows, columns = self.shape
        if (
            abs(x) > 1e9
            or abs(y) > 1e9
            or Box.around(x, y, radius).overlap((rows, columns)) is None
        ):
            raise InputError(
                f"{name}: off the image: at x = {_pixel_text(x)}, y = {_pixel_text(y)}, "
                f"the image is {columns} x {rows} pixels{self._doubts}"
            )
        return Box.around(x, y, radius)


def cut_planes(
    field_planes: FieldPlanes,
    box: Box,
    meta: dict[str, Any],
    names: Collection[str] | None = None,
) -> LazyCutout:
    """Cut a box out of a field's planes, or out of the named ones if `names` is given.

    A plane that cannot be read is left out; `Cutout.unread` holds the reason.

    Raises
    ------
    InputError
        None of the planes can be read.
    """
    planes: dict[str, Array | None] = {}
    bits: dict[str, Array] = {}
    unread: dict[str, str] = {}
    fills: dict[str, int] = {}
    for name, plane in field_planes.planes.items():
        if names is not None and name not in names:
            continue
        try:
            if plane.is_mask and isinstance(plane, (MaskPlane, ReprojectedPlane)):
                planes[name], plane_bits = plane.read_both(box)
                if plane_bits is not None:
                    bits[name] = plane_bits
            elif isinstance(plane, DifferencePlane):
                planes[name] = plane.difference(planes, box)
            elif isinstance(plane, SamePlane) and plane.plane.name in planes:
                planes[name] = planes[plane.plane.name]
            elif isinstance(plane, (ImagePlane, ErrorPlane)):
                planes[name], fills[name] = plane.read_counted(box)
            else:
                planes[name] = plane.read(box)
        except InputError as error:
            unread[name] = str(error)
    if unread and not planes:
        raise InputError(next(iter(unread.values())))
    notes = _notes(field_planes, box, planes, fills)
    header, wcs = field_planes.header, field_planes.wcs
    cutout = LazyCutout(planes, meta, box, header, wcs, notes, bits, field_planes.provenance)
    cutout.unread = unread
    return cutout


def _pixel_text(pixels: float) -> str:
    """Return a coordinate for a message; in short form if it is far from any image."""
    return f"{pixels:.1f}" if abs(pixels) < 1e7 else f"{pixels:.3g}"


def _notes(
    field_planes: FieldPlanes, box: Box, planes: Collection[str], fills: Mapping[str, int]
) -> dict[str, str]:
    """Return the planes' notes; planes that do not cover the box get `NOT_COVERING`.

    ``fills`` are numbers of pixels in the box that are no data.
    """
    notes = field_planes.plane_notes
    for name, count in fills.items():
        if count:
            earlier = f"{notes[name]}, " if name in notes else ""
            notes = {**notes, name: f"{earlier}{format_count(count, 'pixel')} without data"}
    for name, plane in field_planes.planes.items():
        if isinstance(plane, ReprojectedPlane) and name in planes and plane.misses(box):
            notes = {**notes, name: NOT_COVERING}
    return notes


def header_facts(planes: FieldPlanes) -> dict[str, Any]:
    """Return time, filter and file name of the image, as far as its headers state them.

    The time is the middle of the exposure, as the draft of a field file has it.
    """
    facts: dict[str, Any] = {"filename": Path(planes.image_file).name}
    moment = exposure_middle(*planes.headers)
    if moment is not None:
        facts["time"] = moment.text
    band = filter_of(*planes.headers)
    if band is not None:
        facts["filter"] = band
    return facts
