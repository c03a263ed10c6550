"""Several images of a night as one source of cutouts; each image is opened at its first cutout."""

from __future__ import annotations

import dataclasses
import math
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.epochs import Epochs
from vetter.core.coordinates.footprint import Footprints
from vetter.core.coordinates.wcs import sky_to_pixel
from vetter.core.cutout.cutout import LazyCutout
from vetter.core.cutout_source import (
    Fingerprint,
    ImageField,
    ManyFields,
    PlaneChange,
    PsfFwhm,
    SkyPosition,
)
from vetter.errors import InputError
from vetter.io.field.field_source import FieldSource
from vetter.io.fits.exposure import Moment

if TYPE_CHECKING:
    from astropy.wcs import WCS

MAX_OPEN_FILES = 160
"""Image files that stay open; systems allow a program 256 or more."""


class OpenFields:
    """The open images; those unused for longest are closed to keep to `MAX_OPEN_FILES`."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, FieldSource] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def get(self, name: str, opening: Callable[[], FieldSource]) -> FieldSource:
        """Return the image of a name, opened if necessary."""
        source = self._open.get(name)
        if source is None:
            source = self._open[name] = opening()
            files = sum(len(other.field_planes.files) for other in self._open.values())
            while files > MAX_OPEN_FILES and len(self._open) > 1:
                _, oldest = self._open.popitem(last=False)
                files -= len(oldest.field_planes.files)
                oldest.close()
        self._open.move_to_end(name)
        return source

    def close(self) -> None:
        """Close all images."""
        for source in self._open.values():
            source.close()
        self._open.clear()


@dataclass(eq=False)
class NightField(ImageField):
    """One image of a night.

    Attributes
    ----------
    name : str
    candidates : CandidateList
        The image's own list, as in its file; without rows if nothing was found.
    wcs : `~astropy.wcs.WCS` or None
    shape : (int, int)
        Rows and columns.
    moment : Moment or None
        The time; None if unknown.
    filter : str
        Empty if unknown.
    plane_names : tuple of str
        The planes that the opened image will have.
    prints : tuple of Fingerprint
        The ``fingerprints``.
    notes : tuple of str
    opening : callable
        Opens the planes with the list.
    known : PsfFwhm or None
        The FWHM from options, list or header; None until it is measured.
    """

    # field(): the base class's values must not become defaults.
    name: str = field()
    candidates: CandidateList
    wcs: WCS | None = field()
    shape: tuple[int, int] = field()
    moment: Moment | None
    filter: str = field()
    plane_names: tuple[str, ...]
    prints: tuple[Fingerprint, ...]
    notes: tuple[str, ...]
    opening: Callable[[], FieldSource]
    open_fields: OpenFields
    known: PsfFwhm | None = None
    time: str = field(init=False)
    _measured: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.time = "" if self.moment is None else self.moment.text

    @property
    def mjd(self) -> float:
        """Time in its own scale; NaN if unknown."""
        return math.nan if self.moment is None else self.moment.mjd

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Fingerprints of the list and the planes."""
        return self.prints

    def with_planes(self) -> FieldSource:
        """Return the opened image with its planes; raise InputError if they cannot be used."""
        try:
            return self.open_fields.get(self.name, self.opening)
        except InputError as error:
            raise InputError(f"field {self.name!r}: {error}") from error

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        """Return the FWHM of the PSF and its origin; see `FieldSource.fwhm`."""
        if measure and not self._measured:
            self._measured = True
            self.known = self.with_planes().fwhm()
        return self.known


