"""Stars of the field fitted as its candidates are: what is normal in each part of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from vetter.core.cutout_source import fields_of
from vetter.core.field_stars import cells, stars_of
from vetter.review.fit_messages import StarFits

if TYPE_CHECKING:
    from vetter.core.cutout_source import CutoutSource
    from vetter.core.field_fit import FieldFit
    from vetter.io.field_source import FieldSource


_STRIDE = 27
"""Has no divisor in common with the number of parts, so that each has its turn."""


def survey(source: CutoutSource, fit: FieldFit, number: int = 0) -> Iterator[StarFits]:
    """Fit the stars of an image, part by part; nothing where the input is no field.

    A star whose fit has no result, or ends on a bound, is left out: it says nothing of the field.
    """
    # Opening a field is what brings this module in, in the fitting process.
    from vetter.io.field_source import FieldSource
    from vetter.io.readable_part import ReadablePart

    field = fields_of(source)[number]
    opened = getattr(field, "opened", None)
    if opened is not None:
        # One of a night's: its files are opened when it is looked at.
        field = opened()
    if not isinstance(field, FieldSource):
        yield StarFits((), 0, number)
        return
    planes = {name: ReadablePart(plane) for name, plane in field.field_planes.planes.items()}
    image, mask = planes.get("image"), planes.get("mask")
    template = planes.get("convolved", planes.get("template"))
    if image is None or template is None or fit.options.fwhm is None:
        yield StarFits((), 0, number)
        return
    fwhm = fit.options.fwhm
    parts = cells(field.shape, math.ceil(3 * fwhm) + 2)
    # Not row by row: the first stars to arrive are from all over the field.
    parts = [parts[number * _STRIDE % len(parts)] for number in range(len(parts))]
    for done, cell in enumerate(parts, start=1):
        places = stars_of(cell, image, template, mask, fwhm)
        yield StarFits(tuple(_fitted(field, fit, places)), len(parts) - done, number)


def _fitted(
    source: FieldSource, fit: FieldFit, places: list[tuple[float, float]]
) -> Iterator[tuple[float, float, float, float, float]]:
    from vetter.core.adjust import fit_many

    cutouts = [source.cutout_at(x, y, fit.radius) for x, y in places]
    for (x, y), made in zip(places, fit_many(cutouts, fit.options), strict=True):
        if made.converged and not made.at_bound:
            yield x, y, made.dx, made.dy, made.scale
