"""Noise of the template within its moments, and a test of ``err`` against the residuals' scatter.

A template's noise adds to its inner product with itself and to no other: least squares mistake it
for light that the image lacks. So the scale comes out too small, and a noiseless PSF at the
candidate's position absorbs the rest of the star. Subtracting the noise's expectation from the
moments makes the estimates unbiased (errors in variables, see Fuller 1987, Measurement Error
Models, section 2.2).

Chi2 cannot distinguish a bad fit from a wrong error; the residuals around the candidate can. Their
scatter follows from the mean of their squares, cut off at 2 sigma. So residuals of neighbouring
sources have little weight, and little precision is lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import is_off
from vetter.core.fit.chi2.moments import (
    Window,
    project_out,
    scan_weights,
    tap_weights_stack,
    windows,
)
from vetter.core.fit.chi2.newton import Minima
from vetter.core.fit.chi2.pixels import Box, central_box, widen_flags
from vetter.core.fit.input import FitInput
from vetter.core.fit.point_source import PointSources
from vetter.core.fit.weights import Stack

Array = npt.NDArray[np.float64]

_MAX_NOISE_SHARE = 0.95
"""Noise power subtracted at most, as a fraction of the template's power beside constant and PSF.
Without the rest the scale is undefined, and the minimum of chi2 depends on rounding."""

_MIN_PIXELS = 100
"""Number of pixels, or pairs of pixels, below which scatter and correlation are not measured."""

_MAX_CORRELATION = 0.95
"""Largest correlation of the template's neighbouring pixels that is assumed."""

_MAD_TO_SIGMA = 1.4826
"""Sigma of a normal variable, in units of its median absolute deviation."""

_PERIOD = 256
"""Length of the periodic axis on which covariances are computed, pixels; far beyond their reach."""

_CUT_SIGMA = 2.0
"""Size at which residuals are cut off in the scatter, in sigmas."""

_MIN_CORE_FWHM = 1.5
"""Distance from the centre, in FWHM, within which pixels never count for the scatter."""

_SCATTER_ERROR = 0.752
"""Error of a scatter of 1, times the root of the pixels, for squares cut off at 2 sigma."""

_OUTLIER_SCATTERS, _OUTLIER_REACH = 4.0, 3
"""Scatters above which a pixel belongs to a neighbour, and pixels around it that do as well."""

_MAX_FLUX_ERR_RATIO = 10.0
"""Error of the flux beside a noisy template, in errors for a fixed scale, above which template and
PSF count as alike: what is left of the PSF is then below a hundredth."""


class TemplateNoise(NamedTuple):
    """Noise of the templates of a stack, (k,) each.

    ``power`` is the noise's part of the unshifted template's power (sum of squares, in sigmas);
    ``correlation`` is that of its neighbouring pixels.
    """

    power: Array
    correlation: Array


def measure_noise_power(stack: Stack, box: Box) -> TemplateNoise | None:
    """Return the noise of templates in a box; None if all lack an error plane."""
    if all(data.template_variance is None for data in stack.inputs):
        return None
    inside = (slice(None), *box)
    weight = stack.weight[inside]
    power, correlation = np.zeros(len(weight)), np.zeros(len(weight))
    for k, data in enumerate(stack.inputs):
        if data.template_variance is None:
            continue
        # Only counted pixels: elsewhere the variance may be NaN, and 0 * NaN is NaN.
        counted = weight[k] > 0
        squares = weight[k][counted] ** 2
        power[k] = squares @ data.template_variance[box][counted]
        correlation[k] = measure_noise_correlation(data)
    return TemplateNoise(power, correlation) if power.any() else None


