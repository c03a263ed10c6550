"""A source that lists another source's candidates in another way."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.epochs import Epochs
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout_source import (
    CutoutSource,
    Fingerprint,
    ImageField,
    ManyFields,
    PlaneChange,
    PsfFwhm,
    SkyPosition,
)

Rows = npt.NDArray[np.intp]


class RelistedSource(CutoutSource):
    """A source with another list of a source's candidates; images and fits are the other's.

    Parameters
    ----------
    inner : CutoutSource
        The other source; closing this one closes it.
    """

    def __init__(self, inner: CutoutSource) -> None:
        self.inner = inner
        self.title = inner.title
        self.record = inner.record
        self.name, self.time, self.filter = inner.name, inner.time, inner.filter
        self.wcs, self.shape, self.parents = inner.wcs, inner.shape, inner.parents
        self.default_radius = inner.default_radius
        self.has_own_widths, self.chooses_columns = inner.has_own_widths, inner.chooses_columns
        self.extra_notes, self.extra_cautions = inner.extra_notes, inner.extra_cautions
        reopen = inner.reopen_unplanted
        self.reopen_unplanted = None if reopen is None else lambda: self.wrap(reopen())
        self._rows: Rows = np.empty(0, np.intp)
        self._read = 0
        self._epochs: tuple[Epochs, int, Epochs] | None = None
        self._update(inner.candidates)

    @abstractmethod
    def wrap(self, inner: CutoutSource) -> CutoutSource:
        """Return another source with its list changed as this one changes that of its own."""

    def choose_rows(self, keys: npt.NDArray[Any], first: int) -> Rows:
        """Return those of the new rows that are listed, given their keys and the first's row."""
        return np.arange(first, first + len(keys))

    def relist(self, listed: CandidateList, rows: Rows) -> CandidateList:
        """Return the list of some rows of the other source's list."""
        return select_rows(listed, rows)

    def change_cutout(self, cutout: Cutout) -> Cutout:
        """Return a cutout of the other source as this one shows it."""
        return cutout

    def _update(self, listed: CandidateList) -> None:
        """Add the list's new rows."""
        new = self.choose_rows(listed.keys[self._read :], self._read)
        self._rows = np.concatenate([self._rows, new])
        self._read = len(listed)
        self.candidates = self.relist(listed, self._rows)
        # Test rows that the other source has put into its list.
        shown = frozenset(self.candidates.keys.tolist())
        self.planted = tuple(row for row in self.inner.planted if row.key in shown)
        self._refresh()

    def _refresh(self) -> None:
        """Take over what the other source learns about its planes as it reads cutouts and rows."""
        inner = self.inner
        self.plane_names, self.plane_provenance = inner.plane_names, inner.plane_provenance
        self.unjudged = inner.unjudged

    @property
    def notes(self) -> tuple[str, ...]:
        """Lines on the inputs."""
        return self.inner.notes

    @property
    def report(self) -> tuple[str, ...]:
        """Lines on inputs that could not be read."""
        return self.inner.report

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Fingerprints of the whole list and its planes."""
        return self.inner.fingerprints

    @property
    def fields(self) -> Sequence[ImageField]:
        """Images of the source, with the whole list of each."""
        return self.inner.fields

    @property
    def object_epochs(self) -> Epochs | None:
        """Return which candidates of the list are epochs of one object."""
        epochs, count = self.inner.object_epochs, len(self._rows)
        if epochs is None:
            return None
        if self._epochs is None or self._epochs[0] is not epochs or self._epochs[1] != count:
            self._epochs = epochs, count, select_epochs(epochs, self._rows)
        return self._epochs[2]

    @property
    def is_complete(self) -> bool:
        """Whether all inputs were read."""
        return self.inner.is_complete

    @property
    def expected_count(self) -> int | None:
        """Approximate length of the complete list; None if unknown."""
        return self.inner.expected_count

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        """Return the FWHM of the image's PSF; None if unknown."""
        return self.inner.fwhm(measure)

    def field_of(self, row: int) -> int:
        """Return the index in ``fields`` of a candidate's image."""
        return self.inner.field_of(int(self._rows[row]))

    def on_field(self, rows: Rows, *numbers: int) -> npt.NDArray[np.bool_]:
        """Return whether each of these rows (n,) is on one of the images with these indices."""
        return self.inner.on_field(self._rows[rows], *numbers)

    def cutout(self, row: int, radius: float) -> Cutout:
        """Return the cutout of one candidate; raises InputError if it cannot be read."""
        cutout = self.inner.cutout(int(self._rows[row]), radius)
        self._refresh()
        return self.change_cutout(cutout)

    def cutout_with(self, row: int, radius: float, names: Collection[str]) -> Cutout:
        """Return a cutout that contains at least those of these planes that exist."""
        cutout = self.inner.cutout_with(int(self._rows[row]), radius, names)
        self._refresh()
        return self.change_cutout(cutout)

    def fit_cutout(
        self, row: int, radius: float, names: Collection[str], measured: PlaneChange | None = None
    ) -> Cutout:
        """Return the cutout that a fit reads."""
        cutout = self.inner.fit_cutout(int(self._rows[row]), radius, names, measured)
        self._refresh()
        return self.change_cutout(cutout)

    def own_fwhm(self, row: int, cutout: Cutout) -> PsfFwhm | None:
        """Return the FWHM of one candidate's PSF; None if unknown."""
        return self.inner.own_fwhm(int(self._rows[row]), cutout)

    def grow(self) -> CandidateList | None:
        """Wait for more rows and return the list so far; None once complete."""
        while (listed := self.inner.grow()) is not None:
            before, earlier = len(self._rows), self.candidates
            self._update(listed)
            if len(self._rows) > before:
                self.candidates.continue_from(earlier)
                return self.candidates
        # The columns of the last list hold for rows read before it too.
        self._update(self.inner.candidates)
        return None

    def read_whole_list(self) -> Self:
        """Read the whole list, and return the source."""
        self.inner.read_whole_list()
        self._update(self.inner.candidates)
        return self

    def list_for_others(self) -> Any:
        """Return the complete list for `take_list` in another process."""
        return self.inner.list_for_others()

    def take_list(self, listed: Any) -> Self:
        """Take the list that the same source read in another process."""
        self.inner.take_list(listed)
        self._update(self.inner.candidates)
        return self

    def close(self) -> None:
        """Close the files."""
        self.inner.close()