@dataclass(eq=False)
class NightSource(ManyFields):
    """Cutouts of the candidates of several images.

    Attributes
    ----------
    title : str
    candidates : CandidateList
        Those of all images, in the order of the images; see
        `vetter.core.candidates.joined_lists`.
    images : list of NightField
        The ``fields``.
    field_numbers : ndarray of int, shape (n,)
        The image of each candidate, as index into ``images``.
    plane_names : tuple of str
        Planes of any image, in the order of the panels.
    epochs : Epochs
    default_radius : float
        In pixels.
    prints : tuple of Fingerprint
        The ``fingerprints``. Roles start with the image's name: ``r1: image``.
    own_notes : tuple of str
        Notes on the images and their lists.
    record : dict
    extra_notes, extra_cautions : tuple of str
        Notes and cautions on the input as a whole, shown before the others.
    """

    title: str
    candidates: CandidateList
    images: list[NightField]
    field_numbers: npt.NDArray[np.intp]
    plane_names: tuple[str, ...]
    epochs: Epochs
    default_radius: float
    prints: tuple[Fingerprint, ...]
    own_notes: tuple[str, ...]
    record: dict[str, Any]
    open_fields: OpenFields
    extra_notes: tuple[str, ...] = ()
    extra_cautions: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the inputs that were recognised, one line each."""
        return (*self.extra_notes, *self.own_notes)

    @property
    def fields(self) -> list[NightField]:
        """The images."""
        return self.images

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Fingerprints of the list and the planes."""
        return self.prints

    @cached_property
    def _starts(self) -> npt.NDArray[np.intp]:
        counts = [len(one.candidates) for one in self.images]
        return np.concatenate([[0], np.cumsum(counts)])[:-1].astype(np.intp)

    @cached_property
    def _footprints(self) -> Footprints:
        return Footprints([(one.wcs, one.shape) for one in self.images])

    @cached_property
    def _in_time(self) -> list[int]:
        return [int(number) for number in np.argsort([f.mjd for f in self.images], kind="stable")]

    def cutout(self, row: int, radius: float | None = None) -> LazyCutout:
        """Return a candidate's cutout with the planes of its image; raise InputError."""
        return self.cutout_with(row, radius)

    def cutout_with(
        self, row: int, radius: float | None = None, names: Collection[str] | None = None
    ) -> LazyCutout:
        """Return a cutout as `cutout` does, with the named planes only; None for all."""
        number = int(self.field_numbers[row])
        image = self.images[number]
        used = self.default_radius if radius is None else radius
        cutout = image.with_planes().cutout_with(row - int(self._starts[number]), used, names)
        # The name of the joined list may differ from the one in the image's own list.
        cutout.meta["name"] = self.candidates.name(row)
        return _labelled(cutout, image)

    def fit_cutout(
        self, row: int, radius: float, names: Collection[str], measured: PlaneChange | None = None
    ) -> LazyCutout:
        """Return the cutout that a fit reads, with the planes that were measured for it."""
        number = int(self.field_numbers[row])
        first = int(self._starts[number])
        source = self.images[number].with_planes()
        return source.fit_cutout(row - first, radius, names, measured)

    def cutout_at(self, place: SkyPosition, radius: float) -> LazyCutout:
        """Return the cutout of an image at a position in the sky, as for a candidate there.

        Raises
        ------
        InputError
            The position is off the image, the image has no WCS, or a file cannot be read.
        """
        image = self.images[place.field]
        source = image.with_planes()
        if image.wcs is None:
            raise InputError(f"field {image.name!r}: has no WCS to find the place with")
        x, y = sky_to_pixel(image.wcs, place.ra, place.dec)
        rows, columns = image.shape
        if not (-0.5 <= x < columns - 0.5 and -0.5 <= y < rows - 0.5):
            raise InputError(f"field {image.name!r}: off the image")
        cutout = source.cutout_at(x, y, radius)
        cutout.meta |= {"name": image.name, "ra": place.ra, "dec": place.dec}
        return _labelled(cutout, image)

    def fields_at(self, ra: float, dec: float) -> list[int]:
        """Return the indices of the images that cover a position in the sky, sorted by time."""
        held = self._footprints.images_containing(ra, dec)
        return [number for number in self._in_time if held[number]]

    def close(self) -> None:
        """Close the files."""
        self.open_fields.close()


def _labelled(cutout: LazyCutout, image: NightField) -> LazyCutout:
    cutout.meta["field"] = image.name
    for name, value in (("time", image.time), ("filter", image.filter)):
        if value:
            cutout.meta[name] = value
    return cutout


def with_image_name(fingerprint: Fingerprint, name: str) -> Fingerprint:
    """Return a fingerprint whose role begins with the name of its image."""
    return dataclasses.replace(fingerprint, role=f"{name}: {fingerprint.role}")
