"""Noise of the template within its moments, and a test of ``err`` against the residuals' scatter.

A template's noise adds to its inner product with itself and to nothing else: to least squares it
looks like light that the image does not have. So the scale comes out too small, and a PSF at the
candidate's place, which has no noise, takes up what is left of the star. With the noise's
expectation taken out of the moments the estimates are unbiased (errors in variables, see Fuller
1987, Measurement Error Models, section 2.2).

Chi2 cannot distinguish a bad fit from a wrong error; the pixels around the candidate can. Their
squares are cut off at 2 sigma, which keeps neighbours' residuals from counting much and loses
little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import is_off
from vetter.core.fit.input import FitInput
from vetter.core.fit.moments import Window, projected, scan_weights, tap_weights_stack, windows
from vetter.core.fit.newton import Minima
from vetter.core.fit.pixels import Box, central_box, widened
from vetter.core.fit.point_source import PointSources
from vetter.core.fit.weights import Stack

Array = npt.NDArray[np.float64]

_MOST = 0.95
"""Of what is left of a template beside constant and PSF: with all of it taken out there would be no
scale to tell, and where chi2 is least would depend on rounding."""
_LEAST_PIXELS = 100
_SMOOTHEST = 0.95
_MAD_TO_SIGMA = 1.4826
_PERIOD = 256

_CUT = 2.0
_CORE = 1.5
"""FWHM from the centre that are left out at least."""

_ERROR = 0.752
"""Of a scatter of 1, times the root of the pixels: for squares cut off at 2 sigma."""


_STANDS_OUT, _NEAR = 4.0, 3
"""Scatters from which on a pixel is a neighbour's, and pixels around it that are as well."""


class TemplateNoise(NamedTuple):
    """Of a stack, (k,) each: what the noise adds to the template's inner product with itself, in
    sigmas, where it is not shifted; and the correlation of its neighbouring pixels."""

    power: Array
    correlation: Array


def template_noise_of(stack: Stack, box: Box) -> TemplateNoise | None:
    """The noise of templates in a box; None where none has an error plane."""
    inside = (slice(None), *box)
    weight = stack.weight[inside]
    power, correlation = np.zeros(len(weight)), np.zeros(len(weight))
    for k, data in enumerate(stack.inputs):
        if data.template_variance is None:
            continue
        # Where no pixel counts, what is no number does not either.
        counted = weight[k] > 0
        squares = weight[k][counted] ** 2
        power[k] = squares @ data.template_variance[box][counted]
        correlation[k] = neighbours_of(data)
    return TemplateNoise(power, correlation) if power.any() else None


def neighbours_of(data: FitInput) -> float:
    """Correlation of a template's noise from pixel to pixel, in hundredths: 0 of white noise.

    A convolved template's is smooth. By how little neighbours around the core differ; 0 where too
    few pixels tell.
    """
    variance = data.template_variance
    if variance is None:
        return 0.0
    around = np.isfinite(variance) & (variance > 0)
    if data.usable is not None:
        around &= data.usable
    around[core(around.shape, data.about.box)] = False
    found = []
    for one, other in (
        ((slice(1, None), slice(None)), (slice(None, -1), slice(None))),
        ((slice(None), slice(1, None)), (slice(None), slice(None, -1))),
    ):
        pairs = around[one] & around[other]
        difference = (data.template[one] - data.template[other])[pairs]
        found.append(difference / np.sqrt((variance[one] + variance[other])[pairs]))
    steps = np.concatenate(found)
    if len(steps) < _LEAST_PIXELS:
        return 0.0
    spread = _MAD_TO_SIGMA * float(np.median(np.abs(steps)))
    return round(min(max(1.0 - spread * spread, 0.0), _SMOOTHEST), 2)


def without_noise(moments: list[Array], max_shift: float, noise: TemplateNoise) -> TemplateNoise:
    """Take what is expected of the noise out of the moments of all windows, (k, ...), in place.

    Never so much that at any shift of the coarse grid nothing of the template were left beside
    constant and PSF: by chance there may be less noise than is expected.

    Returns
    -------
    TemplateNoise
        What was taken out.
    """
    several = windows(max_shift)
    share = np.ones(len(noise.power))
    for matrix, window in zip(moments, several, strict=True):
        weights, taps = scan_weights(window), window.taps**2
        alone: Array = matrix
        for image in range(taps + 1, matrix.shape[1]):
            # A PSF that is not seen is nought.
            there = matrix[:, image, image] > 0
            alone = np.where(there[:, None, None], projected(alone, image), alone)
        left = np.vecdot(weights @ alone[:, :taps, :taps], weights)
        for k, (power, correlation) in enumerate(zip(*noise, strict=True)):
            if power > 0:
                own = np.vecdot(weights @ _covariance(float(correlation), window), weights)
                share[k] = min(share[k], float(np.min(_MOST * left[k] / (power * own))))
    taken = TemplateNoise(noise.power * np.maximum(share, 0.0), noise.correlation)
    for matrix, window in zip(moments, several, strict=True):
        for k, (power, correlation) in enumerate(zip(*taken, strict=True)):
            if power > 0:
                own = power * _covariance(float(correlation), window)
                matrix[k, : len(own), : len(own)] -= own
    return taken


