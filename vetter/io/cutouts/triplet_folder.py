"""Source of plain stamps: science, reference and difference of a candidate as a file each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.coordinates.wcs import sky_to_pixel
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import ORDER, Box, Provenance
from vetter.core.cutout_source import CutoutSource, Fingerprint, PsfFwhm
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.cutouts.triplet_list import StampHeader, list_stamps, stamp_header
from vetter.io.cutouts.triplet_names import PlaneSet, PlaneSets
from vetter.io.field.field_planes import FieldPlanes, open_planes
from vetter.io.field.field_source import cut_planes, header_facts
from vetter.io.field.fwhm import known_fwhm
from vetter.io.files.fingerprint import files_fingerprint
from vetter.io.files.regular_files import left_alone_note
from vetter.io.input_options import InputOrigin

FIRST_LOT = 512
"""Number of headers read before anything is shown; each later lot doubles the list."""
MAX_STAMP_SIDE = 1200
"""Largest side of a stamp, pixels; a larger file is an image that lacks its list."""
NO_FILE = "no file of this plane"
_CONVERTED = ("variance", "weight")
_DEFAULT_RADIUS = 20.0


@dataclass(eq=False)
class TripletFolder(CutoutSource):
    """Candidates with a file for each plane; the files are read at their first use.

    Attributes
    ----------
    title : str
    found : PlaneSets
        The files of each candidate.
    record : dict
    radius, given_fwhm : float or None
        The cutouts' radius and the PSF's FWHM from the user, pixels.
    extra_notes, extra_cautions : tuple of str
        Notes and cautions that come before all others.
    """

    title: str
    found: PlaneSets
    record: dict[str, Any]
    radius: float | None = None
    given_fwhm: float | None = None
    extra_notes: tuple[str, ...] = ()
    extra_cautions: tuple[str, ...] = ()
    candidates: CandidateList = field(init=False)
    plane_names: tuple[str, ...] = field(init=False)
    plane_provenance: Mapping[str, Provenance] = field(init=False)
    default_radius: float = field(init=False)
    _headers: list[StampHeader | None] = field(default_factory=list, init=False)
    _stopped: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.candidates = self._list_next()
        self.plane_names, self.plane_provenance = _planes_of(self.found)
        half = (max(largest_of(self._headers)) - 1) / 2
        self.default_radius = self.radius or half or _DEFAULT_RADIUS

    @property
    def is_complete(self) -> bool:
        """Whether all headers are read."""
        return len(self.candidates) == len(self.found.sets)

    @property
    def expected_count(self) -> int:
        """Number of candidates in the complete list."""
        return len(self.found.sets)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the files and columns that are listed so far."""
        found, listed = self.found, self.candidates
        notes = [
            f"{format_count(len(found.sets), 'candidate')} by the names of their files; columns "
            f"{listed.roles.format_choices() or 'none'}"
        ]
        if "missing" in listed.table.colnames:
            short = int(np.count_nonzero(np.asarray(listed.table["missing"]) != ""))
            notes.append(
                f"{format_count(short, 'of them lacks', 'of them lack')} a plane that others have: "
                "see the column missing"
            )
        unread = sum(header is None for header in self._headers)
        if unread:
            notes.append(f"{unread} of the images cannot be read as FITS; their panels say why")
        if found.without_image:
            have = format_count(found.without_image, "name has", "names have")
            notes.append(f"{have} planes but no image: left alone")
        if found.doubled:
            notes.append(
                f"{format_count(found.doubled, 'file')} left out: another file is taken as the "
                "plane"
            )
        if found.others:
            notes.append(left_alone_note(found.others))
        return (*self.extra_notes, *notes, *listed.notes)

    @cached_property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Fingerprint of all files together."""
        return (
            files_fingerprint(
                "cutouts", [Path(p) for plane_set in self.found.sets for p in files_of(plane_set)]
            ),
        )

    def grow(self) -> CandidateList | None:
        """Return the list with the next headers; None if all are read."""
        if self.is_complete or self._stopped:
            return None
        self.candidates = self._list_next()
        return self.candidates

    def cutout(self, row: int, radius: float | None = None) -> Cutout:
        """Read the stamp of one candidate, and crop it to a smaller radius.

        A plane that cannot be read, or that has another shape and no WCS, is left out, and the
        cutout's notes hold the reason. Aligning the middles of two stamps would be a guess, half
        a pixel wrong for an even and an odd side.

        Raises
        ------
        InputError
            The image cannot be read.
        """
        plane_set = self.found.sets[row]
        planes, left_out = _open_compatible(plane_set.planes)
        try:
            meta = self.candidates.candidate(row)
            for name, value in header_facts(planes).items():
                meta.setdefault(name, value)
            meta["name"] = plane_set.name
            x, y = _candidate_position(planes, meta)
            box = Box(0, 0, planes.shape[1], planes.shape[0])
            if radius is not None:
                around = Box.around(x, y, radius)
                if around.nx < box.nx or around.ny < box.ny:
                    box = around
            cutout = cut_planes(planes, box, meta)
            missing = {name: NO_FILE for name in self.plane_names if name not in plane_set.planes}
            cutout.notes = {**missing, **cutout.notes, **left_out}
            return cutout
        finally:
            planes.close()

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        """Return the FWHM from the user or the headers; there is no field to measure it on."""
        return known_fwhm(self.given_fwhm, self.candidates, None, None)

    def close(self) -> None:
        """Stop listing; no file is open."""
        self._stopped = True

    def _list_next(self) -> CandidateList:
        sets = self.found.sets
        goal = min(len(sets), max(FIRST_LOT, 2 * len(self._headers)))
        for plane_set in sets[len(self._headers) : goal]:
            if self._stopped:
                break
            self._headers.append(stamp_header(plane_set))
        return list_stamps(sets[: len(self._headers)], self._headers)


def open_triplets(
    title: str,
    found: PlaneSets,
    radius: float | None,
    fwhm: float | None,
    origin: InputOrigin,
) -> TripletFolder:
    """Open a source of stamps that are grouped by file names; only the first headers are read.

    Raises
    ------
    InputError
        The files are not images, or too large for stamps.
    """
    notes, cautions = origin.notes_with(), origin.cautions
    source = TripletFolder(title, found, origin.record, radius, fwhm, notes, cautions)
    width, height = largest_of(source._headers)
    if not width:
        first = found.sets[0].planes["image"]
        raise InputError(f"{first}: expected a FITS image by its name, found another file")
    if max(width, height) > MAX_STAMP_SIDE and radius is None:
        raise InputError(
            f"{found.sets[0].planes['image']}: an image of {width} x {height} pixels and its "
            "planes, but no candidate list: name the list and --image, or give --radius to see "
            "the middle"
        )
    return source


def _planes_of(found: PlaneSets) -> tuple[tuple[str, ...], dict[str, Provenance]]:
    """Return the names of all candidates' planes and of computed ones, and their provenance."""
    names: dict[str, None] = {}
    for plane_set in found.sets:
        names.update(dict.fromkeys(plane_set.planes))
    has_errors = not names.keys().isdisjoint(("err", *_CONVERTED))
    for name in (*_CONVERTED, "err"):
        names.pop(name, None)
    names["err"] = None
    if "convolved" in names:
        names["diff"] = None
    ordered = (*(n for n in ORDER if n in names), *(n for n in names if n not in ORDER))
    return ordered, {} if has_errors else {"err": Provenance.ESTIMATED}


