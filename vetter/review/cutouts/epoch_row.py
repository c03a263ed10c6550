"""Epochs of a candidate: each image that covers its position, with or without a candidate."""

from __future__ import annotations

import math
from typing import NamedTuple

from vetter.core.cutout_source import CutoutSource, ManyFields, SkyPosition, has_epochs
from vetter.io.fits.exposure import iso_time
from vetter.review.cutouts.rendered_cutout import Target


class Epoch(NamedTuple):
    """One epoch of an object.

    ``target`` is the row of the object's candidate on the image, or a `SkyPosition` if the list has
    none; ``field`` is the image's number, ``name`` the image's name, ``time`` ISO text and
    ``filter`` the filter's name, '' if unknown.
    """

    target: Target
    field: int
    name: str
    time: str
    filter: str

    @property
    def row(self) -> int:
        """The candidate's row; -1 without a candidate."""
        return -1 if isinstance(self.target, SkyPosition) else self.target


def epochs_of(source: CutoutSource, row: int, count: int | None = None) -> list[Epoch]:
    """Return the epochs of a candidate, first to last; empty if no object can have several.

    Images without a candidate at this position are included: they separate an object that moved
    or faded from one that was never imaged. No file is read.

    Parameters
    ----------
    source : CutoutSource
    row : int
    count : int, optional
        Number of rows of the list in use, while the source's own list may be longer.
    """
    if source.object_epochs is None:
        return []
    if not has_epochs(source):
        return [_packet_epoch(source, other) for other in object_rows(source, row, count)]
    numbers = source.field_numbers
    spots: list[tuple[int, Target]] = [(int(numbers[r]), r) for r in source.epochs.rows(row)]
    detected = {number for number, _ in spots}
    ra, dec = (float(getattr(source.candidates, axis)[row]) for axis in ("ra", "dec"))
    if math.isfinite(ra) and math.isfinite(dec):
        covering = source.fields_at(ra, dec)
        spots += [(n, SkyPosition(n, ra, dec)) for n in covering if n not in detected]
    epochs = [_epoch(source, number, spot) for number, spot in spots]
    # Images without a time come last, as they do among the candidates.
    return sorted(epochs, key=lambda epoch: (not epoch.time, epoch.time, epoch.field, epoch.row))


def object_rows(source: CutoutSource, row: int, count: int | None = None) -> list[int]:
    """Return the rows of a candidate's object, including its own, first to last.

    ``count``: rows of the list in use; the source's own list may be longer.
    """
    epochs = source.object_epochs
    if epochs is None or row < 0:
        return [row]
    return [other for other in epochs.rows(row) if count is None or other < count]


def _epoch(source: ManyFields, number: int, spot: Target) -> Epoch:
    image = source.fields[number]
    return Epoch(spot, number, image.name, image.time, image.filter)


def _packet_epoch(source: CutoutSource, row: int) -> Epoch:
    """Return a packet as an epoch: its key, time and filter."""
    epochs, candidates = source.object_epochs, source.candidates
    assert epochs is not None
    mjd = float(epochs.times[row])
    name = candidates.value("filter", row)
    return Epoch(
        row,
        0,
        candidates.key(row),
        "" if math.isnan(mjd) else iso_time(mjd),
        "" if name is None else str(name),
    )
