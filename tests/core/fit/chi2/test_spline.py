"""The cubic spline shift is scipy's, and its derivatives are those of its values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import shift

from vetter.core.fit.chi2.moments import tap_weights, windows
from vetter.core.fit.chi2.spline import (
    POLYNOMIALS,
    coefficients,
    fourth_differences,
    fraction_weights,
    mirror_indices,
    shift_images,
    shift_one,
)

SHIFTS = [(0.0, 0.0), (0.3, -0.7), (1.0, 1.0), (-2.0, 2.0), (1.7, -0.2), (-0.5, 0.0)]
MARGIN = 3


@pytest.mark.parametrize("shape", [(41, 41), (30, 17), (3, 5), (300, 20)])
@pytest.mark.parametrize(("dx", "dy"), SHIFTS)
def test_shift_is_scipys(shape: tuple[int, int], dx: float, dy: float) -> None:
    image = np.random.default_rng(0).normal(size=shape)
    wanted = shift(image, (dy, dx), order=3, mode="reflect")
    moved = shift_one(coefficients(image[None], MARGIN)[0], dx, dy, MARGIN)
    np.testing.assert_allclose(moved, wanted, atol=1e-12)


def test_a_stack_is_shifted_each_by_its_own() -> None:
    images = np.random.default_rng(0).normal(size=(len(SHIFTS), 12, 9))
    dx, dy = np.array(SHIFTS).T
    coefs = coefficients(images, MARGIN)
    moved = shift_images(coefs, dx, dy, MARGIN)
    alone = [shift_one(c, x, y, MARGIN) for c, (x, y) in zip(coefs, SHIFTS, strict=True)]
    np.testing.assert_allclose(moved, alone, atol=1e-12)


@pytest.mark.parametrize("u", [-1.99, -1.0, -0.3, 0.0, 0.7, 1.0, 1.99])
def test_derivatives_of_the_weights(u: float) -> None:
    step = 1e-5
    below, above = tap_weights(u - step, 0, 2)[0], tap_weights(u + step, 0, 2)[0]
    slope = (above[:2] - below[:2]) / (2 * step)
    np.testing.assert_allclose(tap_weights(u, 0, 2)[0, 1:], slope, atol=2e-5)


@pytest.mark.parametrize("max_shift", [0.0, 0.4, 1.0, 1.5, 2.0, 2.5, 3.0, 4.2, 7.0, 10.0])
def test_windows_cover_the_box_of_shifts(max_shift: float) -> None:
    reached = np.linspace(-max_shift, max_shift, 101)
    for value in reached:
        assert any(
            w.cx + w.x_range[0] - 1e-9 <= value <= w.cx + w.x_range[1] + 1e-9
            for w in windows(max_shift)
        )
    for window in windows(max_shift):
        assert window.cx + window.x_range[0] >= -max_shift - 1e-9
        assert window.cx + window.x_range[1] <= max_shift + 1e-9
        assert -window.half <= window.x_range[0] <= window.x_range[1] <= window.half


@pytest.mark.parametrize("size", [1, 2, 5, 13])
def test_fourth_differences_are_those_of_the_coefficients(size: int) -> None:
    rows = np.random.default_rng(2).normal(size=(3, size))
    coefs = np.array([coefficients(row[None], 2)[0] for row in rows])
    np.testing.assert_allclose(rows @ fourth_differences(size), np.diff(coefs, 4), atol=1e-12)


def test_fourth_differences_of_a_cubic_are_none() -> None:
    x = np.arange(60.0)
    differences = (x**3 - 40 * x**2) @ fourth_differences(60)
    np.testing.assert_allclose(differences[20:40], 0.0, atol=1e-6)


def test_samples_beyond_an_end_are_mirrored() -> None:
    assert mirror_indices(3, 4).tolist() == [2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0]
    assert mirror_indices(1, 2).tolist() == [0] * 5


@pytest.mark.parametrize("f", [0.0, 0.25, 0.5, 1.0])
def test_weights_of_a_fraction_are_a_partition_of_one(f: float) -> None:
    weights, slopes, curvatures = fraction_weights(f)
    for derivative, wanted in enumerate((weights, slopes, curvatures)):
        found = np.array([1, f, f**2, f**3]) @ POLYNOMIALS[:, derivative]
        np.testing.assert_allclose(found, wanted, atol=1e-15)
    assert (sum(weights), sum(slopes), sum(curvatures)) == pytest.approx((1, 0, 0))


@pytest.mark.parametrize("shared", [POLYNOMIALS, fourth_differences(6)])
def test_what_all_fits_share_cannot_be_changed(shared: np.ndarray) -> None:
    with pytest.raises(ValueError, match="read-only"):
        shared[0, 0] = 1.0
