"""Common shape of a field's stars: one elliptical Moffat fitted to all of them at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane
from vetter.core.psf.field_stars import MIN_STARS, FieldStars
from vetter.core.psf.models import Moffat
from vetter.core.psf.sources import read_unmasked

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MAX_STARS = 32
"""Number of stars that are fitted, at most: more than these hardly improve a shape."""
_MAX_PIXELS = 25_000
"""Number of pixels that are fitted, at most, in at least 12 stars: time grows with it."""
_MIN_WIDE_STARS = 12
RADIUS_FWHM = 2.5
"""Half the side of a star's stamp, in units of the FWHM; it covers the fitted box."""
_TO_FWHM = 2.0 * math.sqrt(2.0 * math.log(2.0))
_HALF_LIGHT = math.sqrt(2.0 * math.log(2.0))
_MIN_KNOWN = 0.9
"""Fraction of a stamp's pixels that must be known."""
_MAX_SATURATION = 0.8
"""Fraction of the saturation level below which pixels are assumed linear."""
_CELLS = 3
"""Number of cells of the field along each axis, from which stars are taken in turn."""
_MODEL_ERROR = 0.03
"""Error of the model relative to it: no bright star outweighs all others."""
_HUBER = 4.0
"""Residual in sigmas above which a pixel counts less: it may be a neighbour's."""
_MAX_MISFIT = 3.0
"""Misfit of a star relative to the median star's above which it is left out."""
_MAX_ITERATIONS = 15
_CONVERGED = 1e-3
"""Change of the shape's parameters that ends the fit: a thousandth of the FWHM."""
_MIN_BETA, _MAX_BETA = 1.5, 100.0
"""Exponents of a profile with the widest wings, and of nearly a Gaussian."""
_BETA, _INVERSE_SPREAD = 3.5, 0.2
"""Usual exponent of a Moffat and spread of its inverse: a few stars alone leave it undetermined."""


@dataclass(frozen=True, slots=True, eq=False)
class StarShape:
    """A Moffat common to n stars, with their stamps of S x S pixels and their own parameters.

    Attributes
    ----------
    moffat : Moffat
    stamps : ndarray (n, S, S)
        Pixels in units of the highest of all; 0 where not known.
    weight : ndarray (n, S, S)
        Inverse variance of the pixels; 0 where not known.
    offset : ndarray (n, 2)
        x and y of the star relative to the stamp's central pixel.
    flux, sky : ndarray (n,)
        In the unit of the stamps.
    """

    moffat: Moffat
    stamps: Array
    weight: Array
    offset: Array
    flux: Array
    sky: Array

    @property
    def count(self) -> int:
        """Number of stars."""
        return len(self.stamps)

    def take(self, kept: Bools) -> StarShape:
        """Return the same shape with some of the stars."""
        return StarShape(
            self.moffat,
            self.stamps[kept],
            self.weight[kept],
            self.offset[kept],
            self.flux[kept],
            self.sky[kept],
        )


def fit_star_shape(image: Plane, mask: Plane | None, stars: FieldStars) -> StarShape | str:
    """Fit one elliptical Moffat, integrated over the pixels, to a field's unsaturated stars.

    Parameters
    ----------
    image : Plane
        Image; NaN where unknown.
    mask : Plane, optional
        True where bad.
    stars : FieldStars
        Stars of the image; 32 are used at most, bright ones from all over the field.

    Returns
    -------
    StarShape or str
        A text gives the reason for a failure: fewer than 3 stars.
    """
    chosen = _choose_stars(stars, image.shape)
    found = _cut_stamps(image, mask, chosen)
    if found is None:
        return "fewer than 3 stars"
    # errstate: a damaged file may hold numbers near the end of the float range.
    with np.errstate(all="ignore"):
        shape = _fit(*found, _start_of(stars))
        misfit = _measure_misfit(shape)
        kept = misfit <= _MAX_MISFIT * np.median(misfit)
        if np.count_nonzero(kept) >= MIN_STARS and not kept.all():
            shape = _fit(
                found[0][kept], found[1][kept], found[2][kept], found[3][kept], shape.moffat
            )
    if not (math.isfinite(shape.moffat.fwhm) and np.isfinite(shape.flux).all()):
        return "their fit does not converge"
    return shape


def _start_of(stars: FieldStars) -> Moffat:
    """Return the norm as a Moffat, without the pixel's own width."""
    sigma2 = max((stars.radius / _HALF_LIGHT) ** 2 - 1.0 / 12.0, 0.2)
    return Moffat(_TO_FWHM * math.sqrt(sigma2), _BETA, max(stars.ratio, 0.1), stars.direction)


