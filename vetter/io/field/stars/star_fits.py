"""Fits of a field's stars and of blank places, made exactly like those of its candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.cutout import Cutout
from vetter.core.fit.adjustment import Adjustment
from vetter.core.fit.field_normal import FieldNormal
from vetter.core.judgement.field_fit import FieldFit
from vetter.core.psf.field_stars import FieldStars
from vetter.errors import InputError
from vetter.io.field.field_source import FieldSource

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MAX_STARS = 200
"""Number of stars that are fitted, at most: the brightest, and others all over the field."""
MAX_BLANKS = 60
"""Number of blank places that are fitted, at most."""
_CELLS = 6
"""Number of cells along each axis from which stars are taken in turn."""
_MAX_FREE_SCALE = 1e6
"""Bound of the scale of a star's fit, since the stars tell the field's scale."""
_MAX_LIGHT = 3.0
"""Light at a blank place in image and template, at most, in errors of its mean."""


def fit_places(
    source: FieldSource,
    fit: FieldFit,
    places: Array,
    normals: Sequence[FieldNormal] | None = None,
) -> list[Adjustment]:
    """Fit places of a field as candidates, with a free scale if ``normals`` are not known.

    Parameters
    ----------
    source : FieldSource
    fit : FieldFit
        Its measured planes are those that the fits read.
    places : ndarray (n, 2)
        x and y in the image, 0-based pixels.
    normals : sequence of FieldNormal, optional
        Normal shift and scale at each place.
    """
    from vetter.core.fit.adjust import fit_many

    options = fit.options
    if normals is None:
        options = replace(options, max_scale=max(_MAX_FREE_SCALE, options.max_scale))
    cutouts: list[Cutout] = [
        source.cutout_at(float(x), float(y), fit.radius, fit.measured) for x, y in places
    ]
    return fit_many(cutouts, options, normals)


def select_stars(stars: FieldStars, shape: tuple[int, int]) -> Array:
    """Return places (n, 2) of unsaturated stars from all over a field, at most `MAX_STARS`."""
    x, y = stars.unsaturated.x, stars.unsaturated.y
    cell = (_CELLS * y / shape[0]).astype(int) * _CELLS + (_CELLS * x / shape[1]).astype(int)
    # The stars come brightest first: their rank within their cell orders them.
    rank = np.zeros(len(x), int)
    for number in np.unique(cell):
        rank[cell == number] = np.arange(np.count_nonzero(cell == number))
    chosen = np.argsort(rank, kind="stable")[:MAX_STARS]
    return np.column_stack([x, y])[np.sort(chosen)]


def select_blank_places(source: FieldSource, fit: FieldFit, stars: FieldStars) -> Array:
    """Return places (n, 2) without light in image and template, at most `MAX_BLANKS`."""
    rows, columns = source.shape
    fwhm = fit.options.fwhm or 4.0
    margin = min(fit.radius + 1.0, 0.25 * min(rows, columns))
    # A fixed seed: the same field must give the same calibration in each process.
    drawn = np.random.default_rng(1).uniform(0.0, 1.0, (6 * MAX_BLANKS, 2))
    places = margin + drawn * (np.array([columns, rows]) - 1.0 - 2.0 * margin)
    if len(stars):
        steps = places[:, None] - np.column_stack([stars.x, stars.y])[None]
        places = places[np.hypot(steps[..., 0], steps[..., 1]).min(axis=1) > 4.0 * fwhm]
    blank: list[tuple[float, float]] = []
    for x, y in places:
        if len(blank) == MAX_BLANKS:
            break
        try:
            cutout = source.cutout_at(float(x), float(y), 3.0 * fwhm, fit.measured)
        except InputError:
            continue
        if all(_is_blank(cutout, name, fwhm) for name in ("image", "convolved")):
            blank.append((float(x), float(y)))
    return np.array(blank, float).reshape(-1, 2)


def _is_blank(cutout: Cutout, name: str, fwhm: float) -> bool:
    """Return whether a plane shows no light within a FWHM of a cutout's middle."""
    pixels = np.asarray(cutout[name], np.float64)
    y, x = np.indices(pixels.shape) - (np.array(pixels.shape) - 1).reshape(2, 1, 1) / 2.0
    inside = np.hypot(x, y) <= fwhm
    if not np.isfinite(pixels[inside]).all():
        return False
    around = pixels[~inside & np.isfinite(pixels)]
    if len(around) < 20:
        return False
    level = float(np.median(around))
    sigma = 1.4826 * float(np.median(np.abs(around - level)))
    error = sigma * np.sqrt(1.0 / np.count_nonzero(inside) + 1.0 / len(around))
    return bool(abs(float(pixels[inside].mean()) - level) <= _MAX_LIGHT * max(error, 1e-300))
