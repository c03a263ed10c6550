"""Moffat profile fitted to the pixels of one source."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.psf.measures.moffat_fit import fit_moffat

SIDE = 41


def star(x: float, y: float, fwhm: float, beta: float, height: float) -> np.ndarray:
    rows, columns = np.indices((SIDE, SIDE))
    a2 = fwhm**2 / (4 * (2 ** (1 / beta) - 1))
    return height * (1 + ((columns - x) ** 2 + (rows - y) ** 2) / a2) ** -beta


@pytest.mark.parametrize("fwhm", [2.0, 3.4, 6.0])
@pytest.mark.parametrize("beta", [2.5, 4.0])
def test_fit_of_noisy_star_has_its_fwhm(fwhm: float, beta: float) -> None:
    noise = np.random.default_rng(3).normal(0, 5, (SIDE, SIDE))
    plane = star(20.3, 19.6, fwhm, beta, 1000) + 300 + noise
    fit = fit_moffat(plane, np.full(plane.shape, 5.0), (20.0, 20.0), 14.0)
    assert fit is not None
    assert abs(fit.fwhm - fwhm) < 4 * fit.fwhm_err < 0.3
    assert (fit.x, fit.y) == pytest.approx((20.3, 19.6), abs=0.05)


def test_fit_of_faded_star_has_negative_height() -> None:
    plane = -star(20, 20, 3.5, 3.0, 500)
    fit = fit_moffat(plane, np.full(plane.shape, 5.0), (20.0, 20.0), 14.0)
    assert fit is not None
    assert fit.height == pytest.approx(-500, rel=0.01)
    assert fit.fwhm == pytest.approx(3.5, rel=0.01)


def test_fit_leaves_out_unknown_pixels() -> None:
    plane = star(20, 20, 3.5, 3.0, 500)
    plane[:, 24:] = np.nan
    fit = fit_moffat(plane, np.full(plane.shape, 5.0), (20.0, 20.0), 14.0)
    assert fit is not None
    assert fit.fwhm == pytest.approx(3.5, rel=0.01)


@pytest.mark.parametrize("seed", range(10))
def test_noise_alone_has_no_star(seed: int) -> None:
    plane = np.random.default_rng(seed).normal(0, 5, (SIDE, SIDE))
    assert fit_moffat(plane, np.full(plane.shape, 5.0), (20.0, 20.0), 14.0) is None


@pytest.mark.parametrize("plane", [np.zeros((9, 9)), np.full((9, 9), np.nan)])
def test_plane_without_values_has_no_star(plane: np.ndarray) -> None:
    assert fit_moffat(plane, np.ones(plane.shape), (4.0, 4.0), 6.0) is None
