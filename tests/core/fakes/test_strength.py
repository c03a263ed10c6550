from __future__ import annotations

import numpy as np
import pytest

from vetter.core.fakes.strength import (
    draw_snr,
    flux_of_snr,
    flux_sigma,
    photon_slope,
    snr_range,
)
from vetter.core.psf.models import Gaussian

PSF = Gaussian(3.0).render((25, 25), 12.2, 11.9)


@pytest.mark.parametrize("count", [1, 7, 40])
def test_drawn_ratios_cover_the_range(count: int) -> None:
    drawn = np.sort(draw_snr(count, np.random.default_rng(0), (4.0, 40.0)))
    edges = 4.0 * 10 ** (np.arange(count + 1) / count)
    assert (drawn >= edges[:-1] - 1e-9).all()
    assert (drawn <= edges[1:] + 1e-9).all()


def test_flux_sigma_is_scatter_of_fitted_fluxes() -> None:
    rng = np.random.default_rng(2)
    fluxes = [(PSF * rng.normal(0, 5, PSF.shape)).sum() / (PSF**2).sum() for _ in range(2000)]
    assert flux_sigma(PSF, np.full(PSF.shape, 25.0)) == pytest.approx(np.std(fluxes), rel=0.06)


def test_flux_of_ratio_counts_its_own_photons() -> None:
    variance = np.full(PSF.shape, 25.0)
    flux = flux_of_snr(20.0, PSF, variance, 1.0)
    assert flux / flux_sigma(PSF, variance + flux * PSF) == pytest.approx(20.0, rel=1e-3)
    assert flux > 20.0 * flux_sigma(PSF, variance)


def test_flux_sigma_without_usable_pixel_is_nan() -> None:
    assert np.isnan(flux_sigma(PSF, np.full(PSF.shape, np.nan)))


def test_photon_slope_is_that_of_the_error_plane() -> None:
    pixels = np.concatenate([np.full(100, 200.0), np.linspace(500, 3000, 50)])
    variance = 40.0 + (pixels - 200.0) / 1.6
    light = pixels > 300
    assert photon_slope(pixels, variance, light, ~light) == pytest.approx(1 / 1.6)


def test_photon_slope_of_constant_errors_is_zero() -> None:
    pixels = np.concatenate([np.full(100, 200.0), np.linspace(500, 3000, 50)])
    assert photon_slope(pixels, np.full(150, 9.0), pixels > 300, pixels < 300) == 0.0


def test_photon_slope_leaves_out_damaged_errors() -> None:
    pixels = np.concatenate([np.full(100, 200.0), np.linspace(500, 3000, 50)])
    variance = 40.0 + (pixels - 200.0) / 1.6
    variance[-5:] = 1e9
    light = pixels > 300
    assert photon_slope(pixels, variance, light, ~light) == pytest.approx(1 / 1.6)


def test_range_begins_at_the_detection_limit_of_the_list() -> None:
    listed = np.concatenate([np.linspace(6.0, 60.0, 99), [-40.0, np.nan]])
    low, high = snr_range(listed)
    assert 6.0 <= low < 10.0
    assert high == pytest.approx(6 * low)


@pytest.mark.parametrize(
    ("listed", "low"), [(np.full(50, 0.1), 3.0), (np.full(50, 90.0), 8.0), (np.full(3, 7.0), 5.0)]
)
def test_range_stays_within_bounds(listed: np.ndarray, low: float) -> None:
    assert snr_range(listed)[0] == low
