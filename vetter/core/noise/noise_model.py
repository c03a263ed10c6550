"""Noise model of a field: 1 sigma of a difference's pixels from image and matched template."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

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
    template and image above their sky, and T the template's highest light within `reach`.

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
        Error of the matched template, as a fraction of its light.
    reach : int
        Radius within which the template's highest light sets its error, pixels.
    correlation : Correlation
        Correlation of neighbouring pixels.
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
        light = convolved - self.level.at(box)
        difference = image - convolved - self.background.at(box)
        known = np.isfinite(difference)
        variance = sky * sky
        if self.photon_noise > 0 or self.model_error > 0:
            light = np.where(known, light, 0.0)
            smooth = _smooth(light)
            template = np.where(smooth > _SIGNIFICANT * self.signal_noise, light, 0.0)
            new = _smooth(np.where(known, difference, 0.0))
            limit = _SIGNIFICANT * self.correlation.smoothed_scatter() * sky
            signal = np.maximum(template, 0.0) + np.where(new > limit, new, 0.0)
            variance = variance + self.photon_noise * signal
            if self.model_error > 0:
                variance += (self.model_error * spread_light(template, self.reach)) ** 2
        return np.where(known, self.factor * np.sqrt(variance), np.nan)

    def psf_noise_factor(self, psf: Psf | float) -> float:
        """Return the error of a PSF flux over that of uncorrelated pixels; see `Correlation`."""
        return self.correlation.psf_noise_factor(psf)

    def with_model_error(self, fraction: float, text: str = "") -> Self:
        """Return the model with another error of the template, and its description added."""
        description = "; ".join(part for part in (self.description, text) if part)
        return replace(self, model_error=fraction, description=description)


def _smooth(plane: Array) -> Array:
    """Return means over 3 x 3 pixels; the pixels beyond an edge repeat those at it."""
    wide = np.pad(plane, 1, mode="edge")
    rows = wide[:-2] + wide[1:-1] + wide[2:]
    out: Array = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9.0
    return out
