"""Source of a session's candidates and cutouts: a list with images, packets or cutout files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, TypeGuard

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from astropy.wcs import WCS

    from vetter.core.candidates.candidate_list import CandidateList
    from vetter.core.candidates.epochs import Epochs
    from vetter.core.coordinates.parent_pixels import ParentPixels
    from vetter.core.cutout.cutout import Cutout
    from vetter.core.cutout.plane import Plane, Provenance
    from vetter.core.decisions.planted import PlantedRow


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Identity of an input file, by which the next start notices a changed file.

    ``role`` is 'candidates', a plane's name or 'cutouts', preceded by the image's name if there are
    several images (``r1: candidates``); ``digest`` is a hash of the content.
    """

    role: str
    path: str
    size: int
    mtime_ns: int
    digest: str

    @property
    def is_list(self) -> bool:
        """Whether the file is a list of candidates."""
        return self.role == "candidates" or self.role.endswith(": candidates")


class PsfFwhm(NamedTuple):
    """The FWHM of a field's PSF in pixels, and its origin in words."""

    value: float
    origin: str


class PlaneChange(Protocol):
    """Planes that were measured on a field for its fits, in place of those given."""

    def replace(self, planes: Mapping[str, Plane]) -> dict[str, Plane]:
        """Return the planes that the fits of a field read, given all planes of the field."""


class ImageField:
    """Properties that the candidates of one image share; the defaults mean unknown."""

    name: str = ""
    time: str = ""
    """Time of the image, ISO text; empty if unknown."""
    filter: str = ""
    wcs: WCS | None = None
    shape: tuple[int, int] | None = None
    """Rows and columns; None if each candidate came with its own pixels."""
    parents: Sequence[ParentPixels] = ()
    """Larger images that the image is part of."""
    has_own_widths: bool = False
    """True if each candidate may have its own PSF: see `CutoutSource.own_fwhm`."""

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Fingerprints of the image's list and planes."""
        return ()

    @property
    def image_plane(self) -> Plane | None:
        """The whole image; None if each candidate came with its own pixels.

        An image of several has its planes only after `with_planes`.
        """
        return None

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        """Return the FWHM of the image's PSF; None if unknown.

        ``measure`` permits a measurement on the field's stars, which takes a moment.
        """
        return None

    def with_planes(self) -> ImageField:
        """Return the image with its planes; raises InputError if they cannot be used."""
        return self


