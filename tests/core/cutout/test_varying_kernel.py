"""A kernel that varies over the image is applied at each pixel's own place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.core.cutout.varying_kernel import Chebyshev, VaryingKernel

SIZE = 200


WHOLE = (0, SIZE, 0, SIZE)


def made(center: tuple[int, int] = (3, 2), bounds: tuple[int, ...] = WHOLE) -> VaryingKernel:
    rng = np.random.default_rng(3)
    weights = [
        Chebyshev(np.array([[1.0]]), *WHOLE),
        Chebyshev(np.array([[0.2, 0.3], [-0.4, 0.0]]), *bounds),
        Chebyshev(np.array([[0.0, 0.0, 0.5]]), *bounds),
    ]
    return VaryingKernel(rng.normal(0, 1, (3, 5, 7)), weights, center)


def by_hand(kernel: VaryingKernel, pixels: Any, x: int, y: int) -> float:
    """The sum over kernel times pixel at the same offset, with the kernel of (x, y)."""
    total = np.zeros(kernel.basis.shape[1:])
    for image, weight in zip(kernel.basis, kernel.weights, strict=True):
        u = 2 * (x + 0.5 - weight.x0) / (weight.x1 - weight.x0) - 1
        v = 2 * (y + 0.5 - weight.y0) / (weight.y1 - weight.y0) - 1
        for (p, q), c in np.ndenumerate(weight.coefficients):
            total += c * np.cos(p * np.arccos(v)) * np.cos(q * np.arccos(u)) * image
    cx, cy = kernel.center
    part = pixels[y - cy : y - cy + total.shape[0], x - cx : x - cx + total.shape[1]]
    return float((total * part).sum())


@pytest.mark.parametrize("bounds", [WHOLE, (10, 130, -20, 180)], ids=["whole", "part"])
@pytest.mark.parametrize("center", [(3, 2), (0, 0), (6, 4)])
def test_convolution_is_exact_at_each_pixel(
    center: tuple[int, int], bounds: tuple[int, ...]
) -> None:
    kernel = made(center, bounds)
    pixels = np.random.default_rng(1).normal(0, 10, (SIZE, SIZE))
    left, right, below, above = kernel.margins
    x0, y0, nx, ny = 40, 90, 21, 17
    part = pixels[y0 - below : y0 + ny + above, x0 - left : x0 + nx + right]
    result = kernel.convolve(part, x0, y0)
    assert result.shape == (ny, nx)
    for x, y in ((40, 90), (60, 106), (47, 99)):
        assert result[y - y0, x - x0] == pytest.approx(by_hand(kernel, pixels, x, y), rel=1e-9)


def test_unknown_pixels_spread_as_far_as_the_kernel() -> None:
    basis = np.zeros((1, 3, 3))
    basis[0, 1] = 1.0
    kernel = VaryingKernel(basis, [Chebyshev(np.ones((1, 1)), 0, 9, 0, 9)], (1, 1))
    pixels = np.ones((9, 9))
    pixels[4, 4] = np.nan
    unknown = np.isnan(kernel.convolve(pixels, 1, 1))
    assert np.argwhere(unknown).tolist() == [[3, 2], [3, 3], [3, 4]]


@pytest.mark.parametrize("bounds", [WHOLE, (10, 130, -20, 180)], ids=["whole", "part"])
def test_kernel_at_a_pixel_is_its_response_there(bounds: tuple[int, ...]) -> None:
    kernel = made(bounds=bounds)
    point = np.zeros((SIZE, SIZE))
    point[100, 50] = 1.0
    cx, cy = kernel.center
    assert kernel.at(50, 100)[cy, cx] == pytest.approx(by_hand(kernel, point, 50, 100))


def test_each_basis_image_has_its_weight() -> None:
    kernel = made()
    with pytest.raises(ValueError, match="zip"):
        VaryingKernel(kernel.basis, kernel.weights[:2], kernel.center).at(50, 100)
