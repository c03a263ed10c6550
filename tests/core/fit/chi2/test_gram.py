"""Inner products of weighted, shifted coefficients: those of numpy, in whatever order they come."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from vetter.core.fit.chi2.moments import (
    Array,
    Window,
    gram,
    inner_products,
    margin,
    windows,
)
from vetter.core.fit.chi2.spline import coefficients


# Blocks of one and of several rows, with and without a rest; and too few or too many numbers.
@pytest.mark.parametrize("pixels", [1, 169, 1681, 3721, 40000])
@pytest.mark.parametrize("count", [1, 2, 17, 26, 28, 52])
def test_products_are_those_of_numpy(count: int, pixels: int) -> None:
    images = np.random.default_rng(count).normal(size=(count, pixels))
    out = np.full((count, count), np.nan)
    inner_products(images, out)
    assert np.allclose(out, np.einsum("ip,jp->ij", images, images), rtol=1e-12, atol=1e-9)


def made(seed: int, further: int) -> tuple[Array, Array, Array]:
    """Templates, weights with a hole, and further images; two of 12 x 9 pixels."""
    rng = np.random.default_rng(seed)
    weight = rng.uniform(0.5, 2.0, (2, 12, 9))
    weight[:, 3, 4] = 0.0
    return rng.normal(size=(2, 12, 9)), weight, rng.normal(size=(2, further, 12, 9))


def slow(coefs: Array, window: Window, edge: int, weight: Array, rows: Array) -> Array:
    """The images one by one, of one cutout."""
    ny, nx = weight.shape
    first = [int(edge - c - window.half - 1) for c in (window.cy, window.cx)]
    images = [
        coefs[first[0] + j : first[0] + j + ny, first[1] + i : first[1] + i + nx] * weight
        for j in range(window.taps)
        for i in range(window.taps)
    ]
    return np.array([*images, *rows]).reshape(-1, ny * nx)


@pytest.mark.parametrize("further", [1, 3])
@pytest.mark.parametrize("max_shift", [1.0, 2.0, 3.0])
def test_moments_are_of_the_shifted_coefficients(max_shift: float, further: int) -> None:
    template, weight, rows = made(4, further)
    edge, box = margin(max_shift), (slice(0, 12), slice(0, 9))
    coefs = coefficients(template, edge)
    for window in windows(max_shift):
        moments, images = gram(coefs, box, [(0, window), (1, window)], edge, weight, rows)
        for k in (0, 1):
            wanted = slow(coefs[k], window, edge, weight[k], rows[k])
            assert np.allclose(moments[k], wanted @ wanted.T, rtol=1e-12, atol=1e-10)
        assert np.array_equal(images, wanted)


def test_threads_do_not_share_their_room() -> None:
    edge, box, (window,) = margin(1.0), (slice(0, 12), slice(0, 9)), windows(1.0)
    template, weight, rows = made(1, 1)
    _, images = gram(coefficients(template, edge), box, [(0, window)], edge, weight, rows)
    before = images.copy()

    def other() -> None:
        template, weight, rows = made(2, 1)
        gram(coefficients(template, edge), box, [(0, window)], edge, weight, rows)

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert np.array_equal(images, before)