class CutoutSource(ImageField, ABC):
    """A list of candidates, and the cutout of any of them.

    ``cutout`` is called from a worker thread; an implementation is safe for one thread at a time.
    A source of one image is also that image; ``fields`` holds what belongs to each image.

    A source may be used while its list is still loading. A worker thread then calls ``grow`` while
    another thread calls ``cutout``, for any row of a list that ``grow`` returned. ``candidates`` is
    the longest such list.
    """

    title: str
    """Text of the window's title."""
    candidates: CandidateList
    """List of the candidates, in the file's order."""
    plane_names: tuple[str, ...]
    """Names of the expected planes, in the order of the panels."""
    plane_provenance: Mapping[str, Provenance] = MappingProxyType({})
    """Origin of the planes, as far as known before any cutout is read; a plane without an entry is
    `Provenance.GIVEN`, or not known yet."""
    unjudged: str | None = None
    """Reason why no fit can be judged, or empty; None: the planes tell."""
    default_radius: float
    """Half the side of a cutout unless the user chooses another, pixels."""
    record: dict[str, Any]
    """Inputs and options in plain types, enough to open the same source again."""
    extra_notes: tuple[str, ...] = ()
    """Notes of the caller that opened the source; ``notes`` begins with them."""
    extra_cautions: tuple[str, ...] = ()
    """Those of the extra notes that are cautions, shown before the list's cautions."""
    chooses_columns: bool = False
    """True if the user may choose how the list's columns are read."""
    planted: tuple[PlantedRow, ...] = ()
    """Test rows in the list: artificial sources, repeats and known objects."""
    reopen_unplanted: Callable[[], CutoutSource] | None = None
    """Function that opens the same inputs without test rows; None if the list has none."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Lines for the user on recognised, converted or estimated inputs."""
        return self.extra_notes

    @property
    def report(self) -> tuple[str, ...]:
        """Lines for the user on inputs that could not be read so far, with the reasons.

        Only a source of many inputs has such lines, since it continues without unread inputs.
        """
        return ()

    @property
    def fields(self) -> Sequence[ImageField]:
        """Images of the source."""
        return (self,)

    @property
    def object_epochs(self) -> Epochs | None:
        """Return which candidates are epochs of one object; None if no object can have several.

        It may cover more rows than a list that was handed out before.
        """
        return None

    def field_of(self, row: int) -> int:
        """Return the index in ``fields`` of a candidate's image."""
        return 0

    def on_field(self, rows: npt.NDArray[np.intp], *numbers: int) -> npt.NDArray[np.bool_]:
        """Return whether each of these rows (n,) is on one of the images with these indices."""
        return np.full(len(rows), 0 in numbers)

    @abstractmethod
    def cutout(self, row: int, radius: float) -> Cutout:
        """Return the cutout of one candidate; raises InputError if it cannot be read."""

    def cutout_with(self, row: int, radius: float, names: Collection[str]) -> Cutout:
        """Return a cutout that contains at least those of these planes that exist."""
        return self.cutout(row, radius)

    def fit_cutout(
        self, row: int, radius: float, names: Collection[str], measured: PlaneChange | None = None
    ) -> Cutout:
        """Return the cutout that a fit reads: of these planes those that exist, and a position.

        Its planes may differ from those shown, as a template matched for the fit alone.
        ``measured`` are planes of the candidate's field; a source without fields ignores them.
        """
        return self.cutout_with(row, radius, names)

    def own_fwhm(self, row: int, cutout: Cutout) -> PsfFwhm | None:
        """Return the FWHM of one candidate's PSF, given its cutout; None if unknown."""
        return None

    @property
    def is_complete(self) -> bool:
        """Whether all inputs were read, so that the list is final.

        Callers read it often: it must take no time, while other properties may.
        """
        return True

    @property
    def expected_count(self) -> int | None:
        """Approximate length of the complete list; None if unknown."""
        return None

    def grow(self) -> CandidateList | None:
        """Wait for more rows and return the whole list so far; None once it is complete.

        Rows are only appended: rows of an earlier list keep their indices, keys and values, and a
        returned list never changes. After ``close``, also on another thread, returns None soon. An
        input that cannot be read is named in ``report``, and does not raise.
        """
        return None

    def read_whole_list(self) -> Self:
        """Read the whole list and return the source, for commands that show nothing earlier."""
        while not self.is_complete and self.grow() is not None:
            pass
        return self

    def list_for_others(self) -> Any:
        """Return the complete list for `take_list` in another process; None to read it there."""
        return None

    def take_list(self, listed: Any) -> Self:
        """Take the list that the same source read in another process; without one, read it."""
        return self.read_whole_list()

    @abstractmethod
    def close(self) -> None:
        """Close the files."""


class SkyPosition(NamedTuple):
    """A sky position (degrees) without a candidate, on one image of a source."""

    field: int
    ra: float
    dec: float


class ManyFields(CutoutSource):
    """A source of several images; its own ``wcs`` and ``fwhm`` are None."""

    field_numbers: npt.NDArray[np.intp]
    """Index in ``fields`` of each candidate's image, shape (n,)."""
    epochs: Epochs
    """Candidates of the list, grouped by object."""

    @property
    @abstractmethod
    def fields(self) -> Sequence[ImageField]:
        """Images of the source."""

    @property
    def object_epochs(self) -> Epochs | None:
        """Return the epochs, if there are several images."""
        return self.epochs if len(self.fields) > 1 else None

    def field_of(self, row: int) -> int:
        """Return the index in ``fields`` of a candidate's image."""
        return int(self.field_numbers[row])

    def on_field(self, rows: npt.NDArray[np.intp], *numbers: int) -> npt.NDArray[np.bool_]:
        """Return whether each of these rows (n,) is on one of the images with these indices."""
        return np.isin(self.field_numbers[rows], numbers)

    @abstractmethod
    def fields_at(self, ra: float, dec: float) -> list[int]:
        """Return indices of the images that cover a sky position, first to last in time."""

    @abstractmethod
    def cutout_at(self, place: SkyPosition, radius: float) -> Cutout:
        """Return the cutout at a sky position; raises InputError if it cannot be read."""


def has_epochs(source: CutoutSource) -> TypeGuard[ManyFields]:
    """Return whether a source has several images, so that an object may have several epochs."""
    return isinstance(source, ManyFields) and len(source.fields) > 1