class RelistedNight(RelistedSource, ManyFields):
    """Another list of the candidates of several images."""

    def __init__(self, inner: ManyFields) -> None:
        super().__init__(inner)
        self.many = inner
        self.field_numbers = inner.field_numbers[self._rows]
        self.epochs = select_epochs(inner.epochs, self._rows)

    @property
    def object_epochs(self) -> Epochs | None:
        """Return the epochs, if there are several images."""
        return self.epochs if len(self.fields) > 1 else None

    def fields_at(self, ra: float, dec: float) -> list[int]:
        """Return indices of the images that cover a sky position, first to last in time."""
        return self.many.fields_at(ra, dec)

    def cutout_at(self, place: SkyPosition, radius: float) -> Cutout:
        """Return the cutout at a sky position; raises InputError if it cannot be read."""
        return self.many.cutout_at(place, radius)


def select_rows(listed: CandidateList, rows: Rows) -> CandidateList:
    """Return a list with some rows of another, in the given order."""
    return dataclasses.replace(
        listed,
        table=listed.table[rows],
        keys=listed.keys[rows],
        x=listed.x[rows],
        y=listed.y[rows],
        ra=listed.ra[rows],
        dec=listed.dec[rows],
    )


def select_epochs(epochs: Epochs, rows: Rows) -> Epochs:
    """Return the epochs of some rows of a list."""
    return Epochs(epochs.labels[rows], epochs.times[rows])
