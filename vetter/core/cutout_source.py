"""What a vetting session reads its candidates and cutouts from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeGuard, cast

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from astropy.wcs import WCS

    from vetter.core.candidates import CandidateList
    from vetter.core.cutout import Cutout
    from vetter.core.epochs import Epochs
    from vetter.core.plane import Provenance


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


class ImageField(Protocol):
    """What the candidates of one image have in common."""

    @property
    def wcs(self) -> WCS | None:
        """The image's WCS."""

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """What its list and its planes were."""

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        """The FWHM of the image's PSF; see `CutoutSource.fwhm`."""


class CutoutSource(Protocol):
    """A list of candidates, and the cutout of any of them.

    ``cutout`` is called from a worker thread; an implementation is safe for one thread at a time.
    What belongs to an image rather than to the whole is asked of `fields_of`.
    """

    extra_notes: tuple[str, ...]
    """What whoever opened it has to say, before what it says itself: a part of ``notes``."""

    @property
    def title(self) -> str:
        """What the window's title says."""

    @property
    def candidates(self) -> CandidateList:
        """The list, in the file's order."""

    @property
    def plane_names(self) -> tuple[str, ...]:
        """The planes to expect, in the order of the panels."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was recognised, converted or estimated: one line each, for the user."""

    @property
    def wcs(self) -> WCS | None:
        """The image's WCS, where there is one for all candidates."""

    @property
    def default_radius(self) -> float:
        """Half the side of a cutout where the vetter chooses no other, pixels."""

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """What the inputs were."""

    @property
    def record(self) -> dict[str, Any]:
        """Inputs and options in plain types, enough to open the same again."""

    def cutout(self, row: int, radius: float) -> Cutout:
        """The cutout of one candidate; raises InputError where it cannot be read."""

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        """The FWHM of the image's PSF; None where nothing tells.

        ``measure`` allows to measure it on the field's stars, which takes a moment.
        """

    def close(self) -> None:
        """Let go of the files."""


class Place(NamedTuple):
    """A place on the sky (degrees) on one image of a source, where its list has no candidate."""

    field: int
    ra: float
    dec: float


class ManyFields(CutoutSource, Protocol):
    """A source of several images; its own ``wcs`` and ``fwhm`` are None."""

    @property
    def fields(self) -> Sequence[ImageField]:
        """The images."""

    @property
    def field_numbers(self) -> npt.NDArray[np.intp]:
        """Which of them each candidate is on, shape (n,)."""

    @property
    def epochs(self) -> Epochs:
        """Which candidates are one object."""

    def fields_at(self, ra: float, dec: float) -> list[int]:
        """The numbers of the images that hold a place of the sky, first to last in time."""

    def cutout_at(self, place: Place, radius: float) -> Cutout:
        """The cutout at a place as that of a candidate there; raises InputError."""


def has_epochs(source: CutoutSource) -> TypeGuard[ManyFields]:
    """Whether it has several images, on which an object may be more than once."""
    return len(fields_of(source)) > 1


def fields_of(source: CutoutSource) -> Sequence[ImageField]:
    """The images of a source; a source of one image is that image itself."""
    fields = getattr(source, "fields", None)
    return (source,) if fields is None else cast("Sequence[ImageField]", fields)


def field_of(source: CutoutSource, row: int) -> int:
    """The number of the image that a candidate is on."""
    numbers = getattr(source, "field_numbers", None)
    return 0 if numbers is None else int(numbers[row])


def on_field(
    source: CutoutSource, rows: npt.NDArray[np.intp], *numbers: int
) -> npt.NDArray[np.bool_]:
    """Which of these rows (n,) are on one of these images."""
    own = getattr(source, "field_numbers", None)
    return np.full(len(rows), 0 in numbers) if own is None else np.isin(own[rows], numbers)


class OwnWidths(CutoutSource, Protocol):
    """A source whose candidates do not all have one PSF."""

    def own_fwhm(self, row: int, cutout: Cutout) -> PsfFwhm | None:
        """The FWHM of the PSF of one candidate, whose cutout this is; None where nothing tells."""


def has_own_widths(source: object) -> TypeGuard[OwnWidths]:
    """Whether candidates may have a PSF each."""
    return callable(getattr(source, "own_fwhm", None))


class GrowingSource(CutoutSource, Protocol):
    """A source that is used while its list is still being read.

    ``grow`` is called from a worker thread of its own while another thread calls ``cutout``, which
    may ask for any row of a list that was handed out. ``candidates`` is the longest such list.
    """

    @property
    def complete(self) -> bool:
        """Whether all inputs were read: the list stays as it is now."""

    @property
    def expected(self) -> int | None:
        """About how many candidates the whole list will have; None where nothing tells."""

    def grow(self) -> CandidateList | None:
        """Wait for the next lot and return the whole list so far; None when it is complete.

        Rows are only appended: those of an earlier list keep their places, keys and values. A list
        that was handed out is never changed. After ``close``, also on another thread, returns None
        soon. An input that cannot be read is named in ``report``; nothing is raised for it.
        """


def is_growing(source: CutoutSource) -> TypeGuard[GrowingSource]:
    """Whether the list is still being read.

    Looks no attribute up but ``grow`` and ``complete``: others of a source may be slow to answer.
    """
    return callable(getattr(source, "grow", None)) and not getattr(source, "complete", True)


def cutout_with(source: CutoutSource, row: int, radius: float, names: Collection[str]) -> Cutout:
    """A cutout with at least these planes, where it has them; others may be left unread."""
    reader = getattr(source, "cutout_with", None)
    if reader is None:
        return source.cutout(row, radius)
    return cast("Cutout", reader(row, radius, names))


def report_of(source: CutoutSource) -> tuple[str, ...]:
    """The inputs that a source could not read so far, and why: one line each, for the user.

    None where it does not tell: only a source of many inputs has a ``report``, for it goes on
    without those that cannot be read.
    """
    return tuple(getattr(source, "report", ()))


def plane_provenance(source: CutoutSource) -> Mapping[str, Provenance]:
    """Return how a source's planes come to be, known before any cutout is made.

    A plane that is not among them is `Provenance.GIVEN`, or not known yet.
    """
    known: Mapping[str, Provenance] | None = getattr(source, "plane_provenance", None)
    return {} if known is None else known


def completed(source: CutoutSource) -> CutoutSource:
    """The source, once its whole list was read (headless commands, which show nothing earlier)."""
    while is_growing(source) and source.grow() is not None:
        pass
    return source