def added(window: Window, minima: Minima, noise: TemplateNoise) -> Array:
    """What the noise adds to chi2 at minima of a window, (k,)."""
    out = np.zeros(len(noise.power))
    along, across = (tap_weights_stack(shift, window.half)[:, 0] for shift in (minima.u, minima.v))
    for k, (power, correlation) in enumerate(zip(*noise, strict=True)):
        if power > 0:
            kept = _kept(along[k], float(correlation)) * _kept(across[k], float(correlation))
            out[k] = minima.scale[k] ** 2 * power * kept
    return out


def whatever_the_scale(
    sources: PointSources,
    inner: Array,
    chi2_ratio: Array,
    noise: TemplateNoise,
    scales: tuple[float, float],
) -> None:
    """Of noisy templates, take what survives at any scale where that says more; in place.

    A template that is lost in its own noise tells neither its scale nor a PSF beside it. A source
    that no scale within the bounds makes vanish survives all the same.

    Parameters
    ----------
    sources : PointSources
    inner : ndarray (k, 6, 6)
        As :func:`vetter.core.fit.point_source.products` has them.
    chi2_ratio : ndarray (k,)
        Chi2 over degrees of freedom.
    scales : (float, float)
        Bounds of the scale.
    """
    bb, bp, pp = inner[:, 3, 3], inner[:, 3, 4], inner[:, 4, 4]
    left = pp - bp * bp / bb
    image = (inner[:, 5, 4] - inner[:, 5, 3] * bp / bb) / left
    vanishing = np.clip(image / sources.template_flux, *scales)
    flux = image - np.where(np.isfinite(vanishing), vanishing, 0.0) * sources.template_flux
    error = np.sqrt(np.maximum(1.0, chi2_ratio) / left)
    # What was not measured compares as false.
    more = (noise.power > 0) & (np.abs(flux / error) > np.abs(sources.snr))
    for column, values in zip(sources, (flux, error, flux / error), strict=False):
        column[more] = values[more]


def kept_noise(data: FitInput, dx: float, dy: float) -> float:
    """What a shift leaves of the noise of a template, as a part of what it was.

    Between two pixels the spline takes the mean of several.
    """
    correlation, share = neighbours_of(data), 1.0
    for weights in tap_weights_stack(np.array([dx % 1.0 - 0.5, dy % 1.0 - 0.5]), 0.5)[:, 0]:
        share *= _kept(weights, correlation)
    return math.sqrt(share)


def _kept(weights: Array, correlation: float) -> float:
    return float(weights @ _covariances(correlation, len(weights)) @ weights)


def _covariance(correlation: float, window: Window) -> Array:
    """As :func:`_covariances`, of the taps of both axes, (taps^2, taps^2)."""
    along = _covariances(correlation, window.taps)
    out: Array = np.kron(along, along).astype(np.float64, copy=False)
    return out


@lru_cache(maxsize=256)
def _covariances(correlation: float, taps: int) -> Array:
    """Of the spline coefficients of unit noise along an axis, (taps, taps).

    The correlation of pixels falls with their distance as that of noise smoothed by a Gaussian.
    """
    away = np.minimum(np.arange(_PERIOD), _PERIOD - np.arange(_PERIOD)).astype(float)
    pixels = np.where(away == 0, 1.0, correlation ** (away * away))
    spline = np.zeros(_PERIOD)
    spline[[0, 1, -1]] = 4.0 / 6.0, 1.0 / 6.0, 1.0 / 6.0
    power = np.fft.fft(pixels).real.clip(0.0) / np.fft.fft(spline).real ** 2
    lags = np.fft.ifft(power).real
    steps = np.arange(taps)
    out: Array = lags[np.abs(steps[:, None] - steps)]
    return out


class Scatter(NamedTuple):
    """Of residuals in units of ``err``; NaN where not known.

    ``error`` is by how much it differs from 1 by chance where ``err`` is right, 1 sigma.
    """

    value: float
    error: float


_UNKNOWN = Scatter(math.nan, math.nan)


def core(shape: tuple[int, int], box: Box) -> Box:
    """What is left out: the fitted box, or the central half where that leaves too little."""
    sides = box[0].stop - box[0].start, box[1].stop - box[1].start
    least = 0.25 * min(shape)
    if min(sides) >= least and sides[0] * sides[1] <= 0.75 * shape[0] * shape[1]:
        return box
    return central_box(shape, 0.5 * min(shape))