def files_of(plane_set: PlaneSet) -> list[str]:
    """Return the files of one candidate, in the order of their planes' names."""
    return [plane_set.planes[plane] for plane in sorted(plane_set.planes)]


def largest_of(headers: Sequence[StampHeader | None]) -> tuple[int, int]:
    """Return the largest stamp's columns and rows; (0, 0) if no header could be read."""
    sizes = [header.axes[:2] for header in headers if header is not None]
    return max(((size[0], size[1]) for size in sizes), key=max, default=(0, 0))


def _open_compatible(files: Mapping[str, str]) -> tuple[FieldPlanes, dict[str, str]]:
    """Open the planes that fit the image's grid; return also the reasons against the others."""
    try:
        return _open(files), {}
    except InputError:
        compatible = {"image": files["image"]}
        _open(compatible).close()
    reasons: dict[str, str] = {}
    for name, file in files.items():
        if name == "image":
            continue
        try:
            _open({"image": files["image"], name: file}).close()
            compatible[name] = file
        except InputError as error:
            text = str(error).removeprefix(f"{file}: ").removeprefix(f"{Path(file).name}: ")
            reasons["err" if name in _CONVERTED else name] = f"not shown: {text}"
    return _open(compatible), reasons


def _open(files: Mapping[str, str]) -> FieldPlanes:
    specs = {name: file for name, file in files.items() if name not in _CONVERTED}
    converted = {} if "err" in specs else {n: files[n] for n in _CONVERTED if n in files}
    if len(converted) == len(_CONVERTED):
        del converted["weight"]
    variance, weight = converted.get("variance"), converted.get("weight")
    return open_planes(specs, variance, weight, given=None)


def _candidate_position(planes: FieldPlanes, meta: Mapping[str, Any]) -> tuple[float, float]:
    """Return x, y on the stamp: the sky position if it is on the stamp, else the middle."""
    rows, columns = planes.shape
    ra, dec = meta.get("ra", np.nan), meta.get("dec", np.nan)
    if planes.wcs is not None and np.isfinite(ra) and np.isfinite(dec):
        x, y = sky_to_pixel(planes.wcs, ra, dec)
        if 0 <= x <= columns - 1 and 0 <= y <= rows - 1:
            return x, y
    return (columns - 1) / 2, (rows - 1) / 2
