"""Figures by which a fit is judged against what is normal in its field.

Some belong to the difference before any fit: the flux of a PSF in it, and the parts of it that the
PSF, a shift or a change of scale explain alone. Some hold one parameter at its normal value: the
chi2 of a shift alone, and of a scale alone. And the flux of a PSF is fitted once more with the
field's normal shift and scale as Gaussian priors: a source beside a star can hide in a shift or
scale that no other star of the field has, and the priors forbid this. All come from the moments of
the joint fit (:mod:`vetter.core.fit.chi2.moments`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.chi2.moments import (
    Window,
    project_out,
    tap_weights,
    tap_weights_both,
    windows,
)
from vetter.core.fit.chi2.newton import (
    MAX_SINGLE_DESCENTS,
    Minima,
    ShiftPrior,
    descend_stack,
)
from vetter.core.fit.field_normal import UNKNOWN_NORMAL
from vetter.core.fit.input import FitInput
from vetter.core.fit.noise_model import TemplateNoise, noise_chi2
from vetter.core.fit.point_source import PointSources, compute_products, measure_sources
from vetter.core.fit.search import search
from vetter.core.fit.weights import Solutions

Array = npt.NDArray[np.float64]

_MIN_ERR = 1e-5
"""Scatter of shift, pixels, and of scale, below which a prior is not sharper: rounding."""

_RIDGE = 1e-10
"""Fraction of its power added to each image: images of one shape stay solvable."""
_RIDGES = _RIDGE * np.eye(5)


class Normals(NamedTuple):
    """Normal shifts and scales of a stack, (k,) each; the precisions are 0 where unknown."""

    dx: Array
    dy: Array
    shift_precision: Array
    scale: Array
    scale_precision: Array

    @property
    def is_known(self) -> npt.NDArray[np.bool_]:
        """Whether shift or scale has a prior."""
        return np.asarray((self.shift_precision > 0) | (self.scale_precision > 0))

    def of(self, which: Any) -> Normals:
        """Return the normals of some cutouts of the stack."""
        return Normals(*(column[which] for column in self))

    def penalty(self, dx: Array, dy: Array, scale: Array) -> Array:
        """Return what the priors add to chi2."""
        moved = (dx - self.dx) ** 2 + (dy - self.dy) ** 2
        out: Array = self.shift_precision * moved
        out += self.scale_precision * (scale - self.scale) ** 2
        return out


def read_normals(inputs: Sequence[FitInput], options: FitOptions) -> Normals:
    """Return the normals of the inputs, within the bounds of the shift; unknown ones by default."""
    if all(data.normal is UNKNOWN_NORMAL for data in inputs):
        zero, one = np.zeros(len(inputs)), np.ones(len(inputs))
        return Normals(zero, zero, zero, one, zero)
    dx, dy, shift_err, scale, scale_err = np.array([data.normal for data in inputs], float).T
    bound = options.max_shift
    dx, dy = (np.clip(np.where(np.isfinite(d), d, 0.0), -bound, bound) for d in (dx, dy))
    scale = np.where(np.isfinite(scale) & (scale > 0), scale, 1.0)
    return Normals(dx, dy, _precision(shift_err), scale, _precision(scale_err))


def _precision(err: Array) -> Array:
    known = np.isfinite(err) & (err >= 0)
    return np.where(known, 1.0 / np.square(np.maximum(np.where(known, err, 1.0), _MIN_ERR)), 0.0)


class Deviations(NamedTuple):
    """Figures of a stack, (k,) each, NaN where not measured; `Adjustment` defines them."""

    raw_flux: Array
    raw_flux_err: Array
    psf_snr: Array
    prior_flux: Array
    prior_flux_err: Array
    shift_chi2: Array
    scale_chi2: Array
    scale_alone: Array
    scale_alone_err: Array
    psf_share: Array
    shift_share: Array
    scale_share: Array


def join_deviations(raw: RawFigures, prior: PriorFigures, alone: AloneFigures) -> Deviations:
    """Return the figures together, with six digits: a session stores a hundred thousand of them."""
    columns = np.array(
        [*raw[:2], raw.flux / raw.flux_err, prior.flux, prior.flux_err, *alone[2:], *raw[2:]]
    )
    if columns.shape[1] <= MAX_SINGLE_DESCENTS:
        # Plain numbers: numpy's calls would cost more.
        rounded = [float(f"{value:.6g}") for value in columns.ravel().tolist()]
        return Deviations(*np.array(rounded).reshape(columns.shape))
    size = np.abs(columns)
    digits = 5.0 - np.floor(np.log10(np.where((size > 0) & np.isfinite(size), size, 1.0)))
    # Powers of ten with a positive exponent are exact, and so are the quotients' short decimals.
    up, down = 10.0 ** np.maximum(digits, 0.0), 10.0 ** np.maximum(-digits, 0.0)
    return Deviations(*(np.rint(columns * up / down) / up * down))


class RawFigures(NamedTuple):
    """Figures of the differences before any fit, (k,) each."""

    flux: Array
    flux_err: Array
    psf_share: Array
    shift_share: Array
    scale_share: Array


def measure_raw(moments: list[Array], normals: Normals, options: FitOptions) -> RawFigures:
    """Measure the PSF in image - template, unshifted, with the background free; and the shares.

    Parameters
    ----------
    moments : list of ndarray (k, taps^2 + 3, taps^2 + 3)
        One array for each window, with the noise of the templates: of the shifted coefficients, the
        image, the constant and the PSF.
    normals : Normals
        The template counts times their scale.
    options : FitOptions
    """
    all_windows = windows(options.max_shift)
    index = _find_window(all_windows, 0.0, 0.0)
    basis = _unshifted_basis(all_windows[index], moments[index].shape[1])
    # Template, its slopes along x and y, its Laplacian, PSF, constant and image.
    inner = basis @ moments[index] @ basis.T
    power, psf_power = inner[:, 5, 5].copy(), inner[:, 4, 4].copy()
    inner[:, 5, 5] = np.where(power > 0, power, 1.0)
    inner = project_out(inner, 5)
    cross = inner[:, :5, 6] - normals.scale[:, None] * inner[:, :5, 0]
    images = inner[:, :5, :5]
    measured = (power > 0) & (images[:, 4, 4] > 1e-10 * psf_power)
    # Sums are NaN or infinite if any number is.
    measured &= np.isfinite(images.sum(axis=(1, 2)) + cross.sum(axis=1))
    norm = np.where(measured, images[:, 4, 4], np.nan)
    return RawFigures(
        cross[:, 4] / norm, 1.0 / np.sqrt(norm), *_measure_shares(images, cross, measured)
    )


def _measure_shares(
    images: Array, cross: Array, measured: npt.NDArray[np.bool_]
) -> tuple[Array, Array, Array]:
    """Return the parts of the explained chi2 that PSF, shift and scale alone explain."""
    size = np.sqrt(np.maximum(np.diagonal(images, axis1=1, axis2=2), 1e-300))
    unit = images / (size[:, :, None] * size[:, None, :])
    unit[~measured] = 0.0
    unit += _RIDGES
    found = np.where(measured[:, None], cross / size, np.nan)
    together = np.vecdot(found, np.linalg.solve(unit, found[:, :, None])[:, :, 0])
    explained = np.where(together > 0, together, np.nan)
    x, y, alike = found[:, 1], found[:, 2], unit[:, 1, 2]
    shift = (x * x + y * y - 2.0 * alike * x * y) / np.maximum(1.0 - alike * alike, _RIDGE)
    psf, scale = found[:, 4] ** 2, found[:, 0] ** 2
    psf, shift, scale = (np.minimum(part / explained, 1.0) for part in (psf, shift, scale))
    return psf, shift, scale


@lru_cache(maxsize=64)
def _unshifted_basis(window: Window, size: int) -> Array:
    """Return weights (7, size) of the moments' images, without a shift."""
    taps = window.taps**2
    wx, wy = tap_weights(-window.cx, -window.cy, window.half)
    out = np.zeros((7, size))
    for row, (j, i) in enumerate(((0, 0), (0, 1), (1, 0))):
        out[row, :taps] = np.outer(wy[j], wx[i]).ravel()
    out[3, :taps] = (np.outer(wy[0], wx[2]) + np.outer(wy[2], wx[0])).ravel()
    out[4, taps + 2] = out[5, taps + 1] = out[6, taps] = 1.0
    return out


