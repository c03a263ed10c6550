"""Figures by which a fit is judged against what is normal in its field.

Some belong to the difference before any fit: the flux of a PSF in it, and the parts of it that the
PSF, a shift or a change of scale explain alone. Some hold one parameter at its normal value: the
chi2 of a shift alone, and of a scale alone. And the flux of a PSF is fitted once more with the
field's normal shift and scale as Gaussian priors: a source beside a star can hide in a shift or
scale that no other star of the field has, and the priors forbid this. All come from the moments of
the joint fit (:mod:`vetter.core.fit.moments`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.field_normal import UNKNOWN_NORMAL
from vetter.core.fit.input import FitInput
from vetter.core.fit.moments import Window, project_out, tap_weights, tap_weights_stack, windows
from vetter.core.fit.newton import Minima, descend_with_prior
from vetter.core.fit.noise_model import TemplateNoise, noise_chi2
from vetter.core.fit.point_source import PointSources, compute_products, measure_sources
from vetter.core.fit.search import compute_least_chi2, search
from vetter.core.fit.weights import Solutions

Array = npt.NDArray[np.float64]

_MIN_ERR = 1e-5
"""Scatter of shift, pixels, and of scale, below which a prior is not sharper: rounding."""

_RIDGE = 1e-10
"""Fraction of its power added to each image: images of one shape stay solvable."""


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
    inner[:, 6] -= normals.scale[:, None] * inner[:, 0]
    cross = inner[:, :5, 6] - normals.scale[:, None] * inner[:, :5, 0]
    images = inner[:, :5, :5]
    measured = (power > 0) & (images[:, 4, 4] > 1e-10 * psf_power) & np.isfinite(cross).all(axis=1)
    measured &= np.isfinite(images).all(axis=(1, 2))
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
    unit += _RIDGE * np.eye(5)
    found = np.where(measured[:, None], cross / size, 0.0)
    together = np.vecdot(found, np.linalg.solve(unit, found[:, :, None])[:, :, 0])
    explained = np.where(measured & (together > 0), together, np.nan)
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
    """Figures of fits with the scale or the shift held at its normal value, (k,) each."""

    shift_chi2: Array
    scale_chi2: Array
    scale: Array
    scale_err: Array


def measure_alone(
    moments: list[Array],
    normals: Normals,
    options: FitOptions,
    pixels: npt.NDArray[np.intp],
    noise: TemplateNoise | None,
) -> AloneFigures:
    """Measure chi2 with the scale at its normal value, and with the shift at its normal value.

    Parameters
    ----------
    moments : list of ndarray (k, taps^2 + n, taps^2 + n)
        One array for each window, of the box whose chi2 they are compared with: of the shifted
        coefficients, the image, and with a free background the constant.
    normals : Normals
    options : FitOptions
    pixels : ndarray (k,)
        Number of the pixels in the box.
    noise : TemplateNoise, optional
        Noise that has been subtracted from the moments.
    """
    count = len(pixels)
    out = AloneFigures(*np.full((4, count), np.nan))
    out.shift_chi2[:] = np.inf
    nearest = np.zeros(count, int)
    all_windows = windows(options.max_shift)
    if len(all_windows) > 1:
        shifts = zip(normals.dx.tolist(), normals.dy.tolist(), strict=True)
        nearest = np.array([_find_window(all_windows, x, y) for x, y in shifts])
    bounds = 1.0 / options.max_scale, options.max_scale
    df = np.maximum(pixels - (options.max_scale > 1) - options.background, 1)
    for index, window in enumerate(all_windows):
        taps = window.taps**2
        fitted = project_out(moments[index], taps + 1) if options.fit_bg else moments[index]
        fitted = fitted[:, : taps + 1, : taps + 1].copy()
        here = nearest == index
        if here.any():
            u, v = normals.dx[here] - window.cx, normals.dy[here] - window.cy
            chi2, scale, power = _fit_scale(fitted[here], window, u, v, bounds)
            if noise is not None:
                minima = Minima(u, v, scale, chi2)
                chi2 = chi2 + noise_chi2(window, minima, _select_noise(noise, here))
            out.scale_chi2[here], out.scale[here] = chi2, scale
            ratio = np.maximum(1.0, chi2 / df[here])
            out.scale_err[here] = np.sqrt(ratio / np.where(power > 0, power, np.nan))
        # The template times its normal scale, by the image divided by it.
        fitted[:, taps] /= normals.scale[:, None]
        fitted[:, :, taps] /= normals.scale[:, None]
        minima = search(fitted, window, (1.0, 1.0))
        chi2 = minima.chi2 * normals.scale**2
        if noise is not None:
            chi2 = chi2 + noise_chi2(window, minima._replace(scale=normals.scale), noise)
        np.fmin(out.shift_chi2, chi2, out=out.shift_chi2)
    out.shift_chi2[np.isinf(out.shift_chi2)] = np.nan
    return out


def _fit_scale(
    fitted: Array, window: Window, u: Array, v: Array, bounds: tuple[float, float]
) -> tuple[Array, Array, Array]:
    """Return chi2, scale and the template's power at given shifts, (k,) each."""
    taps = fitted.shape[1] - 1
    wx, wy = (tap_weights_stack(shift, window.half)[:, 0] for shift in (u, v))
    weights = (wy[:, :, None] * wx[:, None, :]).reshape(-1, taps)
    products = (weights[:, None] @ fitted[:, :taps])[:, 0]
    power, cross = np.vecdot(products[:, :taps], weights), products[:, taps]
    scale = np.clip(np.where(power > 0, cross / power, 1.0), *bounds)
    chi2 = compute_least_chi2(power.copy(), cross.copy(), fitted[:, taps, taps], bounds)
    return chi2, scale, power