def measure_noise_correlation(data: FitInput) -> float:
    """Measure the correlation of a template's noise in adjacent pixels, in hundredths.

    White noise has 0; the noise of a convolved template is smooth. The differences of neighbours
    around the core give it; 0 if fewer than 100 pairs count.
    """
    variance = data.template_variance
    if variance is None:
        return 0.0
    around = np.isfinite(variance) & (variance > 0)
    if data.usable is not None:
        around &= data.usable
    around[central_region(around.shape, data.about.box)] = False
    differences = []
    for pixel, neighbour in (
        ((slice(1, None), slice(None)), (slice(None, -1), slice(None))),
        ((slice(None), slice(1, None)), (slice(None), slice(None, -1))),
    ):
        pairs = around[pixel] & around[neighbour]
        difference = (data.template[pixel] - data.template[neighbour])[pairs]
        differences.append(difference / np.sqrt((variance[pixel] + variance[neighbour])[pairs]))
    steps = np.concatenate(differences)
    if len(steps) < _MIN_PIXELS:
        return 0.0
    spread = _MAD_TO_SIGMA * float(np.median(np.abs(steps)))
    return round(min(max(1.0 - spread * spread, 0.0), _MAX_CORRELATION), 2)


def subtract_noise(moments: list[Array], max_shift: float, noise: TemplateNoise) -> TemplateNoise:
    """Subtract the expected noise from the moments of all windows, (k, ...), in place.

    By chance the noise may be lower than expected. So at each shift of the coarse grid a part of
    the template's power beside constant and PSF remains, see `_MAX_NOISE_SHARE`.

    Returns
    -------
    TemplateNoise
        The noise that was subtracted.
    """
    all_windows = windows(max_shift)
    share = np.ones(len(noise.power))
    for matrix, window in zip(moments, all_windows, strict=True):
        weights, taps = scan_weights(window), window.taps**2
        alone: Array = matrix
        for image in range(taps + 1, matrix.shape[1]):
            # A PSF with too few good pixels is zero: projecting it out would divide by 0.
            nonzero = matrix[:, image, image] > 0
            alone = np.where(nonzero[:, None, None], project_out(alone, image), alone)
        remaining = np.vecdot(weights @ alone[:, :taps, :taps], weights)
        for k, (power, correlation) in enumerate(zip(*noise, strict=True)):
            if power > 0:
                unit = np.vecdot(weights @ _covariance(float(correlation), window), weights)
                limit = np.min(_MAX_NOISE_SHARE * remaining[k] / (power * unit))
                share[k] = min(share[k], float(limit))
    subtracted = TemplateNoise(noise.power * np.maximum(share, 0.0), noise.correlation)
    for matrix, window in zip(moments, all_windows, strict=True):
        for k, (power, correlation) in enumerate(zip(*subtracted, strict=True)):
            if power > 0:
                expected = power * _covariance(float(correlation), window)
                matrix[k, : len(expected), : len(expected)] -= expected
    return subtracted


def noise_chi2(window: Window, minima: Minima, noise: TemplateNoise) -> Array:
    """Return the noise's contribution to chi2 at minima of a window, (k,)."""
    out = np.zeros(len(noise.power))
    along, across = (tap_weights_stack(shift, window.half)[:, 0] for shift in (minima.u, minima.v))
    for k, (power, correlation) in enumerate(zip(*noise, strict=True)):
        if power > 0:
            x_share = _remaining_variance(along[k], float(correlation))
            y_share = _remaining_variance(across[k], float(correlation))
            out[k] = minima.scale[k] ** 2 * power * (x_share * y_share)
    return out


def measure_at_best_scale(
    sources: PointSources,
    inner: Array,
    chi2_ratio: Array,
    noise: TemplateNoise,
    scales: tuple[float, float],
) -> None:
    """Measure sources beside noisy templates at their most favourable scale, in place.

    A template lost in its own noise determines neither its scale nor a PSF beside it. A source
    that no scale within the bounds makes vanish still survives; its flux replaces the joint fit's
    if its S/N is higher.

    Parameters
    ----------
    sources : PointSources
    inner : ndarray (k, 6, 6)
        From :func:`vetter.core.fit.point_source.compute_products`.
    chi2_ratio : ndarray (k,)
        Chi2 over degrees of freedom.
    scales : (float, float)
        Bounds of the scale.
    """
    bb, bp, pp = inner[:, 3, 3], inner[:, 3, 4], inner[:, 4, 4]
    # The template is the PSF but for its noise: what is left of the PSF beside it is chance.
    lost = (noise.power > 0) & (sources.flux_err > _MAX_FLUX_ERR_RATIO * sources.held_err)
    for column, value in zip(sources, (0.0, np.inf, 0.0), strict=False):
        column[lost] = value
    left = pp - bp * bp / bb
    image = (inner[:, 5, 4] - inner[:, 5, 3] * bp / bb) / left
    vanishing = np.clip(image / sources.template_flux, *scales)
    flux = image - np.where(np.isfinite(vanishing), vanishing, 0.0) * sources.template_flux
    error = np.sqrt(np.maximum(1.0, chi2_ratio) / left)
    # NaN (not measured) compares as False.
    higher = (noise.power > 0) & (np.abs(flux / error) > np.abs(sources.snr))
    for column, values in zip(sources, (flux, error, flux / error), strict=False):
        column[higher] = values[higher]