def _find_window(all_windows: Sequence[Window], x: float, y: float) -> int:
    """Return the index of the window nearest to a shift, which contains it."""
    distances = [max(abs(x - w.cx), abs(y - w.cy)) for w in all_windows]
    return distances.index(min(distances))


class AloneFigures(NamedTuple):
    """Figures of fits with the scale or the shift held at its normal value, (k,) each.

    ``dx`` and ``dy`` are the shifts for the normal scale.
    """

    dx: Array
    dy: Array
    shift_chi2: Array
    scale_chi2: Array
    scale: Array
    scale_err: Array


def measure_alone(
    fitted: list[Array],
    normals: Normals,
    options: FitOptions,
    pixels: npt.NDArray[np.intp],
    noise: TemplateNoise | None,
) -> AloneFigures:
    """Measure chi2 with the scale at its normal value, and with the shift at its normal value.

    Parameters
    ----------
    fitted : list of ndarray (k, taps^2 + 1, taps^2 + 1)
        Moments of each window, of the box whose chi2 they are compared with: of the shifted
        coefficients and the image, a free background removed.
    normals : Normals
    options : FitOptions
    pixels : ndarray (k,)
        Number of the pixels in the box.
    noise : TemplateNoise, optional
        Noise that has been subtracted from the moments.
    """
    all_windows = windows(options.max_shift)
    bounds = 1.0 / options.max_scale, options.max_scale
    df = np.maximum(pixels - (options.max_scale > 1) - options.background, 1)
    best: AloneFigures | None = None
    for moments, window in zip(fitted, all_windows, strict=True):
        u, v = normals.dx - window.cx, normals.dy - window.cy
        scale_chi2, scale, power = _fit_scale(moments, window, u, v, bounds)
        if noise is not None:
            held = Minima(u, v, scale, scale_chi2)
            scale_chi2 = scale_chi2 + noise_chi2(window, held, noise)
        ratio = np.maximum(1.0, scale_chi2 / df)
        scale_err = np.sqrt(ratio / np.where(power > 0, power, np.nan))
        minima = _fit_shift(moments, window, normals.scale, noise)
        dx, dy = window.cx + minima.u, window.cy + minima.v
        here = AloneFigures(dx, dy, minima.chi2, scale_chi2, scale, scale_err)
        best = here if best is None else _select_alone(best, here, window, u, v)
    assert best is not None
    return best


