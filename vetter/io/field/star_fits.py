"""Stars of an image fitted as its candidates are, with a scale that is free."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from vetter.core.cutout_source import ImageField
from vetter.core.judgement.field_fit import FieldFit
from vetter.core.judgement.flux_scale import FREE
from vetter.core.psf.stars import cells, stars_of
from vetter.io.field.field_source import FieldSource
from vetter.io.field.planes import ReadablePart

Star = tuple[float, float, float, float, float]

_STRIDE = 27
"""Has no divisor in common with the number of parts, so that each has its turn."""


def star_fits(field: ImageField, fit: FieldFit) -> Iterator[tuple[tuple[Star, ...], int]]:
    """Fit the stars of an image, part by part; nothing where the input is no field.

    A star whose fit has no result, or ends on a bound, is left out: it says nothing of the field.
    The candidates' bound of the scale is none for stars, which tell the template's flux units.

    Yields
    ------
    (tuple of (float, float, float, float, float), int)
        x, y, dx, dy in pixels and scale of the stars of a part, and how many parts are left.
    """
    # The files of one of a night's images are opened when it is looked at.
    field = field.opened()
    if not isinstance(field, FieldSource):
        yield (), 0
        return
    planes = {name: ReadablePart(plane) for name, plane in field.field_planes.planes.items()}
    image, mask = planes.get("image"), planes.get("mask")
    template = planes.get("convolved", planes.get("template"))
    if image is None or template is None or fit.options.fwhm is None:
        yield (), 0
        return
    fwhm = fit.options.fwhm
    parts = cells(field.shape, math.ceil(3 * fwhm) + 2)
    # Not row by row: the first stars to arrive are from all over the field.
    parts = [parts[number * _STRIDE % len(parts)] for number in range(len(parts))]
    for done, cell in enumerate(parts, start=1):
        places = stars_of(cell, image, template, mask, fwhm)
        yield tuple(_fitted(field, fit, places)), len(parts) - done


def _fitted(
    source: FieldSource, fit: FieldFit, places: list[tuple[float, float]]
) -> Iterator[Star]:
    from vetter.core.fit.adjust import fit_many

    cutouts = [source.cutout_at(x, y, fit.radius) for x, y in places]
    options = replace(fit.options, max_scale=max(FREE, fit.options.max_scale))
    for (x, y), made in zip(places, fit_many(cutouts, options), strict=True):
        if made.converged and not made.at_bound:
            yield x, y, made.dx, made.dy, made.scale
