"""Measurement of a field's noise on its difference, where no error plane is given.

The scatter of image - matched template holds the template's noise, and lacks the noise that both
share; a guess on the image knows neither.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.noise_estimate import MEASURED_NOISE
from vetter.core.cutout.plane import Plane
from vetter.core.noise.amplifier_edges import sharpen_edges
from vetter.core.noise.coarse_map import CoarseMap, fill_nodes
from vetter.core.noise.correlation import measure_correlation
from vetter.core.noise.model_error import model_reach
from vetter.core.noise.noise_model import NoiseModel
from vetter.core.noise.photon_noise import measure_photon_noise
from vetter.core.noise.robust import clipped_scatter
from vetter.core.noise.sky_samples import Convolved, SkySamples, sample_sky
from vetter.core.noise.star_residuals import fit_stars_error
from vetter.core.noise.template_share import measure_template_share

Array = npt.NDArray[np.float64]

SCATTER_ERROR = 0.8
"""Error of a clipped scatter of 1, times the root of the pixels; 0.71 for unclipped ones."""
_MAX_VARIATION = 30.0
"""Ratio to the median beyond which a node is a defect, not noise."""


def measure_noise(
    image: Plane,
    convolved: Convolved,
    mask: Plane | None = None,
    gain: float | None = None,
    stars: Sequence[Any] = (),
    fwhm: float | None = None,
    new: Sequence[Any] = (),
) -> NoiseModel | str:
    """Measure the noise of a field on image - matched template.

    Parameters
    ----------
    image : Plane
    convolved : Plane or function of a Box
        Template matched to the image's PSF and flux; NaN where unknown.
    mask : Plane, optional
        True where bad.
    gain : float, optional
        Electrons per unit of the image. It is used unless the noise of sources contradicts it.
    stars : sequence of (x, y, ...)
        Stars of the field, 0-based, for the error of the template; none: it is 0.
    fwhm : float, optional
        FWHM of the stars, pixels; default: 4.
    new : sequence of (x, y), optional
        Places of new light beside stars, which is no error of the template.

    Returns
    -------
    NoiseModel or str
        The reason if the noise cannot be measured.

    Examples
    --------
    >>> from vetter.core.cutout.plane import ArrayPlane
    >>> noise = np.random.default_rng(1).normal(0, 5, (2, 200, 200))
    >>> noise[1] *= 0.6
    >>> model = measure_noise(*(ArrayPlane("plane", plane) for plane in noise))
    >>> bool(abs(model.sky.values.mean() - 5 * np.sqrt(1.36)) < 0.1)
    True
    """
    samples = sample_sky(image, convolved, mask)
    model = measure_field(samples, fwhm)
    if isinstance(model, str):
        return model
    photons = measure_photon_noise(samples, gain)
    model = replace(
        model,
        sky=sharpen_edges(model.sky, image, convolved, mask),
        photon_noise=photons.slope,
        description="; ".join(part for part in (model.description, photons.description) if part),
    )
    if not len(stars):
        return model
    maps = model.level, model.background
    error = fit_stars_error(image, convolved, mask, model.err, *maps, stars, fwhm, new)
    return model.with_model_error(error.fraction, error.description)


def measure_field(samples: SkySamples, fwhm: float | None) -> NoiseModel | str:
    """Return the noise of the sky alone, without photons and errors of the template."""
    if not np.isfinite(samples.sigma).any():
        return "the noise cannot be measured: no blank pixel where image and template are known"
    correlation = measure_correlation(samples)
    sky = make_scatter_map(samples, correlation.smoothed_scatter() * 3.0)
    background, level = (
        _make_level_map(samples, values) for values in (samples.background, samples.level)
    )
    return NoiseModel(
        sky,
        background,
        level,
        measure_signal_noise(samples),
        0.0,
        0.0,
        model_reach(fwhm),
        correlation,
        measure_template_share(samples),
        1.0,
        _describe(sky),
    )


def make_scatter_map(samples: SkySamples, correlated: float = 1.0) -> CoarseMap:
    """Return the map of the blank pixels' scatter; constant unless it varies significantly.

    Parameters
    ----------
    samples : SkySamples
    correlated : float
        Times by which correlation raises the error of a scatter.
    """
    sigma = samples.sigma.reshape(len(samples.y), len(samples.x))
    count = samples.count.reshape(sigma.shape)
    return make_significant_map(samples.x, samples.y, sigma, count, correlated)


def make_significant_map(
    x: Array, y: Array, sigma: Array, count: npt.NDArray[np.int_], correlated: float
) -> CoarseMap:
    """Return a map of scatters that is constant unless they differ by more than their errors."""
    typical = float(np.nanmedian(sigma))
    inside = (sigma < _MAX_VARIATION * typical) & (sigma > typical / _MAX_VARIATION)
    sigma = np.where(inside, sigma, np.nan)
    known = np.isfinite(sigma)
    error = SCATTER_ERROR * max(correlated, 1.0) / np.sqrt(np.maximum(count, 1))
    weight = np.where(known, count, 0)
    mean = math.sqrt(float((weight * np.where(known, sigma, 0.0) ** 2).sum() / weight.sum()))
    # A few odd boxes are no variation of the sky: the median of the squares.
    pulls = np.sort(np.abs(sigma[known] / typical - 1.0) / error[known])
    varies = len(pulls) > 1 and (
        float(np.sqrt(np.mean(np.minimum(pulls, 6.0) ** 2))) > 1.0 + 3.0 / math.sqrt(len(pulls))
    )
    if not varies:
        return CoarseMap(np.array([x.mean()]), np.array([y.mean()]), np.array([[mean]]))
    return CoarseMap(x, y, fill_nodes(sigma, mean))


def measure_signal_noise(samples: SkySamples) -> float:
    """Return the scatter of the template's smoothed light where it is blank."""
    light = np.where(samples.blank, samples.signal, np.nan)[:, ::2, ::2]
    scatter = clipped_scatter(light.reshape(len(light), -1))[1]
    return float(np.nanmedian(scatter)) if np.isfinite(scatter).any() else 0.0


def _make_level_map(samples: SkySamples, values: Array) -> CoarseMap:
    shape = len(samples.y), len(samples.x)
    nodes = np.where(np.isfinite(samples.sigma), values, np.nan).reshape(shape)
    typical = float(np.nanmedian(nodes))
    return CoarseMap(samples.x, samples.y, fill_nodes(nodes, typical), extended=True)


def _describe(sky: CoarseMap) -> str:
    low, high = float(sky.values.min()), float(sky.values.max())
    text = f"{low:.3g}" if high < 1.05 * low else f"{low:.3g} to {high:.3g}"
    return f"{MEASURED_NOISE}: sky {text}"