def _select_alone(
    best: AloneFigures, here: AloneFigures, window: Window, u: Array, v: Array
) -> AloneFigures:
    """Return the lower chi2 of a shift, and the scale of the window that contains the normal."""
    is_lower = here.shift_chi2 < best.shift_chi2
    is_inside = np.maximum(np.abs(u), np.abs(v)) <= window.half
    which = [is_lower] * 3 + [is_inside] * 3
    return AloneFigures(*(np.where(new, b, a) for new, a, b in zip(which, best, here, strict=True)))


def _fit_shift(moments: Array, window: Window, scale: Array, noise: TemplateNoise | None) -> Minima:
    """Return the least chi2 in a window for given scales."""
    if (scale != 1.0).any():
        # The template times its scale is compared with the image: divide the image by it.
        moments = moments.copy()
        moments[:, -1] /= scale[:, None]
        moments[:, :, -1] /= scale[:, None]
    minima = search(moments, window, (1.0, 1.0))
    minima = minima._replace(scale=scale, chi2=minima.chi2 * scale**2)
    if noise is not None:
        minima = minima._replace(chi2=minima.chi2 + noise_chi2(window, minima, noise))
    return minima


def _fit_scale(
    fitted: Array, window: Window, u: Array, v: Array, bounds: tuple[float, float]
) -> tuple[Array, Array, Array]:
    """Return chi2, scale and the template's power at given shifts, (k,) each."""
    taps = fitted.shape[1] - 1
    wx, wy = tap_weights_both(u, v, window.half)
    weights = (wy[:, 0, :, None] * wx[:, 0, None, :]).reshape(-1, taps)
    products = (weights[:, None] @ fitted[:, :taps])[:, 0]
    power, cross = np.vecdot(products[:, :taps], weights), products[:, taps]
    scale = np.where(power > 0, cross / power, 1.0)
    scale = np.minimum(np.maximum(scale, bounds[0]), bounds[1])
    chi2 = (power * scale - 2.0 * cross) * scale + fitted[:, taps, taps]
    return chi2, scale, power