def _select_noise(noise: TemplateNoise, which: npt.NDArray[np.bool_]) -> TemplateNoise:
    return TemplateNoise(*(column[which] for column in noise))


def measure_prior(
    moments: list[Array],
    normals: Normals,
    options: FitOptions,
    joint: Solutions,
    sources: PointSources,
    df: npt.NDArray[np.intp],
    noise: TemplateNoise | None,
) -> tuple[Array, Array]:
    """Measure flux and error of the PSF, with the normals as priors of shift and scale.

    Parameters
    ----------
    moments : list of ndarray (k, taps^2 + 3, taps^2 + 3)
        One array for each window, as for :func:`measure_raw`, the templates' noise subtracted.
    normals : Normals
        Without any precision the result is that of the joint fit.
    options : FitOptions
    joint : Solutions
        Joint fits without the priors.
    sources : PointSources
        Their sources.
    df : ndarray (k,)
        Their degrees of freedom.
    noise : TemplateNoise, optional

    Returns
    -------
    ndarray (k,), ndarray (k,)
        Flux and its error at the maximum of the posterior probability; the error contains the
        priors, and is inflated by sqrt(max(1, chi2 / df)).
    """
    flux, flux_err = sources.flux.copy(), sources.flux_err.copy()
    fixed = options.max_shift == 0, options.max_scale == 1
    which = np.flatnonzero(normals.is_known & np.isfinite(flux))
    if all(fixed) or not len(which):
        return flux, flux_err
    known = Normals(*(column[which] for column in normals))
    least = np.full(len(which), np.inf)
    bounds = 1.0 / options.max_scale, options.max_scale
    for index, window in enumerate(windows(options.max_shift)):
        matrices = moments[index] if len(which) == len(flux) else moments[index][which]
        centred = known._replace(dx=known.dx - window.cx, dy=known.dy - window.cy)
        start = joint.dx[which] - window.cx, joint.dy[which] - window.cy
        minima = _descend_with_prior(matrices, window, bounds, start, centred)
        inner = compute_products(matrices, window, minima)
        for image, precision in enumerate(
            (known.shift_precision, known.shift_precision, known.scale_precision)
        ):
            inner[:, image, image] += precision
        moved = (minima.u - centred.dx) ** 2 + (minima.v - centred.dy) ** 2
        penalty = known.shift_precision * moved
        penalty += known.scale_precision * (minima.scale - known.scale) ** 2
        chi2 = np.maximum(minima.chi2 - penalty, 0.0)
        if noise is not None:
            chi2 += noise_chi2(window, minima, TemplateNoise(*(column[which] for column in noise)))
        found = measure_sources(inner, minima._replace(chi2=chi2), df[which], fixed)
        lower = minima.chi2 < least
        least[lower] = minima.chi2[lower]
        flux[which[lower]], flux_err[which[lower]] = found.flux[lower], found.flux_err[lower]
    return flux, flux_err


def _descend_with_prior(
    moments: Array,
    window: Window,
    bounds: tuple[float, float],
    start: tuple[Array, Array],
    normals: Normals,
) -> Minima:
    """Descend to the least chi2 with the priors' penalty, from the better of two shifts."""
    taps = window.taps**2
    fitted = project_out(project_out(moments, taps + 1), taps + 2)[:, : taps + 1, : taps + 1].copy()
    # The taps' weights sum to 1, and those of their derivatives to 0: so this adds the penalty of
    # the scale to chi2, and nothing else.
    precision = normals.scale_precision
    fitted[:, :taps, :taps] += precision[:, None, None]
    fitted[:, taps, :taps] += (precision * normals.scale)[:, None]
    fitted[:, :taps, taps] += (precision * normals.scale)[:, None]
    fitted[:, taps, taps] += precision * normals.scale**2
    prior = normals.dx, normals.dy, normals.shift_precision
    return descend_with_prior(fitted, window, bounds, [start, (normals.dx, normals.dy)], prior)
