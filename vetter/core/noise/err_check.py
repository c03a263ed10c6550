"""Check of a given error plane against the scatter of the difference, in the sky and on stars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane
from vetter.core.noise.coarse_map import CoarseMap
from vetter.core.noise.correlation import Correlation
from vetter.core.noise.measured_noise import (
    SCATTER_ERROR,
    make_significant_map,
    measure_field,
)
from vetter.core.noise.noise_model import NoiseModel
from vetter.core.noise.photon_noise import fit_slope
from vetter.core.noise.robust import clipped_scatter
from vetter.core.noise.sky_samples import Convolved, SkySamples, read_inside, sample_sky
from vetter.core.noise.star_residuals import fit_stars_error
from vetter.core.psf.models import Psf

Array = npt.NDArray[np.float64]

_MIN_OFF = 0.05
"""Difference of a factor from 1 that is worth a correction."""
_SIGNIFICANCE = 3.0
_SLOPE_SIGNIFICANCE = 4.5
"""Sigmas of lacking photon noise; at 3 two of 60 right errors got some."""
_MIN_SLOPE = 0.3
"""Photon noise that is added, at least, as a fraction of the error's squares on bright sources."""


@dataclass(frozen=True, eq=False)
class ErrCheck:
    """Result of a check of a given error plane, and the corrections that follow.

    Attributes
    ----------
    factor_map : CoarseMap
        Number that multiplies the given error; exactly 1 where it is right.
    noise : NoiseModel
        Noise measured on the difference; its photon noise and model error are those that the
        given error lacks.
    description : str
        Corrections in words; empty if there are none.
    """

    factor_map: CoarseMap
    noise: NoiseModel
    description: str

    @property
    def factor(self) -> float:
        """Median factor; exactly 1 for an error that is right."""
        return float(np.median(self.factor_map.values))

    @property
    def model_error(self) -> float:
        """Error of the matched template, as a fraction of its light."""
        return self.noise.model_error

    @property
    def correlation(self) -> Correlation:
        """Correlation of neighbouring pixels."""
        return self.noise.correlation

    @property
    def template_share(self) -> float:
        """Part of the difference's variance that is the template's own noise."""
        return self.noise.template_share

    def split_err(self, err: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Array | None]:
        """Divide an error between image and template; see `NoiseModel.split_err`."""
        return self.noise.split_err(err)

    def psf_noise_factor(self, psf: Psf | float) -> float:
        """Return the error of a PSF flux over that of uncorrelated pixels; see `Correlation`."""
        return self.correlation.psf_noise_factor(psf)

    def apply(
        self,
        err: npt.NDArray[Any],
        image: npt.NDArray[Any],
        convolved: npt.NDArray[Any],
        x0: float,
        y0: float,
    ) -> npt.NDArray[Any]:
        """Return the corrected error of one box; ``err`` itself if nothing is to correct.

        Parameters
        ----------
        err, image, convolved : ndarray (ny, nx)
        x0, y0 : float
            Column and row of the box's first pixel in the image, 0-based.
        """
        if not self.description:
            return err
        box = Box(round(x0), round(y0), err.shape[1], err.shape[0])
        scaled = np.asarray(err, np.float64) * self.factor_map.at(box)
        return self.noise.add_sources(scaled, image, convolved, x0, y0)


