"""What the noise of a template does to its own moments, where an error plane says how large it is.

A template's noise adds to its inner product with itself and to nothing else: to least squares it
looks like light that the image does not have. So the scale comes out too small, and a PSF at the
candidate's place, which has no noise, takes up what is left of the star. With what is expected of
the noise taken out of the moments the estimates are unbiased (errors in variables, see Fuller
1987, Measurement Error Models, section 2.2).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.figures import Stack
from vetter.core.fit.fit_facts import Box
from vetter.core.fit.input import FitInput
from vetter.core.fit.moments import Window, projected, scan_weights, tap_weights_stack, windows
from vetter.core.fit.newton import Minima
from vetter.core.fit.point_source import PointSources
from vetter.core.fit.residual_scatter import core

Array = npt.NDArray[np.float64]

_MOST = 0.95
"""Of what is left of a template beside constant and PSF: with all of it taken out there would be no
scale to tell, and where chi2 is least would depend on rounding."""
_LEAST_PIXELS = 100
_SMOOTHEST = 0.95
_MAD_TO_SIGMA = 1.4826
_PERIOD = 256


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
