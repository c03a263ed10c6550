"""Flux of a point source at the candidate's position, fitted together with the template.

A source beside the template's star changes the fitted shift and scale, which absorb part of its
flux, so the residuals show less than the whole source. Here PSF, shift, scale and background are
free at once. If the template can explain the light as well as a source, the source's error becomes
large.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.chi2.moments import Window, tap_weights_both
from vetter.core.fit.chi2.newton import Minima
from vetter.core.fit.chi2.pixels import Box
from vetter.core.fit.input import FitInput

Array = npt.NDArray[np.float64]

_RIDGE = 1e-10
"""Fraction of each image's power added to it in an inverse."""


class PointSources(NamedTuple):
    """Point sources of a stack of cutouts, (k,) each, NaN where not measured.

    Flux and error are in the image's units, ``snr`` is their ratio. ``template_flux`` is the
    template's PSF flux at the same position. ``held_err`` is the error of the flux for a fixed
    scale, ``shift_err`` the error of the shift along one axis, pixels.
    """

    flux: Array
    flux_err: Array
    snr: Array
    template_flux: Array
    held_err: Array
    shift_err: Array


def no_sources(count: int) -> PointSources:
    """Return sources that are all NaN, for a stack without measurements."""
    return PointSources(*np.full((6, count), np.nan))


def render_points(inputs: Sequence[FitInput], box: Box) -> Array:
    """Render a point of unit flux at each candidate's position, (k, rows, columns of the box)."""
    shape = box[0].stop - box[0].start, box[1].stop - box[1].start
    out = np.zeros((len(inputs), *shape))
    for image, data in zip(out, inputs, strict=True):
        (x, y), psf = data.about.position, data.about.psf
        if psf is not None:
            image[:] = psf.render(shape, x - box[1].start, y - box[0].start)
    return out


def compute_products(moments: Array, window: Window, minima: Minima) -> Array:
    """Compute products of (scale t_x, scale t_y, t, constant, psf, image) at minima of a window.

    Parameters
    ----------
    moments : ndarray (k, taps^2 + 3, taps^2 + 3)
        Moments of the shifted coefficients, the image, the constant and the PSF.
    window : Window
    minima : Minima
        Relative to the window's centre, (k,) each.

    Returns
    -------
    ndarray (k, 6, 6)
    """
    taps, count = window.taps**2, len(moments)
    wx, wy = tap_weights_both(minima.u, minima.v, window.half)
    basis = np.zeros((count, 6, moments.shape[1]))
    images = wy[:, (0, 1, 0), :, None] * wx[:, (1, 0, 0), None, :]
    basis[:, :3, :taps] = images.reshape(count, 3, taps)
    basis[:, :2] *= minima.scale[:, None, None]
    basis[:, 3, taps + 1] = basis[:, 4, taps + 2] = basis[:, 5, taps] = 1.0
    out: Array = basis @ moments @ basis.transpose(0, 2, 1)
    return out


def measure_sources(
    inner: Array, minima: Minima, df: npt.NDArray[np.intp], fixed: tuple[bool, bool]
) -> PointSources:
    """Measure amplitude and error of the PSF at the minima of the joint fits.

    Parameters
    ----------
    inner : ndarray (k, 6, 6)
        From :func:`compute_products`.
    minima : Minima
    df : ndarray (k,)
        Degrees of freedom of the joint fits; below 1 nothing is measured. Errors are inflated by
        sqrt(max(1, chi2 / df)).
    fixed : (bool, bool)
        Whether the shift and the scale are fixed.
    """
    usable = (df > 0) & (inner[:, 3, 3] > 0) & (inner[:, 4, 4] > 0)
    norm = np.where(usable, inner[:, 3, 3] * inner[:, 4, 4], 1.0)
    usable &= 1.0 - inner[:, 3, 4] ** 2 / norm > 1e-10
    usable &= np.isfinite(inner).all(axis=(1, 2))
    if usable.all():
        return _measure_amplitudes(inner, minima.scale, minima.chi2 / df, fixed)
    out = no_sources(len(inner))
    if usable.any():
        ratios = minima.chi2[usable] / df[usable]
        measured = _measure_amplitudes(inner[usable], minima.scale[usable], ratios, fixed)
        for column, values in zip(out, measured, strict=True):
            column[usable] = values
    return out


def _measure_amplitudes(
    inner: Array, scale: Array, chi2_ratio: Array, fixed: tuple[bool, bool]
) -> PointSources:
    bb, bp, pp = inner[:, 3, 3], inner[:, 3, 4], inner[:, 4, 4]
    tb, tp, yb, yp = inner[:, 2, 3], inner[:, 2, 4], inner[:, 5, 3], inner[:, 5, 4]
    determinant = bb * pp - bp * bp
    flux = (bb * (yp - scale * tp) - bp * (yb - scale * tb)) / determinant
    template_flux = (bb * tp - bp * tb) / determinant
    held_err, error = _flux_errors(inner, [3] if fixed[0] else [0, 1, 3], chi2_ratio)
    if fixed[1]:
        error = held_err.copy()
    flux = np.where(np.isfinite(error), flux, 0.0)
    slopes: Array = inner[:, (0, 1), (0, 1)]
    measured = np.logical_and((slopes > 0).all(axis=1), not fixed[0])
    variance = 0.5 * np.sum(1.0 / np.where(measured[:, None], slopes, 1.0), axis=1)
    shift_err = np.where(measured, np.sqrt(np.maximum(1.0, chi2_ratio) * variance), np.nan)
    return PointSources(flux, error, flux / error, template_flux, held_err, shift_err)


def _flux_errors(inner: Array, free: list[int], chi2_ratio: Array) -> tuple[Array, Array]:
    """Return the PSF flux's error beside the free images, and beside these and the template.

    It is infinite if they reproduce the PSF.
    """
    which = [*free, 2, 4]
    products = inner[:, which][:, :, which]
    size = np.sqrt(np.maximum(np.diagonal(products, axis1=1, axis2=2), 1e-300))
    products /= size[:, :, None] * size[:, None, :]
    # The ridge makes degenerate images solvable; they add nothing to the error.
    images = np.arange(len(free) + 1)
    products[:, images, images] += _RIDGE
    power, inflated = size[:, -1] ** 2, np.maximum(1.0, chi2_ratio)
    for k in range(len(free)):
        _eliminate(products, k)
    held = _amplitude_error(products[:, -1, -1], power, inflated)
    _eliminate(products, len(free))
    return held, _amplitude_error(products[:, -1, -1], power, inflated)


def _eliminate(products: Array, k: int) -> None:
    """Subtract the image ``k`` from those after it, in place."""
    column = products[:, k + 1 :, k]
    products[:, k + 1 :, k + 1 :] -= (
        column[:, :, None] * (column / products[:, k, k, None])[:, None, :]
    )


def _amplitude_error(remaining: Array, power: Array, inflated: Array) -> Array:
    """Return the error of an amplitude from the part of its image that no other explains."""
    distinct = remaining > 1e-10
    error: Array = np.sqrt(inflated / (power * np.where(distinct, remaining, 1.0)))
    return np.where(distinct, error, np.inf)