def check_err(
    image: Plane,
    convolved: Convolved,
    err: Plane,
    mask: Plane | None = None,
    stars: Sequence[Any] = (),
    fwhm: float | None = None,
    template_err: Plane | None = None,
) -> ErrCheck | str:
    """Compare an error plane with the scatter of image - matched template.

    Parameters
    ----------
    image : Plane
    convolved : Plane or function of a Box
        Template matched to the image's PSF and flux; NaN where unknown.
    err : Plane
        1 sigma; pixels that are not positive and finite do not count.
    mask : Plane, optional
        True where bad.
    stars : sequence of (x, y, ...)
        Stars of the field, 0-based, for the error of the template.
    fwhm : float, optional
        FWHM of the stars, pixels.
    template_err : Plane, optional
        1 sigma of the matched template, where ``err`` is that of the image alone; the factor
        is that of both.

    Returns
    -------
    ErrCheck or str
        The reason if the difference has no blank pixel. A factor within 5% of 1, or within
        3 sigma, leaves the error as given.

    Examples
    --------
    >>> from vetter.core.cutout.plane import ArrayPlane
    >>> image = np.random.default_rng(1).normal(0, 6, (200, 200))
    >>> template, err = np.zeros((200, 200)), np.full((200, 200), 5.0)
    >>> checked = check_err(*(ArrayPlane("plane", p) for p in (image, template, err)))
    >>> round(checked.factor, 1), checked.description
    (1.2, 'err times 1.2 by the scatter of the difference')
    """

    def read_errors(box: Box) -> Array:
        given = np.asarray(err.read(box), np.float64)
        return given if template_err is None else np.hypot(given, template_err.read(box))

    samples = sample_sky(image, convolved, mask)
    errors = np.empty(samples.difference.shape)
    for number, box in enumerate(samples.boxes):
        errors[number] = read_inside(read_errors, box, image.shape)
    with np.errstate(all="ignore"):
        errors = np.where(np.isfinite(errors) & (errors > 1e-150), errors, np.nan)
    noise = measure_field(samples, fwhm)
    if isinstance(noise, str):
        return noise
    factors = _measure_factors(samples, errors, noise.correlation)
    if factors is None:
        return "err cannot be checked: no blank pixel has an error"
    parts = _describe_factors(factors)
    scaled = errors * np.stack([factors.at(box) for box in samples.boxes])
    slope = _find_lacking_photons(samples, scaled)
    if slope > 0:
        parts.append(f"photon noise of gain {1 / slope:.3g} added")
    model = replace(noise, photon_noise=slope)

    def apply(pixels: Array, template: Array, x0: float, y0: float) -> Array:
        box = Box(round(x0), round(y0), pixels.shape[1], pixels.shape[0])
        given = read_errors(box) * factors.at(box)
        return model.add_sources(given, pixels, template, x0, y0)

    if len(stars):
        maps = model.level, model.background
        error = fit_stars_error(image, convolved, mask, apply, *maps, stars, fwhm)
        model = replace(model, model_error=error.fraction)
        parts += [error.description] if error.description else []
    return ErrCheck(factors, model, "; ".join(parts))


def _measure_factors(
    samples: SkySamples, errors: Array, correlation: Correlation
) -> CoarseMap | None:
    """Return the scatter of the sky in errors, 1 where it is not significantly different."""
    with np.errstate(all="ignore"):
        pulls = np.where(samples.blank, samples.difference / errors, np.nan)
    _, scatter, count = clipped_scatter(pulls.reshape(len(pulls), -1))
    scatter[~(np.isfinite(samples.sigma) & samples.steady & (scatter > 0))] = np.nan
    if not np.isfinite(scatter).any():
        return None
    correlated = max(1.0, 3.0 * correlation.smoothed_scatter())
    shape = len(samples.y), len(samples.x)
    nodes, counts = scatter.reshape(shape), count.reshape(shape)
    factors = make_significant_map(samples.x, samples.y, nodes, counts, correlated)
    total = counts[np.isfinite(nodes)].sum()
    if factors.is_constant:
        value, error = float(factors.values[0, 0]), SCATTER_ERROR * correlated / np.sqrt(total)
        off = abs(value - 1.0) > max(_MIN_OFF, _SIGNIFICANCE * error)
        return replace(factors, values=np.full((1, 1), value if off else 1.0))
    from scipy.ndimage import median_filter

    smooth = median_filter(factors.values, 3, mode="nearest")
    error = SCATTER_ERROR * correlated / np.sqrt(np.maximum(counts, 1))
    # A median of 9 nodes has 0.42 of the error of one.
    off = np.abs(smooth - 1.0) > np.maximum(_MIN_OFF, 0.42 * _SIGNIFICANCE * error)
    return replace(factors, values=np.where(off, smooth, 1.0))


def _find_lacking_photons(samples: SkySamples, errors: Array) -> float:
    """Return the variance per signal that errors lack; 0 unless it is significant and matters."""
    slope, error = fit_slope(samples, errors)
    if not slope > _SLOPE_SIGNIFICANCE * error:
        return 0.0
    source = ~samples.blank & np.isfinite(errors) & (samples.signal > 5.0 * errors)
    if not source.any():
        return 0.0
    share = np.median(slope * samples.signal[source] / errors[source] ** 2)
    return slope if share > _MIN_SLOPE else 0.0


def _describe_factors(factors: CoarseMap) -> list[str]:
    low, high = float(factors.values.min()), float(factors.values.max())
    if low == high == 1.0:
        return []
    text = f"{low:.2g}" if high - low < 0.01 else f"{low:.2g} to {high:.2g}"
    return [f"err times {text} by the scatter of the difference"]
