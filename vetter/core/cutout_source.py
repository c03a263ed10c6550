"""What a vetting session reads its candidates and cutouts from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, TypeGuard

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from astropy.wcs import WCS

    from vetter.core.candidates.candidate_list import CandidateList
    from vetter.core.candidates.epochs import Epochs
    from vetter.core.cutout.cutout import Cutout
    from vetter.core.cutout.plane import Provenance


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Which file an input was, so that a changed one is noticed at the next start.

    ``role`` is 'candidates', a plane's name or 'cutouts', of one of several images with its name in
    front (``r1: candidates``); ``digest`` is of the content.
    """

    role: str
    path: str
    size: int
    mtime_ns: int
    digest: str

    @property
    def is_list(self) -> bool:
        """Whether it is of a list of candidates."""
        return self.role == "candidates" or self.role.endswith(": candidates")


class PsfFwhm(NamedTuple):
    """The FWHM of a field's PSF in pixels, and where it comes from in words."""

    value: float
    said: str


class ImageField:
    """What the candidates of one image have in common.

    The values are those of an image of which nothing else is known.
    """

    name: str = ""
    time: str = ""
    """ISO text; '' where unknown."""
    filter: str = ""
    wcs: WCS | None = None
    shape: tuple[int, int] | None = None
    """Rows and columns; None where candidates bring their own pixels."""
    has_own_widths: ClassVar[bool] = False
    """Whether candidates may have a PSF each: see `CutoutSource.own_fwhm`."""

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Fingerprints of its list and its planes."""
        return ()

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        """Return the FWHM of the image's PSF; None where nothing tells.

        ``measure`` allows to measure it on the field's stars, which takes a moment.
        """
        return None

    def opened(self) -> ImageField:
        """Return the image with its planes; raises InputError where they cannot be used."""
        return self


class CutoutSource(ImageField, ABC):
    """A list of candidates, and the cutout of any of them.

    ``cutout`` is called from a worker thread; an implementation is safe for one thread at a time.
    A source of one image is that image itself; what belongs to an image rather than to the whole
    is asked of ``fields``.

    A source may be used while its list is still being read. ``grow`` is then called from a worker
    thread of its own while another thread calls ``cutout``, which may ask for any row of a list
    that was handed out. ``candidates`` is the longest such list.
    """

    title: str
    """What the window's title says."""
    candidates: CandidateList
    """The list, in the file's order."""
    plane_names: tuple[str, ...]
    """The planes to expect, in the order of the panels."""
    plane_provenance: Mapping[str, Provenance] = MappingProxyType({})
    """How planes come to be, as far as it is known before any cutout is made; a plane that is not
    among them is `Provenance.GIVEN`, or not known yet."""
    default_radius: float
    """Half the side of a cutout where the vetter chooses no other, pixels."""
    record: dict[str, Any]
    """Inputs and options in plain types, enough to open the same again."""
    extra_notes: tuple[str, ...] = ()
    """Notes of whoever opened it, before those of its own: a part of ``notes``."""
    extra_cautions: tuple[str, ...] = ()
    """Those of them that the user sees at once, before the cautions of the list."""
    chooses_columns: ClassVar[bool] = False
    """Whether the list's columns may be read otherwise, as the user says."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was recognised, converted or estimated: one line each, for the user."""
        return self.extra_notes

    @property
    def report(self) -> tuple[str, ...]:
        """The inputs that could not be read so far, and why: one line each, for the user.

        Only a source of many inputs has any, for it goes on without those that cannot be read.
        """
        return ()

    @property
    def fields(self) -> Sequence[ImageField]:
        """The images."""
        return (self,)

    def field_of(self, row: int) -> int:
        """Return the number of the image that a candidate is on."""
        return 0

    def on_field(self, rows: npt.NDArray[np.intp], *numbers: int) -> npt.NDArray[np.bool_]:
        """Return whether each of these rows (n,) is on one of these images."""
        return np.full(len(rows), 0 in numbers)

    @abstractmethod
    def cutout(self, row: int, radius: float) -> Cutout:
        """Return the cutout of one candidate; raises InputError where it cannot be read."""

    def cutout_with(self, row: int, radius: float, names: Collection[str]) -> Cutout:
        """Return a cutout with at least these planes, where it has them."""
        return self.cutout(row, radius)

    def own_fwhm(self, row: int, cutout: Cutout) -> PsfFwhm | None:
        """Return the FWHM of the PSF of one candidate, whose cutout this is; None: unknown."""
        return None

    @property
    def complete(self) -> bool:
        """Whether all inputs were read: the list stays as it is now.

        It is asked often: it takes no time, while other properties may.
        """
        return True

    @property
    def expected(self) -> int | None:
        """About how many candidates the whole list will have; None where nothing tells."""
        return None

    def grow(self) -> CandidateList | None:
        """Wait for the next lot and return the whole list so far; None when it is complete.

        Rows are only appended: those of an earlier list keep their places, keys and values. A list
        that was handed out is never changed. After ``close``, also on another thread, returns None
        soon. An input that cannot be read is named in ``report``; nothing is raised for it.
        """
        return None

    def completed(self) -> Self:
        """Read the whole list and return the source, for commands that show nothing earlier."""
        while not self.complete and self.grow() is not None:
            pass
        return self

    @abstractmethod
    def close(self) -> None:
        """Let go of the files."""


class Place(NamedTuple):
    """A place on the sky (degrees) on one image of a source, where its list has no candidate."""

    field: int
    ra: float
    dec: float


class ManyFields(CutoutSource):
    """A source of several images; its own ``wcs`` and ``fwhm`` are None."""

    field_numbers: npt.NDArray[np.intp]
    """Which of the images each candidate is on, shape (n,)."""
    epochs: Epochs
    """Which candidates are one object."""

    @property
    @abstractmethod
    def fields(self) -> Sequence[ImageField]:
        """The images."""

    def field_of(self, row: int) -> int:
        """Return the number of the image that a candidate is on."""
        return int(self.field_numbers[row])

    def on_field(self, rows: npt.NDArray[np.intp], *numbers: int) -> npt.NDArray[np.bool_]:
        """Return whether each of these rows (n,) is on one of these images."""
        return np.isin(self.field_numbers[rows], numbers)

    @abstractmethod
    def fields_at(self, ra: float, dec: float) -> list[int]:
        """Return the numbers of the images that hold a place of the sky, first to last in time."""

    @abstractmethod
    def cutout_at(self, place: Place, radius: float) -> Cutout:
        """Return the cutout at a place as that of a candidate there; raises InputError."""


def has_epochs(source: CutoutSource) -> TypeGuard[ManyFields]:
    """Return whether a source has several images, on which an object may be more than once."""
    return isinstance(source, ManyFields) and len(source.fields) > 1