def remaining_noise(data: FitInput, dx: float, dy: float) -> float:
    """Return the noise of a shifted template as a fraction of the unshifted template's noise.

    Between two pixels the spline averages several, which reduces the noise.
    """
    correlation, share = measure_noise_correlation(data), 1.0
    for weights in tap_weights_stack(np.array([dx % 1.0 - 0.5, dy % 1.0 - 0.5]), 0.5)[:, 0]:
        share *= _remaining_variance(weights, correlation)
    return math.sqrt(share)


def _remaining_variance(weights: Array, correlation: float) -> float:
    """Return the variance of unit noise after a shift along one axis, given its tap weights."""
    return float(weights @ _covariances(correlation, len(weights)) @ weights)


def _covariance(correlation: float, window: Window) -> Array:
    """Return :func:`_covariances` for the taps of both axes, (taps^2, taps^2)."""
    along = _covariances(correlation, window.taps)
    out: Array = np.kron(along, along).astype(np.float64, copy=False)
    return out


@lru_cache(maxsize=256)
def _covariances(correlation: float, taps: int) -> Array:
    """Return covariances of the spline coefficients of unit noise along an axis, (taps, taps).

    The correlation of pixels falls with their distance like that of noise smoothed by a Gaussian.
    """
    distance = np.minimum(np.arange(_PERIOD), _PERIOD - np.arange(_PERIOD)).astype(float)
    pixels = np.where(distance == 0, 1.0, correlation ** (distance * distance))
    spline = np.zeros(_PERIOD)
    spline[[0, 1, -1]] = 4.0 / 6.0, 1.0 / 6.0, 1.0 / 6.0
    power = np.fft.fft(pixels).real.clip(0.0) / np.fft.fft(spline).real ** 2
    lags = np.fft.ifft(power).real
    steps = np.arange(taps)
    out: Array = lags[np.abs(steps[:, None] - steps)]
    return out


class Scatter(NamedTuple):
    """Scatter of residuals in units of ``err``; NaN if unknown.

    ``error`` is its 1-sigma error for a correct ``err``, when the scatter is 1.
    """

    value: float
    error: float


_UNKNOWN = Scatter(math.nan, math.nan)


def central_region(shape: tuple[int, int], box: Box) -> Box:
    """Return the region without scatter: the fitted box, or the central half for other boxes.

    The box serves if each side is at least a quarter of the cutout's shorter side, and its area
    at most three quarters of the cutout's.
    """
    sides = box[0].stop - box[0].start, box[1].stop - box[1].start
    min_side = 0.25 * min(shape)
    if min(sides) >= min_side and sides[0] * sides[1] <= 0.75 * shape[0] * shape[1]:
        return box
    return central_box(shape, 0.5 * min(shape))


