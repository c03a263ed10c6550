"""Epochs of a candidate: each image that covers its position, with or without a candidate."""

from __future__ import annotations

import math
from typing import NamedTuple

from vetter.core.cutout_source import CutoutSource, ManyFields, Place, has_epochs
from vetter.review.cutouts.rendered_cutout import Target


class Epoch(NamedTuple):
    """One epoch of an object.

    ``spot`` is the row of the object's candidate on the image, or a `Place` if the list has none;
    ``field`` is the image's number, ``name`` the image's name, ``time`` ISO text and ``filter``
    the filter's name, '' if unknown.
    """

    spot: Target
    field: int
    name: str
    time: str
    filter: str

    @property
    def row(self) -> int:
        """The candidate's row; -1 without a candidate."""
        return -1 if isinstance(self.spot, Place) else self.spot


def epochs_of(source: CutoutSource, row: int) -> list[Epoch]:
    """Return the epochs of a candidate, first to last; empty if the input has a single image.

    Images without a candidate at this position are included: they separate an object that moved
    or faded from one that was never imaged. No file is read.
    """
    if not has_epochs(source):
        return []
    numbers = source.field_numbers
    spots: list[tuple[int, Target]] = [(int(numbers[r]), r) for r in source.epochs.rows(row)]
    detected = {number for number, _ in spots}
    ra, dec = (float(getattr(source.candidates, axis)[row]) for axis in ("ra", "dec"))
    if math.isfinite(ra) and math.isfinite(dec):
        covering = source.fields_at(ra, dec)
        spots += [(n, Place(n, ra, dec)) for n in covering if n not in detected]
    epochs = [_epoch(source, number, spot) for number, spot in spots]
    # Images without a time come last, as they do among the candidates.
    return sorted(epochs, key=lambda epoch: (not epoch.time, epoch.time, epoch.field, epoch.row))


def siblings(source: CutoutSource, row: int) -> list[int]:
    """Return the rows of a candidate's object, including its own, first to last."""
    return source.epochs.rows(row) if has_epochs(source) and row >= 0 else [row]


def _epoch(source: ManyFields, number: int, spot: Target) -> Epoch:
    image = source.fields[number]
    return Epoch(spot, number, image.name, image.time, image.filter)
