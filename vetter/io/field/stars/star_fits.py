"""Fits of an image's stars, made like those of its candidates but with a free scale."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from vetter.core.cutout_source import ImageField
from vetter.core.judgement.field_fit import FieldFit
from vetter.core.judgement.flux_scale import MAX_FREE_SCALE
from vetter.core.psf.stars import cells, find_isolated_stars
from vetter.io.field.field_source import FieldSource
from vetter.io.field.planes import ReadablePart

Star = tuple[float, float, float, float, float, float]

_STRIDE = 27
"""Step through the parts; coprime to their number, so that each part is visited."""


def star_fits(field: ImageField, fit: FieldFit) -> Iterator[tuple[tuple[Star, ...], int]]:
    """Fit the stars of an image, part by part; no stars if the input is not a field.

    A star whose fit has no result, or ends on a bound, is left out. The candidates' bound of the
    scale does not apply to stars, since their scales give the template's flux units.

    Yields
    ------
    (tuple of six floats, int)
        x, y, dx, dy in pixels, scale, and peak above the image's median of the stars of a part,
        and the number of parts left.
    """
    # with_planes(): a night opens the files of an image at its first use.
    field = field.with_planes()
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
    # In strides, so that the first stars to arrive come from all over the field.
    parts = [parts[number * _STRIDE % len(parts)] for number in range(len(parts))]
    for done, cell in enumerate(parts, start=1):
        stars = find_isolated_stars(cell, image, template, mask, fwhm)
        yield tuple(_fit_stars(field, fit, stars)), len(parts) - done


def _fit_stars(
    source: FieldSource, fit: FieldFit, positions: list[tuple[float, float]]
) -> Iterator[Star]:
    from vetter.core.fit.adjust import fit_many

    cutouts = [source.cutout_at(x, y, fit.radius) for x, y in positions]
    options = replace(fit.options, max_scale=max(MAX_FREE_SCALE, fit.options.max_scale))
    results = fit_many(cutouts, options)
    for (x, y), cutout, result in zip(positions, cutouts, results, strict=True):
        if result.converged and not result.at_bound:
            pixels = cutout["image"]
            peak = float(np.nanmax(pixels) - np.nanmedian(pixels))
            yield x, y, result.dx, result.dy, result.scale, peak
