"""Correlated pixels: PSF fluxes of blank places scatter as the factor says."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.noisy_fields import FWHM, make_scene, plane
from vetter.core.noise.measured_noise import measure_noise
from vetter.core.noise.noise_model import NoiseModel
from vetter.core.psf.models import Gaussian


def scatter_of_fluxes(noise: np.ndarray, fwhm: float) -> float:
    """Scatter of PSF-weighted sums, over its value for white noise of the same pixels' scatter."""
    from scipy.signal import fftconvolve

    weights = Gaussian(fwhm).render((25, 25), 12, 12)
    sums = fftconvolve(noise, weights, mode="valid")
    return float(sums.std() / noise.std() / np.sqrt((weights**2).sum()))


@pytest.mark.parametrize("smoothing", [0.5, 0.8, 1.5])
@pytest.mark.parametrize("share", [1.0, 0.5])
def test_factor_equals_scatter_of_psf_fluxes(smoothing: float, share: float) -> None:
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(7)
    smooth = gaussian_filter(rng.normal(0, 1, (400, 400)), smoothing)
    noise = share * smooth / smooth.std() + (1 - share) * rng.normal(0, 1, smooth.shape)
    light = make_scene(side=400).light
    model = measure_noise(plane(light + 5 * noise), plane(light))
    assert isinstance(model, NoiseModel)
    assert model.psf_noise_factor(FWHM) == pytest.approx(scatter_of_fluxes(noise, FWHM), rel=0.06)


@pytest.mark.parametrize("seed", range(5))
def test_factor_of_white_noise_is_1(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 5, (200, 200))
    model = measure_noise(plane(noise), plane(np.zeros(noise.shape)))
    assert isinstance(model, NoiseModel)
    assert model.psf_noise_factor(Gaussian(3.0)) == 1
