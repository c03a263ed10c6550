"""What is done to a survey's image."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.wcs import WCS

from vetter.io.surveys.grid import bin_mean, normalise_background, refine_grid, undo_asinh


def test_asinh_is_undone() -> None:
    flux = np.array([-30.0, -1.0, 0.0, 2.0, 5e4])
    stored = 2.5 / np.log(10) * np.arcsinh(flux / 2)
    np.testing.assert_allclose(undo_asinh(stored), flux, rtol=1e-12, atol=1e-12)
    assert np.isnan(undo_asinh(np.array([np.nan]))[0])


def test_background_is_a_hundred_with_a_noise_of_ten() -> None:
    image = np.random.default_rng(1).normal(3.0, 0.2, (200, 200))
    image[:5, :5] = np.nan
    image[50, 50] = 1e6
    scaled = normalise_background(image)
    assert np.isnan(scaled[0, 0])
    assert np.nanmedian(scaled) == pytest.approx(100)
    assert np.std(scaled[100:]) == pytest.approx(10, rel=0.03)


@pytest.mark.parametrize("value", [7.0, np.nan])
def test_without_noise_nothing_is_scaled(value: float) -> None:
    image = np.full((4, 4), value)
    image[0, 0] = 9.0 if np.isfinite(value) else value
    scaled = normalise_background(image)
    assert scaled[1, 1] == 100 if np.isfinite(value) else np.isnan(scaled).all()


def test_binning_takes_means() -> None:
    image = np.array([[1.0, 3.0, np.nan, 1.0], [5.0, 7.0, 1.0, 1.0]])
    np.testing.assert_array_equal(bin_mean(image, 2), [[4.0, np.nan]])


@pytest.mark.parametrize("kind", ["sip", "tpv"])
def test_a_finer_grid_is_on_the_same_sky(kind: str) -> None:
    from tests.helpers.distorted_wcs import WCSS
    from vetter.core.coordinates.wcs import wcs_cards

    wcs = WCSS[kind]()
    cards = wcs_cards(wcs)
    refine_grid(cards, 3)
    fine = WCS(cards)
    x, y = np.array([0.0, 100.0, 40.0]), np.array([0.0, 5.0, 300.0])
    # The centre of a coarse pixel is that of the middle one of its three.
    np.testing.assert_allclose(
        fine.all_pix2world(3 * x + 1, 3 * y + 1, 0), wcs.all_pix2world(x, y, 0), atol=1e-11
    )