def _select_noise(noise: TemplateNoise, which: npt.NDArray[Any]) -> TemplateNoise:
    return TemplateNoise(*(column[which] for column in noise))


class PriorFigures(NamedTuple):
    """Flux and error of the PSF with priors on shift and scale, and the shift, (k,) each."""

    flux: Array
    flux_err: Array
    dx: Array
    dy: Array


class JudgedFits(NamedTuple):
    """Fits that are judged against the field's normal, with these normals."""

    normals: Normals
    alone: AloneFigures
    prior: PriorFigures


class JointMoments(NamedTuple):
    """Moments of a joint fit with a PSF.

    Attributes
    ----------
    fitted : list of ndarray (k, taps^2 + 1, taps^2 + 1)
        Moments of each window, of the shifted coefficients and the image, without constant, PSF
        and the templates' noise.
    inner : ndarray (k, 6, 6)
        Products at the minima, from :func:`vetter.core.fit.point_source.compute_products`.
    df : ndarray (k,)
        Degrees of freedom.
    """

    fitted: list[Array]
    inner: Array
    df: npt.NDArray[np.intp]


def measure_prior(
    moments: list[Array],
    around: JointMoments,
    normals: Normals,
    options: FitOptions,
    joint: Solutions,
    sources: PointSources,
    noise: TemplateNoise | None,
) -> PriorFigures:
    """Measure flux and error of the PSF, with the normals as priors of shift and scale.

    Parameters
    ----------
    moments : list of ndarray (k, taps^2 + 3, taps^2 + 3)
        One array for each window, as for :func:`measure_raw`, the templates' noise subtracted.
    around : JointMoments
    normals : Normals
        Without any precision the result is that of the joint fit.
    options : FitOptions
    joint : Solutions
        Joint fits without the priors.
    sources : PointSources
        Their sources.
    noise : TemplateNoise, optional

    Returns
    -------
    PriorFigures
        Values at the maximum of the posterior probability; the error contains the priors, and is
        inflated by sqrt(max(1, chi2 / df)).
    """
    out = PriorFigures(
        sources.flux.copy(), sources.flux_err.copy(), joint.dx.copy(), joint.dy.copy()
    )
    fixed = options.max_shift == 0, options.max_scale == 1
    which = np.flatnonzero(normals.is_known & np.isfinite(out.flux))
    if all(fixed) or not len(which):
        return out
    known = normals.of(which)
    if noise is not None:
        noise = _select_noise(noise, which)
    start = _predict_shift(around.inner[which], known, joint, which)
    least = np.full(len(which), np.inf)
    bounds = 1.0 / options.max_scale, options.max_scale
    is_all = len(which) == len(out.flux)
    for index, window in enumerate(windows(options.max_shift)):
        fitted, whole = around.fitted[index], moments[index]
        if not is_all:
            fitted, whole = fitted[which], whole[which]
        prior = ShiftPrior(known.dx - window.cx, known.dy - window.cy, known.shift_precision)
        fitted = _add_scale_prior(fitted, known)
        starts = [(start[0] - window.cx, start[1] - window.cy), (prior.u, prior.v)]
        u, v = _select_start(fitted, window, bounds, starts, prior)
        minima = descend_stack(fitted, window, bounds, u, v, prior)
        inner = compute_products(whole, window, minima)
        dx, dy = window.cx + minima.u, window.cy + minima.v
        chi2 = np.maximum(minima.chi2 - known.penalty(dx, dy, minima.scale), 0.0)
        if noise is not None:
            chi2 += noise_chi2(window, minima, noise)
        add_precisions(inner, known)
        found = measure_sources(inner, minima._replace(chi2=chi2), around.df[which], fixed)
        lower = minima.chi2 < least
        least[lower] = minima.chi2[lower]
        for column, values in zip(out, (found.flux, found.flux_err, dx, dy), strict=True):
            column[which[lower]] = values[lower]
    return out


