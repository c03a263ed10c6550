"""Noise model of a field: 1 sigma of a difference's pixels from image and matched template."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box
from vetter.core.noise.coarse_map import CoarseMap
from vetter.core.noise.correlation import Correlation
from vetter.core.noise.model_error import spread_light
from vetter.core.psf.models import Psf

Array = npt.NDArray[np.float64]

_SIGNIFICANT = 3.0
"""Sigmas from which on light that only the image has counts with its photon noise."""


@dataclass(frozen=True, eq=False)
class NoiseModel:
    """Noise of a difference: sky, photons and the template's error, added in quadrature.

    ``err^2 = factor^2 (sky^2 + photon_noise S + model_error^2 T^2)``, where S is the light of
    template and image above their sky, and T the range of the template's light within `reach`.

    Attributes
    ----------
    sky : CoarseMap
        1 sigma of the difference's blank pixels.
    background, level : CoarseMap
        Background of the difference, and sky of the matched template.
    signal_noise : float
        Scatter of the matched template's sky, smoothed over 3 x 3 pixels.
    photon_noise : float
        Variance per unit of signal; 1 / gain for a noiseless template, 0 if not known.
    model_error : float
        Error of the matched template, as a fraction of the range of its light.
    reach : int
        Radius within which the range of the template's light sets its error, pixels.
    correlation : Correlation
        Correlation of neighbouring pixels.
    template_share : float
        Part of the variance that is the template's own noise.
    factor : float
        Number that multiplies the error.
    description : str
        Description for the user.
    """

    sky: CoarseMap
    background: CoarseMap
    level: CoarseMap
    signal_noise: float
    photon_noise: float
    model_error: float
    reach: int
    correlation: Correlation
    template_share: float
    factor: float
    description: str

    def err(
        self,
        image: npt.NDArray[np.floating],
        convolved: npt.NDArray[np.floating],
        x0: float,
        y0: float,
    ) -> Array:
        """Return 1 sigma of ``image - convolved`` in one box.

        Parameters
        ----------
        image, convolved : ndarray (ny, nx)
            Image and matched template.
        x0, y0 : float
            Column and row of the box's first pixel in the image, 0-based.

        Returns
        -------
        ndarray (ny, nx)
            NaN where image or template are not finite.
        """
        # errstate: damaged pixels may be infinite, or near the end of the float range.
        with np.errstate(all="ignore"):
            return self._err(
                np.asarray(image, np.float64), np.asarray(convolved, np.float64), x0, y0
            )

    def _err(self, image: Array, convolved: Array, x0: float, y0: float) -> Array:
        box = Box(round(x0), round(y0), image.shape[1], image.shape[0])
        sky = self.sky.at(box)
        variance = sky * sky + self._measure_sources(image, convolved, box, sky)
        known = np.isfinite(image - convolved)
        return np.where(known, self.factor * np.sqrt(variance), np.nan)

    def add_sources(
        self,
        err: npt.NDArray[np.floating],
        image: npt.NDArray[np.floating],
        convolved: npt.NDArray[np.floating],
        x0: float,
        y0: float,
    ) -> Array:
        """Return an error with the model's photon noise and template error added."""
        with np.errstate(all="ignore"):
            given = np.asarray(err, np.float64)
            box = Box(round(x0), round(y0), given.shape[1], given.shape[0])
            first, second = np.asarray(image, np.float64), np.asarray(convolved, np.float64)
            added: Array = np.hypot(
                given, np.sqrt(self._measure_sources(first, second, box, given))
            )
            # An error of 0 marks a bad pixel.
            return np.where(given > 0, added, given)

    def _measure_sources(self, image: Array, convolved: Array, box: Box, sky: Array) -> Array:
        """Return the variance that sources add to that of the sky."""
        variance = np.zeros(box.shape)
        light = convolved - self.level.at(box)
        difference = image - convolved - self.background.at(box)
        known = np.isfinite(difference)
        if self.photon_noise > 0 or self.model_error > 0:
            light = np.where(known, light, 0.0)
            smooth = _smooth(light)
            template = np.where(smooth > _SIGNIFICANT * self.signal_noise, light, 0.0)
            new = _smooth(np.where(known, difference, 0.0))
            limit = _SIGNIFICANT * self.correlation.smoothed_scatter() * np.nan_to_num(sky)
            signal = np.maximum(template, 0.0) + np.where(new > limit, new, 0.0)
            variance += self.photon_noise * signal
            if self.model_error > 0:
                variance += (self.model_error * spread_light(template, self.reach)) ** 2
        return variance

    def split_err(self, err: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Array | None]:
        """Divide an error between image and template.

        A fit that knows the template's part does not take its noise for missing light.

        Returns
        -------
        err, template_err : ndarray, ndarray or None
            Their squares sum to that of ``err``; None, and ``err`` itself, if the template's own
            noise does not matter.
        """
        return divide_err(err, self.template_share)

    def psf_noise_factor(self, psf: Psf | float) -> float:
        """Return the error of a PSF flux over that of uncorrelated pixels; see `Correlation`."""
        return self.correlation.psf_noise_factor(psf)

    def with_model_error(self, fraction: float, text: str = "") -> Self:
        """Return the model with another error of the template, and its description added."""
        description = "; ".join(part for part in (self.description, text) if part)
        return replace(self, model_error=fraction, description=description)


def divide_err(err: npt.NDArray[Any], share: float) -> tuple[npt.NDArray[Any], Array | None]:
    """Divide an error by the template's share of its square; see `NoiseModel.split_err`."""
    if not share > 0:
        return err, None
    whole = np.asarray(err, np.float64)
    return whole * np.sqrt(1.0 - share), whole * np.sqrt(share)


def _smooth(plane: Array) -> Array:
    """Return means over 3 x 3 pixels; the pixels beyond an edge repeat those at it."""
    from scipy.ndimage import uniform_filter

    out: Array = uniform_filter(plane, 3, mode="nearest")
    return out