def measure_scatters(
    residual: Array,
    difference: Callable[[int], Array],
    weight: Array,
    whole: bool,
    left_out: Box,
    fwhm: Sequence[float],
) -> list[Scatter]:
    """Measure the scatter of the residuals of a stack outside its core.

    Parameters
    ----------
    residual : ndarray (k, ny, nx)
    difference : callable
        Returns image minus template of one cutout of the stack, (ny, nx). A wrong fit spoils the
        residuals around the source; if this difference scatters less, its scatter is returned.
    weight : ndarray (k, ny, nx)
        1 / sigma; 0 where a pixel does not count.
    whole : bool
        Whether all pixels count.
    left_out : (slice, slice)
        From :func:`central_region`.
    fwhm : sequence of float
        FWHM of the sources, pixels, or NaN. The scatter is NaN if half the core is below 1.5 FWHM
        or fewer than 100 pixels count.
    """
    pulls = residual * weight
    pulls.clip(-_CUT_SIGMA, _CUT_SIGMA, out=pulls)
    inside = (slice(None), *left_out)
    powers = _squares(pulls) - _squares(pulls[inside])
    pixels: Any = weight[0].size - weight[inside][0].size
    if not whole:
        pixels = np.count_nonzero(weight, axis=(1, 2))
        pixels = pixels - np.count_nonzero(weight[inside], axis=(1, 2))
    values = np.interp(powers / np.maximum(pixels, 1), *_scatter_table()).tolist()
    counts = [pixels] * len(values) if whole else pixels.tolist()
    half = 0.5 * (left_out[0].stop - left_out[0].start)
    result = []
    for k, (value, count) in enumerate(zip(values, counts, strict=True)):
        if count < _MIN_PIXELS or _MIN_CORE_FWHM * fwhm[k] > half:
            result.append(_UNKNOWN)
            continue
        error = _SCATTER_ERROR / math.sqrt(count)
        if value > 1.0 and is_off(value, error):
            value = _measure_cleaned_scatter(residual[k] * weight[k], weight[k], left_out)
            if is_off(value, error):
                unfitted = difference(k) * weight[k]
                value = min(value, _measure_cleaned_scatter(unfitted, weight[k], left_out))
        result.append(Scatter(value, error))
    return result


def _measure_cleaned_scatter(pulls: Array, weight: Array, left_out: Box) -> float:
    """Measure the scatter without a wrong background level and without neighbours' residuals.

    A source in the box may have biased the fitted level. The median is subtracted in sigmas, which
    is accurate if these differ little. Neighbours are outlying pixels and those near them.
    """
    counted = weight > 0
    counted[left_out] = False
    # Flat indices: each selection by booleans takes longer than the arithmetic.
    places = np.flatnonzero(counted)
    around = pulls.ravel()[places]
    ordered = around.copy()
    ordered.partition(len(around) // 2)
    around -= ordered[len(around) // 2]
    value = _scatter_of(around)
    outlying = np.abs(around) > _OUTLIER_SCATTERS * value
    if not outlying.any():
        return value
    outliers = np.zeros(counted.shape, bool)
    outliers.ravel()[places] = outlying
    quiet = around[~widen_flags(outliers, _OUTLIER_REACH).ravel()[places]]
    return value if len(quiet) < max(_MIN_PIXELS, 0.3 * len(around)) else _scatter_of(quiet)


def _scatter_of(pulls: Array) -> float:
    cut = np.minimum(np.maximum(pulls, -_CUT_SIGMA), _CUT_SIGMA)
    return float(np.interp(cut @ cut / len(cut), *_scatter_table()))


def _squares(pulls: Array) -> Array:
    flat = pulls.reshape(len(pulls), -1)
    out: Array = np.vecdot(flat, flat)
    return out


@lru_cache(maxsize=1)
def _scatter_table() -> tuple[Array, Array]:
    """Return mean cut-off squares of normal variables, and the scatters they belong to."""
    from scipy.special import erf

    values = np.geomspace(0.01, 100.0, 4000)
    z = _CUT_SIGMA / values
    within = erf(z / math.sqrt(2.0))
    squares = within - z * math.sqrt(2.0 / math.pi) * np.exp(-0.5 * z * z)
    means = values**2 * squares + _CUT_SIGMA**2 * (1.0 - within)
    return means, values


def measure_template_noise(template: Array, weight: Array, left_out: Box) -> float:
    """Measure a template's noise in units of ``err``, from second differences two pixels apart.

    Only rows above and below the core count. The smooth noise of a convolved template comes out
    too low.

    Parameters
    ----------
    template, weight : ndarray (ny, nx)
    left_out : (slice, slice)
    """
    rows = np.r_[0 : left_out[0].start, left_out[0].stop : len(template)]
    values, counts = template[rows], weight[rows]
    # Second differences have variance 6, and a slope does not change them.
    differences = (values[:, 4:] - 2.0 * values[:, 2:-2] + values[:, :-4]) * counts[:, 2:-2]
    differences = differences[counts[:, 2:-2] > 0]
    if differences.size < _MIN_PIXELS:
        return math.nan
    return _MAD_TO_SIGMA * float(np.median(np.abs(differences))) / math.sqrt(6.0)