def add_precisions(inner: Array, normals: Normals) -> None:
    """Add the priors to the products of the template's slopes and the template, in place."""
    inner[:, 0, 0] += normals.shift_precision
    inner[:, 1, 1] += normals.shift_precision
    inner[:, 2, 2] += normals.scale_precision


def _predict_shift(
    inner: Array, known: Normals, joint: Solutions, which: npt.NDArray[np.intp]
) -> tuple[Array, Array]:
    """Return where chi2 and penalty are least if chi2 is a parabola around the joint fit."""
    free = inner[:, :3, :3] - _explained_products(inner)
    precision = np.stack(
        [known.shift_precision, known.shift_precision, known.scale_precision], axis=1
    )
    free[:, (0, 1, 2), (0, 1, 2)] *= 1.0 + _RIDGE
    free[:, (0, 1, 2), (0, 1, 2)] += precision + 1e-300
    here = np.stack([joint.dx[which], joint.dy[which], joint.scale[which]], axis=1)
    pull = precision * (np.stack([known.dx, known.dy, known.scale], axis=1) - here)
    usable = np.isfinite(free).all(axis=(1, 2)) & np.isfinite(pull).all(axis=1)
    free[~usable] = np.eye(3)
    pull[~usable] = 0.0
    step = np.linalg.solve(free, pull[:, :, None])[:, :, 0]
    return here[:, 0] + step[:, 0], here[:, 1] + step[:, 1]


def _explained_products(inner: Array) -> Array:
    """Return the part of the template's products that constant and PSF explain, (k, 3, 3)."""
    bb, bp, pp = inner[:, 3, 3], inner[:, 3, 4], inner[:, 4, 4]
    determinant = bb * pp - bp * bp
    inverse = np.stack([pp, -bp, -bp, bb], axis=1).reshape(-1, 2, 2) / determinant[:, None, None]
    cross = inner[:, :3, 3:5]
    out: Array = cross @ inverse @ cross.transpose(0, 2, 1)
    return out


def _add_scale_prior(fitted: Array, known: Normals) -> Array:
    """Return moments with the penalty of the scale.

    The taps' weights sum to 1, and those of their derivatives to 0: so a constant added to the
    products of all taps adds the penalty to chi2, and nothing else.
    """
    out, precision = fitted.copy(), known.scale_precision
    out[:, :-1, :-1] += precision[:, None, None]
    out[:, -1, :-1] += (precision * known.scale)[:, None]
    out[:, :-1, -1] += (precision * known.scale)[:, None]
    out[:, -1, -1] += precision * known.scale**2
    return out


def _select_start(
    fitted: Array,
    window: Window,
    bounds: tuple[float, float],
    starts: Sequence[tuple[Array, Array]],
    prior: ShiftPrior,
) -> tuple[Array, Array]:
    """Return the shifts within the window of lower penalised chi2, (k,) each."""
    least, best_u, best_v = np.full((3, len(fitted)), np.inf)
    for u, v in starts:
        u, v = np.clip(u, *window.x_range), np.clip(v, *window.y_range)
        chi2, _, _ = _fit_scale(fitted, window, u, v, bounds)
        chi2 += prior.precision * ((u - prior.u) ** 2 + (v - prior.v) ** 2)
        # "not >=", so that NaN, an overflow, takes a finite shift too.
        lower = ~(chi2 >= least)
        best_u, best_v = np.where(lower, u, best_u), np.where(lower, v, best_v)
        least = np.where(lower, chi2, least)
    return best_u, best_v