def _choose_stars(stars: FieldStars, shape: tuple[int, int]) -> FieldStars:
    """Return bright stars in the linear range, from all cells of the field in turn."""
    linear = ~stars.saturated & (stars.peak <= _MAX_SATURATION * stars.saturation)
    if np.count_nonzero(linear) < MIN_STARS:
        linear = ~stars.saturated
    stars = stars.take(linear)
    cell = np.floor(_CELLS * stars.y / shape[0]) * _CELLS + np.floor(_CELLS * stars.x / shape[1])
    rank = np.array([np.count_nonzero(cell[:k] == cell[k]) for k in range(len(stars))], int)
    return stars.take(np.argsort(rank, kind="stable")[:MAX_STARS])


def _cut_stamps(
    image: Plane, mask: Plane | None, stars: FieldStars
) -> tuple[Array, Bools, Array, Array] | None:
    """Return stamps, known pixels, sky's sigmas and offsets; None for fewer than 3 stars."""
    if not len(stars):
        return None
    start = _start_of(stars)
    half = max(5, math.ceil(max(RADIUS_FWHM, 1.5 / math.sqrt(start.ratio)) * start.fwhm) + 1)
    stamps, offsets = [], []
    most = max(_MIN_WIDE_STARS, _MAX_PIXELS // (2 * half + 1) ** 2)
    for x, y in zip(stars.x.tolist()[:most], stars.y.tolist()[:most], strict=True):
        stamp = read_unmasked(image, mask, Box.around(x, y, half))
        if np.count_nonzero(np.isfinite(stamp)) >= _MIN_KNOWN * stamp.size:
            stamps.append(stamp)
            offsets.append((x - math.floor(x + 0.5), y - math.floor(y + 0.5)))
    if len(stamps) < MIN_STARS:
        return None
    pixels = np.array(stamps)
    known = np.isfinite(pixels)
    edge = np.concatenate([pixels[:, :2], pixels[:, -2:]], axis=1).reshape(len(pixels), -1)
    # Without the sky and in units of the highest: products of pixels do not overflow.
    pixels = pixels - np.nanmedian(edge, axis=1)[:, None, None]
    unit = float(np.nanmax(np.abs(pixels))) or 1.0
    pixels, edge = pixels / unit, edge / unit
    middle = np.nanmedian(edge, axis=1)[:, None]
    noise = 1.4826 * np.nanmedian(np.abs(edge - middle), axis=1)
    floor = 1e-4 * np.nanmax(np.abs(pixels), axis=(1, 2))
    return np.where(known, pixels, 0.0), known, np.maximum(noise, floor), np.array(offsets)


def _fit(stamps: Array, known: Bools, noise: Array, offset: Array, start: Moffat) -> StarShape:
    """Fit by Gauss and Newton's method; each star's own parameters are eliminated."""
    shape, offset = _to_parameters(start), offset.copy()
    half = stamps.shape[-1] // 2
    limit = math.log(half)
    for _ in range(_MAX_ITERATIONS):
        model = _render(shape, offset, half)
        flux, sky, weight = _fit_fluxes(model, stamps, known, noise)
        residual = stamps - sky - flux * model
        slopes = _slopes(shape, offset, half, model)
        local = np.stack([*(flux * slopes[:2]), model, np.ones_like(model)], axis=1)
        common = np.moveaxis(flux * slopes[2:], 0, 1)
        n = len(stamps)
        local, common = local.reshape(n, 4, -1), common.reshape(n, 4, -1)
        w, r = weight.reshape(n, 1, -1), residual.reshape(n, -1, 1)
        a = (local * w) @ local.transpose(0, 2, 1)
        scale = np.sqrt(np.maximum(np.einsum("nii->ni", a), 1e-300))
        a = a / scale[:, :, None] / scale[:, None, :] + 1e-9 * np.eye(4)
        b = (local * w) @ common.transpose(0, 2, 1) / scale[:, :, None]
        c = ((common * w) @ common.transpose(0, 2, 1)).sum(0)
        right_local = (local * w) @ r / scale[:, :, None]
        right = ((common * w) @ r).sum(0)[:, 0]
        prior = np.array([0.0, 0.0, 0.0, _INVERSE_SPREAD**-2])
        solved = np.linalg.solve(a, np.concatenate([b, right_local], axis=2))
        transposed = b.transpose(0, 2, 1)
        c = c - (transposed @ solved[:, :, :4]).sum(0) + np.diag(prior)
        right = right - (transposed @ solved[:, :, 4:]).sum(0)[:, 0]
        right[3] += prior[3] * (1.0 / _BETA - shape[3])
        c += np.diag(1e-3 * np.diag(c) + 1e-12)
        step = np.clip(np.nan_to_num(np.linalg.lstsq(c, right, rcond=None)[0]), -0.3, 0.3)
        moved = (solved[:, :, 4] - solved[:, :, :4] @ step) / scale
        offset = np.clip(offset + np.clip(np.nan_to_num(moved[:, :2]), -0.5, 0.5), -2.0, 2.0)
        before, shape = shape, shape + step
        shape[0] = np.clip(shape[0], math.log(0.5), limit)
        shape[1:3] *= min(1.0, 0.9 / max(math.hypot(shape[1], shape[2]), 1e-9))
        shape[3] = np.clip(shape[3], 1.0 / _MAX_BETA, 1.0 / _MIN_BETA)
        if np.abs(shape - before).max() < _CONVERGED:
            break
    model = _render(shape, offset, half)
    flux, sky, weight = _fit_fluxes(model, stamps, known, noise)
    return StarShape(_to_moffat(shape), stamps, weight, offset, flux[:, 0, 0], sky[:, 0, 0])


def _fit_fluxes(
    model: Array, stamps: Array, known: Bools, noise: Array
) -> tuple[Array, Array, Array]:
    """Return flux and sky, shape (n, 1, 1), and the weight of each pixel, for a given model."""
    weight = known / noise[:, None, None] ** 2
    for _ in range(3):
        one, m, d = ((weight * v).sum((1, 2), keepdims=True) for v in (1.0, model, stamps))
        mm = (weight * model * model).sum((1, 2), keepdims=True)
        md = (weight * model * stamps).sum((1, 2), keepdims=True)
        determinant = one * mm - m * m
        flux = (one * md - m * d) / determinant
        sky = (mm * d - m * md) / determinant
        sigma2 = noise[:, None, None] ** 2 + (_MODEL_ERROR * flux * model) ** 2
        size = np.abs(stamps - sky - flux * model) / np.sqrt(sigma2)
        weight = known / sigma2 * np.minimum(1.0, _HUBER / np.maximum(size, 1e-9))
    return flux, sky, weight


def _measure_misfit(shape: StarShape) -> Array:
    """Return each star's residual relative to its flux, in the model's own profile."""
    model = _render(_to_parameters(shape.moffat), shape.offset, shape.stamps.shape[-1] // 2)
    flux, sky = shape.flux[:, None, None], shape.sky[:, None, None]
    residual = np.where(shape.weight > 0.0, shape.stamps - sky - flux * model, 0.0)
    return np.asarray(
        (np.abs(residual) * model).sum((1, 2)) / (flux[:, 0, 0] * (model**2).sum((1, 2)))
    )


def _slopes(shape: Array, offset: Array, half: int, model: Array) -> Array:
    """Return derivatives by x, y and the four parameters of the shape, (6, n, S, S)."""
    step = 1e-4
    slopes = []
    for axis in range(2):
        moved = offset.copy()
        moved[:, axis] += step
        slopes.append((_render(shape, moved, half) - model) / step)
    for number in range(4):
        changed = shape.copy()
        changed[number] += step
        slopes.append((_render(changed, offset, half) - model) / step)
    return np.array(slopes)


def _render(shape: Array, offset: Array, half: int) -> Array:
    steps = np.arange(-half, half + 1.0)
    dx = steps[None, None, :] - offset[:, 0, None, None]
    dy = steps[None, :, None] - offset[:, 1, None, None]
    return _to_moffat(shape).value(dx, dy)


def _to_parameters(moffat: Moffat) -> Array:
    """Return ln(FWHM), both components of (a - b) / (a + b), and 1 / beta."""
    g = (1.0 - moffat.ratio) / (1.0 + moffat.ratio)
    return np.array(
        [
            math.log(moffat.fwhm),
            g * math.cos(2.0 * moffat.angle),
            g * math.sin(2.0 * moffat.angle),
            1.0 / moffat.beta,
        ]
    )


def _to_moffat(shape: Array) -> Moffat:
    g = math.hypot(shape[1], shape[2])
    return Moffat(
        math.exp(shape[0]),
        1.0 / float(shape[3]),
        (1.0 - g) / (1.0 + g),
        0.5 * math.atan2(shape[2], shape[1]),
    )
