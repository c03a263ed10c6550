"""The epochs of a candidate: each image that holds its place, with a candidate or without."""

from __future__ import annotations

import math
from typing import NamedTuple

from vetter.core.cutout_source import CutoutSource, ManyFields, Place, has_epochs
from vetter.review.cutouts.rendered_cutout import Target


class Epoch(NamedTuple):
    """One epoch of an object.

    ``spot`` is the row of its candidate on that image, or its place there where the list has none;
    ``field`` is the image's number, ``name`` its name, ``time`` ISO text and ``filter`` its name,
    '' where unknown.
    """

    spot: Target
    field: int
    name: str
    time: str
    filter: str

    @property
    def row(self) -> int:
        """The candidate's row; -1 where there is none."""
        return -1 if isinstance(self.spot, Place) else self.spot


def epochs_of(source: CutoutSource, row: int) -> list[Epoch]:
    """The epochs of a candidate, first to last; none where the input has a single image.

    An image on which nothing was found in this place is among them: that tells what moves, or
    faded, from what was never looked at. It reads no file.
    """
    if not has_epochs(source):
        return []
    numbers = source.field_numbers
    spots: list[tuple[int, Target]] = [(int(numbers[r]), r) for r in source.epochs.rows(row)]
    found = {number for number, _ in spots}
    ra, dec = (float(getattr(source.candidates, axis)[row]) for axis in ("ra", "dec"))
    if math.isfinite(ra) and math.isfinite(dec):
        held = source.fields_at(ra, dec)
        spots += [(n, Place(n, ra, dec)) for n in held if n not in found]
    epochs = [_epoch(source, number, spot) for number, spot in spots]
    # Images without a time come last, as they do among the candidates.
    return sorted(epochs, key=lambda epoch: (not epoch.time, epoch.time, epoch.field, epoch.row))


def siblings(source: CutoutSource, row: int) -> list[int]:
    """The rows of a candidate's object, itself among them, first to last."""
    return source.epochs.rows(row) if has_epochs(source) and row >= 0 else [row]


def _epoch(source: ManyFields, number: int, spot: Target) -> Epoch:
    image = source.fields[number]
    return Epoch(spot, number, image.name, image.time, image.filter)
