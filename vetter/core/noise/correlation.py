"""Correlation of a difference's pixels, and the share of it in the error of a PSF flux.

Resampling and convolution spread the noise of one pixel over its neighbours. The scatter of single
pixels then underestimates the error of a sum over a PSF; on a field convolved with a Gaussian of
2 px FWHM by a factor of 2.2 for a PSF of 2 px, and of 2.7 for one of 5 px.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vetter.core.noise.sky_samples import SkySamples
from vetter.core.psf.models import Gaussian, Psf

Array = npt.NDArray[np.float64]

REACH = 8
"""Lag up to which the correlation is measured, pixels."""
_SIGNIFICANCE = 3.5
_MIN_CORRELATION = 0.01
"""Correlation below which a ring of lags counts as white: its effect is under the error."""
_CLIP_SIGMA = 4.0


@dataclass(frozen=True, eq=False)
class Correlation:
    """Correlation coefficients of pixels by their lag.

    Attributes
    ----------
    lags : ndarray (2 r + 1, 2 r + 1)
        Coefficient by lag in rows and columns; 1 in the middle. (1, 1) for white noise.
    """

    lags: Array

    @property
    def is_white(self) -> bool:
        """Whether no pixels are correlated."""
        return self.lags.size == 1

    def psf_noise_factor(self, psf: Psf | float) -> float:
        """Return the error of a PSF flux, over its error if pixels were uncorrelated.

        Parameters
        ----------
        psf : Psf or float
            The PSF, or the FWHM of a Gaussian in pixels.

        Returns
        -------
        float
            At least 1; 1 for white noise. The flux is the sum of pixels weighted by the PSF, as
            least squares make it in a constant sky.

        Examples
        --------
        >>> Correlation(np.ones((1, 1))).psf_noise_factor(3.0)
        1.0
        >>> near = np.outer([0.5, 1.0, 0.5], [0.5, 1.0, 0.5])
        >>> round(Correlation(near).psf_noise_factor(3.0), 2)
        1.86
        """
        if self.is_white:
            return 1.0
        model = Gaussian(float(psf)) if isinstance(psf, int | float) else psf
        reach = len(self.lags) // 2
        half = max(4, round(3.0 * model.fwhm))
        side = 2 * (half + reach) + 1
        weights = model.render((2 * half + 1, 2 * half + 1), half, half)
        power = np.abs(np.fft.rfft2(weights, (2 * side, 2 * side))) ** 2
        products = np.fft.irfft2(power, (2 * side, 2 * side))
        steps = np.arange(-reach, reach + 1)
        share = float((self.lags * products[np.ix_(steps, steps)]).sum() / products[0, 0])
        return float(np.sqrt(max(share, 1.0)))

    def smoothed_scatter(self) -> float:
        """Return the scatter of means over 3 x 3 pixels of scatter 1."""
        reach = len(self.lags) // 2
        total = 0.0
        for row in range(-min(reach, 2), min(reach, 2) + 1):
            for column in range(-min(reach, 2), min(reach, 2) + 1):
                pairs = (3 - abs(row)) * (3 - abs(column))
                total += pairs * float(self.lags[reach + row, reach + column])
        return float(np.sqrt(max(total, 0.0)) / 9.0)


WHITE = Correlation(np.ones((1, 1)))
"""Correlation of white noise."""


def measure_correlation(samples: SkySamples) -> Correlation:
    """Measure the correlation of blank pixels, up to the lag where it is lost in the noise."""
    pulls = samples.difference / samples.sigma[:, None, None]
    used = samples.blank & (np.abs(pulls) < _CLIP_SIGMA) & samples.steady[:, None, None]
    pulls = np.where(used, pulls, 0.0)
    # An even length of small factors, and no lag wraps around.
    shape = tuple(-(-(side + REACH) // 8) * 8 for side in pulls.shape[1:])
    products = _sum_products(pulls, shape)
    pairs = np.maximum(_sum_products(used.astype(float), shape), 1.0)
    if not products[0, 0] > 0:
        return WHITE
    steps = np.arange(-REACH, REACH + 1)
    lags = products / pairs
    lags = (lags / lags[0, 0])[np.ix_(steps, steps)]
    # The surface taken off each box takes a part of all pairs with it.
    error = 1.0 / np.sqrt(pairs[np.ix_(steps, steps)])
    distance = np.maximum(np.abs(steps)[:, None], np.abs(steps))
    reach = 0
    for radius in range(1, REACH + 1):
        ring = distance == radius
        # Lags (i, j) and (-i, -j) are the same pairs.
        chance = float(error[ring].mean()) / np.sqrt(np.count_nonzero(ring) / 2)
        strongest = float(np.abs(lags[ring]).max()) / float(error[ring].mean())
        mean = float(lags[ring].mean())
        large = abs(mean) > max(_SIGNIFICANCE * chance, _MIN_CORRELATION)
        if not (large or strongest > _SIGNIFICANCE + 1 and np.abs(lags[ring]).max() > 0.02):
            break
        reach = radius
    inside = slice(REACH - reach, REACH + reach + 1)
    return Correlation(lags[inside, inside].copy()) if reach else WHITE


def _sum_products(boxes: Array, shape: tuple[int, ...]) -> Array:
    """Return the sums over all boxes of products of pixels, by their lag."""
    power = np.zeros((shape[0], shape[1] // 2 + 1))
    for box in boxes:
        power += np.abs(np.fft.rfft2(box, shape)) ** 2
    out: Array = np.fft.irfft2(power, shape)
    return out