def scatters(
    residual: Array,
    difference: Callable[[int], Array],
    weight: Array,
    whole: bool,
    left_out: Box,
    fwhm: Sequence[float],
) -> list[Scatter]:
    """How much the residuals of a stack scatter outside its core.

    Parameters
    ----------
    residual : ndarray (k, ny, nx)
    difference : callable
        Image minus template of one of the stack, (ny, nx): a fit that is wrong spoils what is
        around the source, and where that scatters less, it counts.
    weight : ndarray (k, ny, nx)
        1 / sigma; 0 where a pixel does not count.
    whole : bool
        Whether all pixels are known to count.
    left_out : (slice, slice)
        From :func:`core`.
    fwhm : sequence of float
        Of the sources, pixels; where it is known and the core is too small for it, the scatter
        is NaN, as it is where under 100 pixels count.
    """
    pulls = residual * weight
    pulls.clip(-_CUT, _CUT, out=pulls)
    inside = (slice(None), *left_out)
    powers = _squares(pulls) - _squares(pulls[inside])
    pixels: Any = weight[0].size - weight[inside][0].size
    if not whole:
        pixels = np.count_nonzero(weight, axis=(1, 2))
        pixels = pixels - np.count_nonzero(weight[inside], axis=(1, 2))
    values = np.interp(powers / np.maximum(pixels, 1), *_table()).tolist()
    counts = [pixels] * len(values) if whole else pixels.tolist()
    half = 0.5 * (left_out[0].stop - left_out[0].start)
    found = []
    for k, (value, count) in enumerate(zip(values, counts, strict=True)):
        if count < _LEAST_PIXELS or _CORE * fwhm[k] > half:
            found.append(_UNKNOWN)
            continue
        error = _ERROR / math.sqrt(count)
        if value > 1.0 and is_off(value, error):
            value = _undisturbed(residual[k] * weight[k], weight[k], left_out)
            if is_off(value, error):
                there = _undisturbed(difference(k) * weight[k], weight[k], left_out)
                value = min(value, there)
        found.append(Scatter(value, error))
    return found


def _undisturbed(pulls: Array, weight: Array, left_out: Box) -> float:
    """The scatter without what else disturbs it: a level that is off, and neighbours' residuals.

    A source in the box may have taken the fit's level; it is taken away in sigmas, near enough
    where these differ little. Neighbours are what stands out, with the pixels near it.
    """
    counted = weight > 0
    counted[left_out] = False
    around = pulls[counted]
    pulls = pulls - np.partition(around, len(around) // 2)[len(around) // 2]
    value = _scatter_of(pulls[counted])
    quiet = counted & ~widened(counted & (np.abs(pulls) > _STANDS_OUT * value), _NEAR)
    if np.count_nonzero(quiet) < max(_LEAST_PIXELS, 0.3 * np.count_nonzero(counted)):
        return value
    return _scatter_of(pulls[quiet])


def _scatter_of(pulls: Array) -> float:
    return float(np.interp(np.mean(pulls.clip(-_CUT, _CUT) ** 2), *_table()))


def _squares(pulls: Array) -> Array:
    flat = pulls.reshape(len(pulls), -1)
    out: Array = np.vecdot(flat, flat)
    return out


@lru_cache(maxsize=1)
def _table() -> tuple[Array, Array]:
    """Means of the squares of a normal variable, cut off, and the scatters that have them."""
    from scipy.special import erf

    values = np.geomspace(0.01, 100.0, 4000)
    z = _CUT / values
    within = erf(z / math.sqrt(2.0))
    squares = within - z * math.sqrt(2.0 / math.pi) * np.exp(-0.5 * z * z)
    means = values**2 * squares + _CUT**2 * (1.0 - within)
    return means, values


def template_noise(template: Array, weight: Array, left_out: Box) -> float:
    """Noise of a template in units of ``err``, from what differs between pixels two apart.

    Above and below the core only. A convolved template's noise is smooth and counts less.

    Parameters
    ----------
    template, weight : ndarray (ny, nx)
    left_out : (slice, slice)
    """
    rows = np.r_[0 : left_out[0].start, left_out[0].stop : len(template)]
    values, counts = template[rows], weight[rows]
    # Second differences, of variance 6, do not see a slope.
    rough = (values[:, 4:] - 2.0 * values[:, 2:-2] + values[:, :-4]) * counts[:, 2:-2]
    rough = rough[counts[:, 2:-2] > 0]
    if rough.size < _LEAST_PIXELS:
        return math.nan
    return _MAD_TO_SIGMA * float(np.median(np.abs(rough))) / math.sqrt(6.0)
