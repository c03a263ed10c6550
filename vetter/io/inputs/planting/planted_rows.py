"""A source without an image of its own, as packets, with repeats and known objects as test rows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.epochs import Epochs
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.sky_marks import MarkKind
from vetter.core.cutout_source import CutoutSource, Fingerprint, PlaneChange, PsfFwhm
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.mixed_epochs import mix_epochs
from vetter.core.fakes.mixed_list import MixedList
from vetter.core.fakes.planted_row import KNOWN


class PlantedRows(CutoutSource):
    """Candidates of another source in another order, some of them twice, with fewer columns.

    Parameters
    ----------
    source : CutoutSource
        Its list is complete.
    candidates : CandidateList
        The list to show.
    origin : ndarray of int (n,)
        Row of the source that each row shows.
    planted : tuple of PlantedRow
    mixed : MixedList or None
        The list with its repeats; None without any.
    """

    def __init__(
        self,
        source: CutoutSource,
        candidates: CandidateList,
        origin: npt.NDArray[np.intp],
        planted: tuple[PlantedRow, ...],
        mixed: MixedList | None,
    ) -> None:
        self._source, self._origin = source, origin
        self.candidates, self.planted = candidates, planted
        self.title, self.record = source.title, dict(source.record)
        self.plane_names, self.default_radius = source.plane_names, source.default_radius
        self.plane_provenance, self.unjudged = source.plane_provenance, source.unjudged
        self.extra_cautions, self.shape = source.extra_cautions, source.shape
        self.wcs, self.parents = source.wcs, source.parents
        self.time, self.filter, self.name = source.time, source.filter, source.name
        # The class of the source decides it, and this one stands for many.
        self.has_own_widths = source.has_own_widths
        self._hides_marks = any(row.kind == KNOWN for row in planted)
        epochs = source.object_epochs
        self._epochs = epochs
        if epochs is not None and mixed is not None:
            self._epochs = mix_epochs(epochs, mixed, np.asarray(epochs.times)[origin])

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes of the source, and those on its test rows."""
        return (*self._source.notes, *self.extra_notes)

    @property
    def report(self) -> tuple[str, ...]:
        """Inputs that could not be read."""
        return self._source.report

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Fingerprints of the source's files."""
        return self._source.fingerprints

    @property
    def object_epochs(self) -> Epochs | None:
        """The epochs of each object; None if no object has several."""
        return self._epochs

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        """Return the FWHM of the source's PSF."""
        return self._source.fwhm(measure)

    def cutout(self, row: int, radius: float) -> Cutout:
        """Return the cutout of one candidate; raises InputError if it cannot be read."""
        return self._changed(row, self._source.cutout(int(self._origin[row]), radius))

    def cutout_with(self, row: int, radius: float, names: Collection[str]) -> Cutout:
        """Return a cutout that contains at least those of these planes that exist."""
        origin = int(self._origin[row])
        return self._changed(row, self._source.cutout_with(origin, radius, names))

    def fit_cutout(
        self, row: int, radius: float, names: Collection[str], measured: PlaneChange | None = None
    ) -> Cutout:
        """Return the cutout that a fit reads."""
        return self._source.fit_cutout(int(self._origin[row]), radius, names, measured)

    def own_fwhm(self, row: int, cutout: Cutout) -> PsfFwhm | None:
        """Return the FWHM of one candidate's PSF."""
        return self._source.own_fwhm(int(self._origin[row]), cutout)

    def close(self) -> None:
        """Close the files."""
        self._source.close()

    def _changed(self, row: int, cutout: Cutout) -> Cutout:
        """Return a cutout with the metadata of the list as shown, and without marks of a match."""
        listed: dict[str, Any] = self.candidates.candidate(row)
        kept = {k: v for k, v in cutout.meta.items() if k in ("time", "filter", "filename")}
        # A cutout that the source stores stays as it is.
        changed = cutout.copy()
        changed.meta = {**kept, **listed, "name": self.candidates.name(row)}
        if self._hides_marks:
            marks = cutout.sky_marks
            changed.sky_marks = tuple(m for m in marks if m.kind is not MarkKind.PREDICTED)
        return changed
