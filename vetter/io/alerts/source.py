"""Alert packets as a source of cutouts, usable while the list is still loading."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.epochs import Epochs
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout.plane import Provenance
from vetter.core.cutout_source import CutoutSource, Fingerprint, PlaneChange, PsfFwhm
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.alerts.columns import key_of
from vetter.io.alerts.cutout import (
    StampCutout,
    cropped_stamp,
    describe_fit,
    own_size,
    packet_cutout,
    planes_for_fit,
)
from vetter.io.alerts.growing_list import PRODUCERS, GrowingList
from vetter.io.alerts.listing import FIRST_LOT_SIZE, Listing, Lot, place_of
from vetter.io.alerts.packets.packets import Packets
from vetter.io.alerts.packets.producers import producer_of
from vetter.io.field.fwhm import known_fwhm
from vetter.io.files.fingerprint import files_fingerprint, plane_fingerprint
from vetter.io.files.regular_files import left_alone_note

PLANES = ("image", "template", "diff", "err")
_DEFAULT_RADIUS = 20.0
_MAX_FIRST_CAPACITY = 200_000
"""Largest number of rows to allocate at first: the expected number is only an estimate."""


class AlertSource(CutoutSource):
    """Source of candidates from packets in files, folders and archives.

    Parameters
    ----------
    title : str
    packets : Packets
        Reader of the packets for cutouts.
    first : Lot
        Beginning of the list.
    listing : Listing or None
        Worker process that lists the rest; None if the first lot is the whole list.
    options : mapping
        The user's ``radius`` and ``fwhm``, pixels, or None.
    record : dict
    expected : int or None
        Estimated number of packets.
    left_alone : int
        Number of other files by their names.

    Attributes
    ----------
    candidates : CandidateList
        The list so far.
    extra_notes, extra_cautions : tuple of str
        Notes and cautions shown before all others.
    plane_provenance : mapping of str to Provenance
        Provenance of the planes of the first packet with stamps.
    """

    has_own_widths: bool = True

    def __init__(
        self,
        title: str,
        packets: Packets,
        first: Lot,
        listing: Listing | None,
        options: Mapping[str, float | None],
        record: dict[str, Any],
        expected: int | None,
        left_alone: int,
        extra_notes: tuple[str, ...] = (),
        extra_cautions: tuple[str, ...] = (),
    ) -> None:
        self.title = title
        self.record = record
        self.extra_notes, self.extra_cautions = extra_notes, extra_cautions
        self._packets, self._listing = packets, listing
        self._options = options
        self._expected = expected
        self._list = GrowingList()
        self._list.left_alone = left_alone
        self._list.expected = min(round(1.1 * (expected or 0)), _MAX_FIRST_CAPACITY)
        self._failed = self._sky_note = self._fit_note = ""
        # grow() and a cutout() that has to wait for a row may come from two threads.
        self._growing = threading.Lock()
        self._gzip_index: tuple[int, bytes] | None = None
        self._list.add(first)
        self._complete = listing is None
        self._epochs = self._list.objects.epochs()
        self._rows = self._list.places
        self.candidates: CandidateList = self._list.candidates(())
        self._first = self.candidates
        self.plane_provenance: Mapping[str, Provenance] = {}
        self.plane_names, side = self._inspect_first()
        # Half of a whole stamp, unless the user gives a radius.
        self.default_radius = options["radius"] or side or _DEFAULT_RADIUS

    @property
    def object_epochs(self) -> Epochs | None:
        """Return the packets of each object; None if no object has several."""
        epochs = self._epochs
        return epochs if epochs.has_several else None

    @property
    def is_complete(self) -> bool:
        """Whether the list is complete."""
        return self._complete

    @property
    def expected_count(self) -> int | None:
        """Estimated number of candidates; None if unknown."""
        return len(self.candidates) if self.is_complete else self._expected

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the packets listed so far, one line each."""
        listed, candidates = self._list, self.candidates
        producers = ", ".join(listed.producers)
        notes = [
            f"{format_count(len(candidates), 'packet')} of {producers}"
            + ("" if self.is_complete else " so far")
        ]
        if listed.unread:
            total = len(candidates) + len(listed.unread)
            notes.append(
                f"{len(listed.unread):,} of {format_count(total, 'packet')} could not be read; "
                "File > Report names them"
            )
        if listed.repeated:
            repeat = format_count(listed.repeated, "packet repeats", "packets repeat")
            notes.append(f"{repeat} an id: kept apart as KEY#2 and so on")
        if listed.unnamed:
            notes.append(f"{format_count(listed.unnamed, 'packet')} without an id: called row-N")
        epochs = self._epochs
        if epochs.has_several:
            _, counts = np.unique(epochs.labels, return_counts=True)
            several = format_count(int((counts > 1).sum()), "object was", "objects were")
            notes.append(f"epochs by the packets' object id: {several} found more than once")
        if listed.left_alone:
            notes.append(left_alone_note(listed.left_alone))
        if self._failed:
            notes.append(f"the list ends early: {self._failed}")
        return (
            *self.extra_notes,
            *notes,
            *listed.schema_notes,
            f"columns {candidates.roles.format_choices()}",
            *([self._sky_note] if self._sky_note else []),
            *([self._fit_note] if self._fit_note else []),
        )

    @property
    def report(self) -> tuple[str, ...]:
        """Unreadable packets so far, and the reasons."""
        lines = [f"{name}: {reason}" for name, reason in list(self._list.unread)]
        return tuple([*lines, self._failed] if self._failed else lines)

    @cached_property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Fingerprint of all files by names and sizes; of a single file by samples of content."""
        files = [Path(name) for name in self._packets.files]
        if len(files) == 1:
            return (plane_fingerprint("cutouts", files[0]),)
        return (files_fingerprint("cutouts", [path for path in files if path.exists()]),)

    def cutout(self, row: int, radius: float | None = None) -> Cutout:
        """Return the cutout of one packet with its light curve, cropped to ``radius``.

        Stamps keep their own size unless the user gives a radius: those of one list differ.
        Waits until the row is listed.

        Raises
        ------
        InputError
            The packet cannot be read any more, or has no usable stamps.
        """
        cutout = self._make_cutout(row)
        if self._is_whole(radius):
            return own_size(cutout)
        assert radius is not None
        return cropped_stamp(cutout, radius)

    def cutout_with(
        self, row: int, radius: float | None = None, names: Collection[str] | None = None
    ) -> Cutout:
        """Return the cutout for a fit: the candidate is in the middle, also at an image's edge."""
        cutout = self._make_cutout(row)
        if self._is_whole(radius):
            return cutout
        assert radius is not None
        return cropped_stamp(cutout, radius)

    def fit_cutout(
        self, row: int, radius: float, names: Collection[str], measured: PlaneChange | None = None
    ) -> Cutout:
        """See :class:`~vetter.core.cutout_source.CutoutSource`; without light curve and columns."""
        cutout = self._make_cutout(row, for_fit=True)
        return cutout if self._is_whole(radius) else cropped_stamp(cutout, radius)

    def _is_whole(self, radius: float | None) -> bool:
        """Return whether stamps are wanted as they are: with no radius, or at least the default.

        Later stamps may be larger than the first, which gives the default.
        """
        if radius is None:
            return True
        return self._options["radius"] is None and radius >= self.default_radius

    def _make_cutout(self, row: int, for_fit: bool = False) -> Cutout:
        while row >= len(self._rows) and self.grow() is not None:
            pass
        candidates = self.candidates
        name = candidates.name(row)
        record = self._record(row, whole=not for_fit)
        producer = producer_of(record)
        if producer is None or key_of(record, producer) != self._list.own_key(row):
            raise InputError(f"{name}: its file has changed since it was listed")
        meta = candidates.position(row) if for_fit else candidates.candidate(row)
        meta.setdefault("name", name)
        build = planes_for_fit if for_fit else packet_cutout
        try:
            return build(record, producer, meta)
        except InputError as error:
            raise InputError(f"{name}: {error}") from error

    def grow(self) -> CandidateList | None:
        """See :class:`~vetter.core.cutout_source.CutoutSource`."""
        with self._growing:
            if self.is_complete or self._listing is None:
                return None
            lot = self._listing.next_lot()
            self._failed = lot.failed
            self._list.add(lot)
            if lot.gzip_index is not None:
                self._gzip_index = lot.gzip_index
            self._packets.take_unpacked(lot.unpacked)
            if lot.rows is not None:
                # Before the candidates, all of which have epochs.
                self._epochs = self._list.objects.epochs()
                # _rows last: cutout() on another thread takes a row of _rows as listed.
                self.candidates = self._list.candidates(())
                self._rows = self._list.places
            self._complete = lot.last
            return self.candidates

    def list_for_others(self) -> GrowingList | None:
        """See :class:`~vetter.core.cutout_source.CutoutSource`."""
        return self._list if self.is_complete and len(self._list) > FIRST_LOT_SIZE else None

    def take_list(self, listed: Any) -> Self:
        """See :class:`~vetter.core.cutout_source.CutoutSource`."""
        if not isinstance(listed, GrowingList):
            return self.read_whole_list()
        with self._growing:
            if self._listing is not None:
                self._listing.close()
            self._listing, self._list = None, listed
            self._epochs = listed.objects.epochs()
            self.candidates = listed.candidates(())
            self._rows = listed.places
            self._complete = True
        return self

    def fwhm(self, measure: bool = True) -> PsfFwhm | None:
        """Return the FWHM of the PSF: the user's, or from a stamp's PSF, or the packets' column.

        Only the first lot counts, so that the FWHM stays the same while the list loads.
        """
        from vetter.core.psf.models import PsfImage

        user_fwhm = self._options["fwhm"]
        if user_fwhm is None and measure:
            try:
                image = self.cutout(0).psf_image
                if image is not None:
                    value = PsfImage(image).fwhm
                    return PsfFwhm(value, f"FWHM {value:.2f} px of the first packet's PSF")
            except (InputError, ValueError):
                # The packets' column may give a FWHM.
                pass
        known = known_fwhm(user_fwhm, self._first, None, None)
        note = self._list.widths.describe()
        if known is None or user_fwhm is not None or not note:
            return known
        return PsfFwhm(known[0], note)

    def own_fwhm(self, row: int, cutout: Cutout) -> PsfFwhm | None:
        """Return the FWHM of one packet's PSF or survey; None if unknown."""
        return self._list.widths.of(self._list.producer(row), cutout)

    def close(self) -> None:
        """End the worker process and close the files."""
        if self._listing is not None:
            self._listing.close()
        self._packets.close()

    def _record(self, row: int, whole: bool) -> dict[str, Any]:
        index, self._gzip_index = self._gzip_index, None
        if index is not None:
            try:
                self._packets.take_gzip_index(*index)
            except InputError:
                # The index only saves time.
                pass
        return self._packets.record(place_of(self._rows[row]), whole)

    def _inspect_fit(self, row: int) -> None:
        """Find out whether fits of packets like this one can be judged."""
        record = self._record(row, whole=False)
        producer = producer_of(record)
        if producer is None:
            return
        how, self.unjudged = describe_fit(record, producer)
        fits = f"fits: {how}" if how else "fits"
        if self.unjudged:
            self._fit_note = f"{fits}; shown, not judged: {self.unjudged}"
        else:
            self._fit_note = f"{fits}; not calibrated, since packets bring no stars of the field"

    def _inspect_first(self) -> tuple[tuple[str, ...], float]:
        """Return names of planes, and half a stamp's side, from the first packet with stamps."""
        for row in range(min(4, len(self._rows))):
            try:
                cutout = self.cutout(row)
            except InputError:
                continue
            self.plane_provenance = dict(cutout.provenance)
            self._inspect_fit(row)
            if isinstance(cutout, StampCutout) and cutout.has_survey_sky:
                producer = PRODUCERS[self._list.producer(row)]
                self._sky_note = (
                    f"no WCS in stamps of {producer.name}: RA and Dec about the known position by "
                    f"{producer.pixel_scale:.2f} arcsec per pixel"
                )
            mask = ("mask",) if "mask" in cutout.planes else ()
            return (*PLANES, *mask), (max(cutout.shape) - 1) / 2
        return PLANES, 0.0
