"""Other detections of a candidate's object, with the size of the PSF, as marks on the sky."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vetter.core.cutout.sky_marks import MarkKind, SkyMark

if TYPE_CHECKING:
    from vetter.core.cutout.cutout import Cutout
    from vetter.core.cutout_source import CutoutSource

MOST = 20
"""Number of marks; the panels paint each in less than a hundredth of a frame's time."""
SAME = 0.01 / 3600
"""Degrees within which two places are one: a packet's history is in the list, too."""


def other_detections(
    source: CutoutSource, row: int, cutout: Cutout, scale: float | None
) -> tuple[SkyMark, ...]:
    """Return the other detections of a candidate's object, in its packet and in the list.

    Their length is the FWHM of the PSF in arcseconds, 0 if unknown. A pair of stars that is
    detected as one has two groups of places, a mover a row of them.

    Parameters
    ----------
    source : CutoutSource
    row : int
        Row of the candidate; a place without a candidate (-1) has no object.
    cutout : Cutout
    scale : float or None
        Arcseconds per pixel.

    Returns
    -------
    tuple of SkyMark
        At most `MOST`, the latest: those of the packet, then those of the list.
    """
    epochs = source.object_epochs
    places = [(mark.ra, mark.dec) for mark in cutout.sky_marks if mark.kind is MarkKind.DETECTION]
    if row < 0 or (epochs is None and not places):
        return ()
    past = {_rounded(place) for place in places if all(map(math.isfinite, place))}
    if epochs is not None:
        ra, dec = source.candidates.ra, source.candidates.dec
        rows = [other for other in epochs.rows(row) if other != row and other < len(ra)]
        listed = [(float(ra[other]), float(dec[other])) for other in rows]
        places += [
            place
            for place in listed
            if all(map(math.isfinite, place)) and _rounded(place) not in past
        ]
    if not places:
        return ()
    known = source.own_fwhm(row, cutout)
    if known is None:
        known = source.fields[source.field_of(row)].fwhm(measure=False)
    length = 0.0 if known is None or scale is None else known.value * scale
    return tuple(SkyMark(MarkKind.DETECTION, *place, length) for place in places[-MOST:])


def _rounded(place: tuple[float, float]) -> tuple[int, int]:
    return round(place[0] / SAME), round(place[1] / SAME)
