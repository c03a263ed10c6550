"""What a point source at the candidate's place takes when it is fitted together with the template.

A residual measured after the fit does not see a source that shift and scale have eaten; here PSF,
shift, scale and background are free at once, so what the template can explain as well as a
source makes the source's error large.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.moments import Window, tap_weights
from vetter.core.newton import Minima

Array = npt.NDArray[np.float64]


class PointSources(NamedTuple):
    """Of each cutout of a stack, (k,) each, NaN where it could not be measured.

    Flux and error in the image's units, their ratio, and the template's own PSF flux there.
    """

    flux: Array
    flux_err: Array
    snr: Array
    template_flux: Array


def no_sources(count: int) -> PointSources:
    """Nothing measured."""
    return PointSources(*np.full((4, count), np.nan))


def measure(
    moments: Sequence[tuple[Array, Window]],
    minima: Minima,
    df: npt.NDArray[np.intp],
    fixed: tuple[bool, bool],
) -> PointSources:
    """Amplitude and error of the PSF at the minima of the joint fits.

    Parameters
    ----------
    moments : sequence of (ndarray (taps^2 + 3, taps^2 + 3), Window)
        Shifted coefficients, then image, constant and PSF; and the window of the minimum.
    minima : Minima
        Relative to the windows' centres.
    df : ndarray (k,)
        Degrees of freedom of the joint fits; below 1 nothing is measured. Errors are inflated by
        sqrt(max(1, chi2 / df)).
    fixed : (bool, bool)
        Whether the options hold the shift, and the scale.
    """
    out = no_sources(len(moments))
    inner = np.empty((len(moments), 6, 6))
    for k, (matrix, window) in enumerate(moments):
        u, v, scale = float(minima.u[k]), float(minima.v[k]), float(minima.scale[k])
        inner[k] = _products(matrix, window, u, v, scale)
    usable = (df > 0) & (inner[:, 3, 3] > 0) & (inner[:, 4, 4] > 0)
    norm = np.where(usable, inner[:, 3, 3] * inner[:, 4, 4], 1.0)
    usable &= 1.0 - inner[:, 3, 4] ** 2 / norm > 1e-10
    for k in np.flatnonzero(usable).tolist():
        ratio = float(minima.chi2[k]) / float(df[k])
        row = _amplitude(inner[k], float(minima.scale[k]), ratio, fixed)
        for column, value in zip(out, row, strict=True):
            column[k] = value
    return out


def _products(moments: Array, window: Window, u: float, v: float, scale: float) -> Array:
    """Inner products of (scale t_x, scale t_y, t, constant, psf, image), shape (6, 6)."""
    taps = window.taps**2
    wx, wy = tap_weights(u, v, window.half)
    basis = np.zeros((6, moments.shape[0]))
    for row, (j, i) in enumerate(((0, 1), (1, 0), (0, 0))):
        basis[row, :taps] = np.multiply.outer(wy[j], wx[i]).ravel()
    basis[:2] *= scale
    basis[3, taps + 1] = basis[4, taps + 2] = basis[5, taps] = 1.0
    out: Array = basis @ moments @ basis.T
    return out


def _amplitude(
    inner: Array, scale: float, chi2_ratio: float, fixed: tuple[bool, bool]
) -> tuple[float, float, float, float]:
    """Flux, error, S/N, and the template's PSF flux."""
    (bb, bp), (_, pp) = inner[3:5, 3:5].tolist()
    tb, tp = inner[2, 3:5].tolist()
    yb, yp = inner[5, 3:5].tolist()
    determinant = bb * pp - bp * bp
    flux = (bb * (yp - scale * tp) - bp * (yb - scale * tb)) / determinant
    template_flux = (bb * tp - bp * tb) / determinant
    free = [k for k in range(4) if not (fixed[0] and k < 2) and not (fixed[1] and k == 2)]
    others = inner[np.ix_(free, free)]
    size = np.sqrt(np.maximum(np.diag(others), 1e-300))
    cross = inner[free, 4] / size
    # A direction that the pixels do not tell from the others adds nothing to the error.
    explained = cross @ np.linalg.pinv(others / np.outer(size, size), rcond=1e-10) @ cross
    left = pp - float(explained)
    if not left > 1e-10 * pp:
        return 0.0, math.inf, 0.0, template_flux
    error = math.sqrt(max(1.0, chi2_ratio) / left)
    return flux, error, flux / error, template_flux
