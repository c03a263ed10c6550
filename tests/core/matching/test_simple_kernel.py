"""Gaussian kernel of least chi2 among those that a basis holds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from vetter.core.matching import simple_kernel
from vetter.core.matching.kernel_basis import make_basis
from vetter.core.matching.simple_kernel import fit_gaussian
from vetter.core.psf.models import Gaussian


@pytest.mark.parametrize(
    ("fwhm", "x", "y", "flux"),
    [(3.0, 0.0, 0.0, 1.0), (4.5, 0.7, -0.4, 2.0), (2.5, -0.3, 0.2, 1e-3), (3.5, 0.5, 0.5, 5e4)],
)
def test_gaussian_kernel_is_found(fwhm: float, x: float, y: float, flux: float) -> None:
    basis = make_basis(8, 1)
    kernel = flux * Gaussian(fwhm).render((17, 17), 8.0 + x, 8.0 + y)
    flat = basis.images.reshape(len(basis.images), -1)
    # As if each pixel of the kernel had been measured, with a weight of nine.
    found = fit_gaussian(basis.images, 9.0 * flat @ flat.T, 9.0 * flat @ kernel.ravel())
    image = np.tensordot(found, basis.images, 1)
    disc = basis.images.sum(axis=0) > 0
    assert image[disc] == pytest.approx(kernel[disc], abs=0.01 * kernel.max())
    assert image.sum() == pytest.approx(flux, rel=0.01)


def test_elliptical_kernel_keeps_its_moments() -> None:
    basis = make_basis(9, 1)
    y, x = np.mgrid[-9:10, -9:10].astype(float)
    moments = np.array([[5.0, 1.5], [1.5, 2.0]])
    inverse = np.linalg.inv(moments)
    power = inverse[0, 0] * x * x + 2 * inverse[0, 1] * x * y + inverse[1, 1] * y * y
    kernel = np.exp(-0.5 * power)
    flat = basis.images.reshape(len(basis.images), -1)
    found = fit_gaussian(basis.images, flat @ flat.T, flat @ kernel.ravel())
    image = np.tensordot(found, basis.images, 1) / found.sum()
    measured = [(image * each).sum() for each in (x * x, x * y, y * y)]
    assert measured == pytest.approx([5.0, 1.5, 2.0], abs=0.15)


@pytest.mark.parametrize("seed", range(2))
def test_no_other_gaussian_has_less_chi2(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    basis, rng = make_basis(7, 1), np.random.default_rng(seed)
    y, x = np.mgrid[-7:8, -7:8].astype(float)

    def draw(x0: float, y0: float, major: float, minor: float, angle: float) -> np.ndarray:
        cos, sin = np.cos(angle), np.sin(angle)
        along, across = cos * (x - x0) + sin * (y - y0), cos * (y - y0) - sin * (x - x0)
        return np.asarray(np.exp(-0.5 * ((along / major) ** 2 + (across / minor) ** 2)))

    # No Gaussian, and pixels that are measured unlike.
    kernel = draw(1.1, -0.6, 2.6, 1.2, 0.6) + 0.3 * draw(-1.5, 2.0, 1.5, 1.5, 0.0)
    flat = basis.images.reshape(len(basis.images), -1)
    project = np.linalg.pinv(flat.T)
    weighted = flat * rng.uniform(0.5, 2.0, kernel.size)
    products, cross = weighted @ flat.T, weighted @ kernel.ravel()

    def chi2(image: np.ndarray) -> float:
        return float(image @ products @ image - 2.0 * image @ cross)

    def least(parameters: np.ndarray) -> float:
        image = project @ draw(*parameters).ravel()
        return chi2(image * (image @ cross) / (image @ products @ image))

    start = np.array([0.8, -0.3, 2.4, 1.4, 0.6])
    other = minimize(least, start, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-6})
    # Slopes that are not exact take more steps.
    monkeypatch.setattr(simple_kernel, "MAX_STEPS", 6)
    found = chi2(fit_gaussian(basis.images, products, cross))
    assert found == pytest.approx(other.fun, rel=2e-4)


def test_negative_kernel_has_no_light() -> None:
    basis = make_basis(5, 1)
    flat = basis.images.reshape(len(basis.images), -1)
    kernel = -Gaussian(3.0).render((11, 11), 5.0, 5.0)
    assert not fit_gaussian(basis.images, flat @ flat.T, flat @ kernel.ravel()).any()
