"""What a point source at the candidate's place takes when it is fitted together with the template.

A residual measured after the fit does not see a source that shift and scale have eaten; here PSF,
shift, scale and background are free at once, so what the template can explain as well as a
source makes the source's error large.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vetter.core.moments import Window, tap_weights

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PointSource:
    """Flux and error in the image's units, their ratio, and the template's own PSF flux there."""

    flux: float = math.nan
    flux_err: float = math.nan
    snr: float = math.nan
    template_flux: float = math.nan


def measure(
    moments: Array, window: Window, u: float, v: float, scale: float, chi2: float, df: int,
    fixed: tuple[bool, bool],
) -> PointSource:  # fmt: skip
    """Amplitude and error of the PSF at the minimum of the joint fit.

    Parameters
    ----------
    moments : ndarray (taps^2 + 3, taps^2 + 3)
        Shifted coefficients, then image, constant and PSF.
    u, v, scale : float
        The minimum, relative to the window's centre.
    chi2, df : float, int
        Of the joint fit; the error is inflated by sqrt(max(1, chi2 / df)).
    fixed : (bool, bool)
        Whether the options hold the shift, and the scale.
    """
    taps = window.taps**2
    wx, wy = tap_weights(u, window.half), tap_weights(v, window.half)
    basis = np.zeros((6, moments.shape[0]))
    for row, (j, i) in enumerate(((0, 1), (1, 0), (0, 0))):
        basis[row, :taps] = np.multiply.outer(wy[j], wx[i]).ravel()
    basis[:2] *= scale
    basis[3, taps + 1] = basis[4, taps + 2] = basis[5, taps] = 1.0
    inner = basis @ moments @ basis.T
    return amplitude(inner, scale, chi2, df, fixed)


def amplitude(
    inner: Array, scale: float, chi2: float, df: int, fixed: tuple[bool, bool]
) -> PointSource:
    """From the inner products of (scale t_x, scale t_y, t, 1, psf, image), shape (6, 6)."""
    norm = float(inner[4, 4])
    if df < 1 or not norm > 0 or not inner[3, 3] > 0:
        return PointSource()
    linear = inner[3:5, 3:5]
    if not np.linalg.det(linear) > 1e-10 * linear[0, 0] * linear[1, 1]:
        return PointSource()
    image = inner[3:5, 5] - scale * inner[3:5, 2]
    flux = float(np.linalg.solve(linear, image)[1])
    template_flux = float(np.linalg.solve(linear, inner[3:5, 2])[1])
    free = [k for k in range(4) if not (fixed[0] and k < 2) and not (fixed[1] and k == 2)]
    others = inner[np.ix_(free, free)]
    size = np.sqrt(np.maximum(np.diag(others), 1e-300))
    cross = inner[free, 4] / size
    # A direction that the pixels do not tell apart from others adds nothing to the error.
    explained = cross @ np.linalg.pinv(others / np.outer(size, size), rcond=1e-10) @ cross
    left = norm - float(explained)
    if not left > 1e-10 * norm:
        return PointSource(0.0, math.inf, 0.0, template_flux)
    error = math.sqrt(max(1.0, chi2 / df) / left)
    return PointSource(flux, error, flux / error, template_flux)
